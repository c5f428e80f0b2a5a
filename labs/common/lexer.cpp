// SPDX-License-Identifier: MIT
#include "lexer.h"

#include <cctype>

namespace yhat::labs {
namespace {

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }
bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

class Lexer {
 public:
  Lexer(std::string_view source, const std::string& path) : s_(source), path_(path) {}

  std::vector<Token> run() {
    while (at_ < s_.size()) {
      if (s_[at_] == '\n') {
        fresh_line_ = true;
        advance(1);
      } else if (std::isspace(static_cast<unsigned char>(s_[at_]))) {
        advance(1);
      } else if (splice(at_) > 0) {
        advance(splice(at_));
      } else {
        one();
      }
    }
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < s_.size() ? s_[at_ + ahead] : '\0'; }
  // The length of a line splice (backslash, newline) at a place, 0 if there is none.
  std::size_t splice(std::size_t i) const {
    if (i >= s_.size() || s_[i] != '\\') return 0;
    if (i + 1 < s_.size() && s_[i + 1] == '\n') return 2;
    return i + 2 < s_.size() && s_[i + 1] == '\r' && s_[i + 2] == '\n' ? 3 : 0;
  }
  void advance(std::size_t n) {
    for (; n > 0 && at_ < s_.size(); --n, ++at_) line_ += s_[at_] == '\n';
  }
  [[noreturn]] void fail(const char* what) const { throw SourceError(path_, start_line_, what); }

  void one() {
    start_ = at_;
    start_line_ = line_;
    const bool fresh = fresh_line_;
    if (peek() == '/' && peek(1) == '/') return to_end_of_line(TokenKind::comment);
    if (peek() == '/' && peek(1) == '*') return block_comment();
    fresh_line_ = false;
    if (peek() == '#' && fresh) return directive();
    if (starts_word(peek())) return word();
    if (std::isdigit(static_cast<unsigned char>(peek())) ||
        (peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1))))) {
      return number();
    }
    if (peek() == '"') return quoted('"', TokenKind::text);
    if (peek() == '\'') return quoted('\'', TokenKind::character);
    advance((peek() == ':' && peek(1) == ':') || (peek() == '-' && peek(1) == '>') ? 2 : 1);
    put(TokenKind::punctuation);
  }

  void put(TokenKind kind) { tokens_.push_back({kind, start_, at_, start_line_}); }

  void to_end_of_line(TokenKind kind) {
    while (at_ < s_.size() && s_[at_] != '\n') advance(splice(at_) > 0 ? splice(at_) : 1);
    put(kind);
  }

  void skip_block_comment() {
    const std::size_t close = s_.find("*/", at_ + 2);
    if (close == std::string_view::npos) fail("a comment that does not end");
    advance(close + 2 - at_);
  }
  void block_comment() {
    skip_block_comment();
    put(TokenKind::comment);
  }

  // Up to the end of the line; a block comment in it may run over several lines.
  void directive() {
    while (at_ < s_.size() && s_[at_] != '\n') {
      if (splice(at_) > 0) {
        advance(splice(at_));
      } else if (peek() == '/' && peek(1) == '*') {
        skip_block_comment();
      } else if (peek() == '/' && peek(1) == '/') {
        break;
      } else {
        advance(1);
      }
    }
    put(TokenKind::directive);
  }

  void word() {
    while (in_word(peek())) advance(1);
    const std::string_view text = s_.substr(start_, at_ - start_);
    const bool raw = text == "R" || text == "LR" || text == "uR" || text == "UR" || text == "u8R";
    const bool prefix = text == "L" || text == "u" || text == "U" || text == "u8";
    if (raw && peek() == '"') return raw_string();
    if (prefix && peek() == '"') return quoted('"', TokenKind::text);
    if (prefix && peek() == '\'') return quoted('\'', TokenKind::character);
    put(TokenKind::identifier);
  }

  // A preprocessing number: 1'000, 0x1p-3, 1e+5, 1.5f.
  void number() {
    while (in_word(peek()) || peek() == '.' || (peek() == '\'' && in_word(peek(1)))) {
      const char c = peek();
      advance(1);
      const bool exponent = c == 'e' || c == 'E' || c == 'p' || c == 'P';
      if (exponent && (peek() == '+' || peek() == '-')) advance(1);
    }
    put(TokenKind::number);
  }

  void quoted(char mark, TokenKind kind) {
    advance(1);
    while (peek() != mark) {
      if (at_ >= s_.size() || peek() == '\n') {
        fail(mark == '"' ? "a string that does not end" : "a character that does not end");
      }
      advance(splice(at_) > 0 ? splice(at_) : peek() == '\\' ? 2 : 1);
    }
    advance(1);
    put(kind);
  }

  void raw_string() {
    const std::size_t open = s_.find('(', at_);
    if (open == std::string_view::npos) fail("a raw string that does not end");
    const std::string close = ")" + std::string(s_.substr(at_ + 1, open - at_ - 1)) + "\"";
    const std::size_t end = s_.find(close, open);
    if (end == std::string_view::npos) fail("a raw string that does not end");
    advance(end + close.size() - at_);
    put(TokenKind::text);
  }

  std::string_view s_;
  const std::string& path_;
  std::size_t at_ = 0, start_ = 0;
  int line_ = 1, start_line_ = 1;
  bool fresh_line_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, const std::string& path) { return Lexer(source, path).run(); }

}  // namespace yhat::labs
