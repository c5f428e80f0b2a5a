// SPDX-License-Identifier: MIT
#include "declarations.h"

#include <set>
#include <utility>

#include "lexer.h"

namespace yhat::labs {
namespace {

class Parser {
 public:
  Parser(std::string_view source, const std::string& path) : s_(source), path_(path) {
    match_brackets(tokenize(source, path));
  }

  std::vector<Declaration> run() {
    scope(0, "", "");
    return std::move(found_);
  }

 private:
  // --- Tokens ---

  // Keeps what is neither comment nor directive, and finds the partner of each bracket. Within a branch of #if,
  // brackets must match, because only one of the branches is real.
  void match_brackets(const std::vector<Token>& all) {
    std::vector<std::size_t> open;
    std::vector<std::pair<std::size_t, int>> conditions;
    for (const Token& t : all) {
      if (t.kind == TokenKind::comment) continue;
      if (t.kind == TokenKind::directive) {
        condition(t, open.size(), conditions);
        continue;
      }
      tokens_.push_back(t);
      partner_.push_back(0);
      if (t.kind != TokenKind::punctuation) continue;
      const char c = s_[t.begin];
      if (c == '(' || c == '[' || c == '{') open.push_back(tokens_.size() - 1);
      if (c != ')' && c != ']' && c != '}') continue;
      const char expected = c == ')' ? '(' : c == ']' ? '[' : '{';
      if (open.empty() || s_[tokens_[open.back()].begin] != expected) {
        throw SourceError(path_, t.line, std::string("\"") + c + "\" closes nothing");
      }
      partner_[open.back()] = tokens_.size() - 1;
      partner_.back() = open.back();
      open.pop_back();
    }
    if (!open.empty()) throw SourceError(path_, tokens_[open.back()].line, "a bracket that is not closed");
  }

  void condition(const Token& t, std::size_t depth, std::vector<std::pair<std::size_t, int>>& conditions) {
    std::size_t i = s_.find_first_not_of(" \t", t.begin + 1);
    if (i == std::string_view::npos) return;
    const std::size_t end = s_.find_first_not_of("abcdefghijklmnopqrstuvwxyz", i);
    const std::string_view word = s_.substr(i, end - i);
    if (word == "if" || word == "ifdef" || word == "ifndef") {
      conditions.emplace_back(depth, t.line);
    } else if (word == "else" || word == "elif" || word == "endif") {
      if (conditions.empty()) throw SourceError(path_, t.line, "#" + std::string(word) + " without #if");
      if (conditions.back().first != depth) {
        throw SourceError(path_, conditions.back().second, "brackets do not match within a branch of #if");
      }
      if (word == "endif") conditions.pop_back();
    }
  }

  std::string_view text(std::size_t i) const {
    return i < tokens_.size() ? s_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin) : std::string_view();
  }
  bool is(std::size_t i, std::string_view what) const { return text(i) == what; }
  bool word(std::size_t i) const { return i < tokens_.size() && tokens_[i].kind == TokenKind::identifier; }

  // Behind the ">" that belongs to the "<" at i; i + 1 if there is none before the declaration ends.
  std::size_t behind_angle(std::size_t i) const {
    int depth = 0;
    for (std::size_t j = i; j < tokens_.size(); ++j) {
      if (is(j, "(") || is(j, "[") || is(j, "{")) {
        j = partner_[j];
      } else if (is(j, "<")) {
        ++depth;
      } else if (is(j, ">") && --depth == 0) {
        return j + 1;
      } else if (is(j, ";") || is(j, ")") || is(j, "}")) {
        break;
      }
    }
    return i + 1;
  }

  // --- Scopes ---

  // Declarations from token i to the "}" that closes the scope (or the end); returns its place.
  std::size_t scope(std::size_t i, const std::string& prefix, const std::string& class_name) {
    while (i < tokens_.size() && !is(i, "}")) {
      const bool access = is(i, "public") || is(i, "private") || is(i, "protected");
      if (is(i, ";")) {
        ++i;
      } else if (access && is(i + 1, ":")) {
        i += 2;
      } else {
        i = declaration(i, prefix, class_name);
      }
    }
    return i;
  }

  struct Head {
    std::size_t first;
    std::size_t parameters = 0;  // place of "("
    std::string name;
    bool is_template = false, assigned = false, is_noexcept = false, try_block = false;
    std::size_t name_at = 0;  // of a variable or type
  };

  std::size_t declaration(std::size_t first, const std::string& prefix, const std::string& class_name) {
    Head h;
    h.first = first;
    std::size_t i = first;
    if (is(i, "namespace") || (is(i, "inline") && is(i + 1, "namespace"))) return name_space(i, prefix);
    if (is(i, "extern") && tokens_.size() > i + 2 && tokens_[i + 1].kind == TokenKind::text && is(i + 2, "{")) {
      return scope(i + 3, prefix, class_name) + 1;
    }
    while (i < tokens_.size()) {
      if (is(i, ";") || is(i, "}")) {
        put(h, i, prefix, class_name, false, 0);
        return is(i, ";") ? i + 1 : i;
      }
      if (is(i, "template") && is(i + 1, "<")) {
        h.is_template = true;
        i = behind_angle(i + 1);
      } else if (h.parameters == 0 && !h.assigned && type_keyword(i)) {
        i = type(h, i, prefix);
        if (is(i, ";")) return i + 1;
      } else if (is(i, "operator") && h.parameters == 0 && !h.assigned) {
        i = operator_name(h, i);
      } else if (is(i, "requires") && is(i + 1, "requires")) {
        i += 2;
        if (is(i, "(")) i = partner_[i] + 1;
        if (is(i, "{")) i = partner_[i] + 1;
      } else if (is(i, "(")) {
        if (h.parameters == 0 && !h.assigned && i > first && names_a_function(i - 1)) {
          h.parameters = i;
          if (h.name.empty()) h.name = qualified_before(i);
        }
        i = partner_[i] + 1;
      } else if (is(i, "[")) {
        i = partner_[i] + 1;
      } else if (is(i, "=")) {
        h.assigned = true;
        ++i;
      } else if (is(i, "noexcept")) {
        h.is_noexcept = !(is(i + 1, "(") && is(i + 2, "false"));
        ++i;
      } else if (is(i, "try") && h.parameters != 0) {
        h.try_block = true;
        ++i;
      } else if (is(i, ":") && h.parameters != 0 && !h.assigned) {
        i = member_initialisers(i + 1);
      } else if (is(i, "{")) {
        if (h.parameters != 0 && !h.assigned) return body(h, i, prefix, class_name);
        i = partner_[i] + 1;
      } else if (is(i, "<") && i > first && word(i - 1) && !h.assigned) {
        i = behind_angle(i);
      } else {
        if (word(i) && !h.assigned && h.parameters == 0) h.name_at = i;
        ++i;
      }
    }
    return i;
  }

  std::size_t name_space(std::size_t i, const std::string& prefix) {
    std::string inner = prefix;
    for (++i; i < tokens_.size() && !is(i, "{") && !is(i, ";"); ++i) {
      if (is(i, "[") || is(i, "("))
        i = partner_[i];
      else if (is(i, "=")) {  // an alias
        while (i < tokens_.size() && !is(i, ";")) ++i;
        break;
      } else if (word(i) && !is(i, "namespace") && !is(i, "inline")) {
        inner += std::string(text(i)) + "::";
      }
    }
    return is(i, "{") ? scope(i + 1, inner, "") + 1 : i + 1;
  }

  bool type_keyword(std::size_t i) const {
    return is(i, "class") || is(i, "struct") || is(i, "union") || is(i, "enum");
  }

  // From "struct" on; behind the members if there are any, else behind the name.
  std::size_t type(Head& h, std::size_t keyword, const std::string& prefix) {
    std::size_t i = keyword + 1;
    if (is(keyword, "enum") && (is(i, "class") || is(i, "struct"))) ++i;
    std::string name;
    while (i < tokens_.size()) {
      if (is(i, "[") || (is(i, "(") && (is(i - 1, "alignas") || is(i - 1, "__attribute__")))) {
        i = partner_[i] + 1;
      } else if (is(i, "<")) {
        i = behind_angle(i);
      } else if (word(i) || is(i, "::")) {
        if (name.empty() || is(i, "::") || is(i - 1, "::")) name += text(i);
        h.name_at = i++;
      } else {
        break;
      }
    }
    if (is(i, ":")) {  // bases, or the type of an enum
      while (i < tokens_.size() && !is(i, "{") && !is(i, ";")) i = is(i, "<") ? behind_angle(i) : i + 1;
    }
    if (!is(i, "{")) return i;
    const std::size_t mine = found_.size();
    found_.push_back({prefix + name, "", tokens_[h.first].begin, 0, tokens_[h.first].line, {}});
    found_.back().defined = true;
    if (!is(keyword, "enum")) scope(i + 1, prefix + name + "::", name);
    i = partner_[i] + 1;
    found_[mine].end = tokens_[is(i, ";") ? i : i - 1].end;
    return i;
  }

  std::size_t operator_name(Head& h, std::size_t i) {
    h.name = "operator";
    std::size_t j = i + 1;
    if (is(j, "(") && is(j + 1, ")")) {
      h.name += "()";
      j += 2;
    }
    for (; j < tokens_.size() && !is(j, "("); ++j) h.name += (word(j) ? " " : "") + std::string(text(j));
    // X::operator+
    std::size_t k = i;
    while (k >= h.first + 2 && is(k - 1, "::") && word(k - 2)) {
      h.name.insert(0, std::string(text(k - 2)) + "::");
      k -= 2;
    }
    h.parameters = j;
    return j < tokens_.size() ? partner_[j] + 1 : j;
  }

  bool names_a_function(std::size_t i) const {
    static const std::set<std::string_view> never = {"decltype",      "alignas",  "noexcept", "requires",
                                                     "__attribute__", "explicit", "sizeof",   "throw"};
    return (word(i) && never.count(text(i)) == 0) || is(i, ">");
  }

  // The name that ends just before "(": A::B::f, ~A, f<int>.
  std::string qualified_before(std::size_t paren) const {
    std::size_t k = paren - 1;
    if (is(k, ">")) {
      int depth = 0;
      for (; k > 0; --k) {
        depth += is(k, ">") - is(k, "<");
        if (depth == 0) break;
      }
      if (k > 0) --k;
    }
    std::string name(text(k));
    if (k > 0 && is(k - 1, "~")) name = "~" + name, --k;
    while (k >= 2 && is(k - 1, "::") && word(k - 2)) {
      name = std::string(text(k - 2)) + "::" + name;
      k -= 2;
    }
    return name;
  }

  // Of a constructor, from behind ":"; returns the place of its body.
  std::size_t member_initialisers(std::size_t i) const {
    while (i < tokens_.size()) {
      while (i < tokens_.size() && !is(i, "(") && !is(i, "{") && !is(i, ";")) i = is(i, "<") ? behind_angle(i) : i + 1;
      if (i >= tokens_.size() || is(i, ";")) return i;
      i = partner_[i] + 1;
      while (is(i, ".")) ++i;
      if (!is(i, ",")) return i;
      ++i;
    }
    return i;
  }

  std::size_t body(Head& h, std::size_t i, const std::string& prefix, const std::string& class_name) {
    std::size_t last = partner_[i];
    std::size_t next = last + 1;
    while (h.try_block && is(next, "catch")) {
      next = partner_[next + 1] + 1;
      last = partner_[next];
      next = last + 1;
    }
    put(h, last, prefix, class_name, true, i);
    return next;
  }

  void put(const Head& h, std::size_t last, const std::string& prefix, const std::string& class_name, bool defined,
           std::size_t open) {
    if (last == h.first || last >= tokens_.size()) return;
    Declaration d{prefix, "", tokens_[h.first].begin, tokens_[last].end, tokens_[h.first].line, {}};
    if (h.parameters == 0) {
      if (h.name_at == 0 && !word(h.first)) return;
      d.name += text(h.name_at);
      found_.push_back(d);
      return;
    }
    d.name += h.name;
    d.function = true;
    d.defined = defined;
    const std::size_t from = tokens_[h.parameters].end;
    d.parameters = s_.substr(from, tokens_[partner_[h.parameters]].begin - from);
    if (defined) {
      d.open = tokens_[open].begin;
      d.close = tokens_[partner_[open]].begin;
      d.obstacles = obstacles(h, class_name);
    }
    found_.push_back(d);
  }

  std::vector<const char*> obstacles(const Head& h, const std::string& class_name) const {
    std::vector<const char*> list;
    if (h.is_template) list.push_back("a template");
    for (std::size_t i = h.first; i < h.parameters; ++i) {
      if (is(i, "inline")) list.push_back("inline");
      if (is(i, "constexpr") || is(i, "consteval")) list.push_back("constexpr");
    }
    if (h.is_noexcept) list.push_back("noexcept (it must be able to throw)");
    if (h.try_block) list.push_back("a function-try-block");
    const std::size_t colons = h.name.rfind("::");
    const std::string last = colons == std::string::npos ? h.name : h.name.substr(colons + 2);
    std::string owner = class_name;
    if (colons != std::string::npos) {
      const std::size_t before = h.name.rfind("::", colons - 1);
      owner = h.name.substr(before == std::string::npos ? 0 : before + 2,
                            colons - (before == std::string::npos ? 0 : before + 2));
    }
    if (last == owner) list.push_back("a constructor");
    if (last.starts_with("~")) list.push_back("a destructor");
    return list;
  }

  std::string_view s_;
  const std::string& path_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> partner_;
  std::vector<Declaration> found_;
};

}  // namespace

std::vector<Declaration> declarations_in(std::string_view source, const std::string& path) {
  return Parser(source, path).run();
}

bool named(const Declaration& declaration, std::string_view name) {
  const std::string& full = declaration.name;
  if (!full.ends_with(name)) return false;
  return full.size() == name.size() || full.substr(0, full.size() - name.size()).ends_with("::");
}

}  // namespace yhat::labs
