// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Reading C++ well enough to find a function and take its body out: tokens, not lines.
namespace yhat::labs {

enum class TokenKind {
  identifier,
  number,
  text,         ///< a string, raw or not, with its prefix
  character,    ///< 'x' with its prefix
  comment,      ///< without the newline of a // comment
  directive,    ///< a whole preprocessor line, continued lines and all
  punctuation,  ///< one character, but :: and -> are one token
};

struct Token {
  TokenKind kind;
  std::size_t begin, end;  ///< bytes [begin, end) of the source
  int line;                ///< of its first byte, from 1
};

/// A source that cannot be read as C++; what() begins with "file:line: ".
class SourceError : public std::runtime_error {
 public:
  SourceError(const std::string& path, int line, const std::string& message)
      : std::runtime_error(path + ":" + std::to_string(line) + ": " + message) {}
};

/// Splits a source into tokens; white space is what lies between them. Throws SourceError for a comment, string or
/// character that does not end. `path` is used in messages only.
std::vector<Token> tokenize(std::string_view source, const std::string& path);

}  // namespace yhat::labs
