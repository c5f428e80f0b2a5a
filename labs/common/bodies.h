// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "declarations.h"

/// Taking bodies out of a source and putting others in; every other byte stays as it is.
namespace yhat::labs {

/// The one definition of a function that may be left out. `signature` is text that its parameter list must contain, or
/// empty. Throws SourceError: not found, ambiguous (lists the candidates), or one whose body cannot be left out.
Declaration find_function(std::string_view source, const std::string& path, std::string_view function,
                          std::string_view signature);

/// What stands between the braces of a definition.
std::string_view body_of(std::string_view source, const Declaration& definition);

/// Replaces bytes [begin, end) by text.
struct Splice {
  std::size_t begin, end;
  std::string text;
};
/// Applies splices that do not overlap, in any order.
std::string spliced(std::string_view source, std::vector<Splice> splices);

/// The body that says what is to be written: a comment and YHAT_TODO.
Splice emptied(std::string_view source, const Declaration& definition, const std::string& hole,
               const std::string& todo);
/// A given body in place of the definition's.
Splice replaced(std::string_view source, const Declaration& definition, std::string_view body);
/// Takes a helper out, with the comment that stands directly above it and one of two blank lines that would meet. One
/// splice for each declaration of that name. Throws SourceError if there is none.
std::vector<Splice> removed(std::string_view source, const std::string& path, std::string_view name);
/// `#include <yhat/labs/todo.h>` before the first #include.
Splice todo_include(std::string_view source, const std::string& path);

/// Lines without white space, comments, and those that say nothing ("}", "});"): what is left to compare texts by.
std::vector<std::string> normalised_lines(std::string_view text);

}  // namespace yhat::labs
