// SPDX-License-Identifier: MIT
#include "bodies.h"

#include <algorithm>
#include <cctype>

#include "lexer.h"

namespace yhat::labs {
namespace {

std::size_t line_start(std::string_view s, std::size_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : s.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}
std::size_t next_line(std::string_view s, std::size_t at) {
  const std::size_t newline = s.find('\n', at);
  return newline == std::string_view::npos ? s.size() : newline + 1;
}
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::string without_spaces(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!std::isspace(static_cast<unsigned char>(c))) out += c;
  }
  return out;
}

std::string listed(const std::vector<Declaration>& candidates) {
  std::string list;
  for (const Declaration& d : candidates) {
    list += (list.empty() ? "" : "; ") + d.name + "(" + std::string(trimmed(d.parameters)) + ") in line " +
            std::to_string(d.line);
  }
  return list;
}

}  // namespace

Declaration find_function(std::string_view source, const std::string& path, std::string_view function,
                          std::string_view signature) {
  const std::string name(function);
  const std::vector<Declaration> all = declarations_in(source, path);
  std::vector<Declaration> candidates;
  std::copy_if(all.begin(), all.end(), std::back_inserter(candidates),
               [&](const Declaration& d) { return d.function && d.defined && named(d, name); });
  if (candidates.empty()) {
    std::vector<Declaration> others;
    std::copy_if(all.begin(), all.end(), std::back_inserter(others),
                 [](const Declaration& d) { return d.function && d.defined; });
    throw SourceError(path, 1, "no definition of " + name + "; defined here: " + listed(others));
  }
  std::vector<Declaration> fitting;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(fitting), [&](const Declaration& d) {
    return without_spaces(d.parameters).find(without_spaces(signature)) != std::string::npos;
  });
  if (fitting.empty()) {
    throw SourceError(
        path, candidates[0].line,
        "no " + name + " with \"" + std::string(signature) + "\" in its parameters: " + listed(candidates));
  }
  if (fitting.size() > 1) {
    throw SourceError(path, fitting[0].line, name + " is ambiguous: " + listed(fitting) + "; give \"signature\"");
  }
  const Declaration& d = fitting[0];
  if (!path.ends_with(".cpp") && !path.ends_with(".cc")) {
    throw SourceError(path, d.line, name + " is in a header; it cannot be replaced when linking");
  }
  if (!d.obstacles.empty()) {
    throw SourceError(path, d.line, name + " is " + d.obstacles[0] + "; such a body cannot be left out");
  }
  return d;
}

std::string_view body_of(std::string_view source, const Declaration& d) {
  return source.substr(d.open + 1, d.close - d.open - 1);
}

std::string spliced(std::string_view source, std::vector<Splice> splices) {
  std::sort(splices.begin(), splices.end(), [](const Splice& a, const Splice& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t at = 0;
  for (const Splice& splice : splices) {
    out += source.substr(at, splice.begin - at);
    out += splice.text;
    at = splice.end;
  }
  return out += source.substr(at);
}

namespace {

std::string indent_of(std::string_view source, const Declaration& d) {
  const std::size_t start = line_start(source, d.begin);
  const std::size_t end = source.find_first_not_of(" \t", start);
  return std::string(source.substr(start, std::min(end, d.begin) - start));
}

}  // namespace

Splice emptied(std::string_view source, const Declaration& d, const std::string& hole, const std::string& todo) {
  const std::string indent = indent_of(source, d);
  return {d.open + 1, d.close,
          "\n" + indent + "  // TODO(" + hole + "): " + (todo.empty() ? "write this function" : todo) + "\n" + indent +
              "  YHAT_TODO(\"" + hole + "\");\n" + indent};
}

Splice replaced(std::string_view source, const Declaration& d, std::string_view body) {
  std::string text(body);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return {d.open + 1, d.close, "\n" + text + "\n" + indent_of(source, d)};
}

std::vector<Splice> removed(std::string_view source, const std::string& path, std::string_view name) {
  const std::vector<Token> tokens = tokenize(source, path);
  std::vector<Splice> splices;
  for (const Declaration& d : declarations_in(source, path)) {
    if (!named(d, name)) continue;
    std::size_t begin = line_start(source, d.begin);
    // Comments that end on the line directly above belong to it.
    for (auto t = tokens.rbegin(); t != tokens.rend(); ++t) {
      if (t->begin >= begin) continue;
      const bool above =
          t->kind == TokenKind::comment && next_line(source, t->end) == begin &&
          trimmed(source.substr(line_start(source, t->begin), t->begin - line_start(source, t->begin))).empty();
      if (!above) break;
      begin = line_start(source, t->begin);
    }
    std::size_t end = next_line(source, d.end);
    const auto blank = [&](std::size_t from) {
      return from < source.size() && trimmed(source.substr(from, next_line(source, from) - from)).empty();
    };
    if (begin > 0 && blank(line_start(source, begin - 1)) && blank(end)) end = next_line(source, end);
    splices.push_back({begin, end, ""});
  }
  if (splices.empty()) throw SourceError(path, 1, "nothing named " + std::string(name) + " to remove");
  return splices;
}

Splice todo_include(std::string_view source, const std::string& path) {
  constexpr const char* line = "#include <yhat/labs/todo.h>\n";
  for (const Token& t : tokenize(source, path)) {
    if (t.kind != TokenKind::directive) continue;
    const std::string text = without_spaces(source.substr(t.begin, t.end - t.begin));
    if (text.starts_with("#include")) return {line_start(source, t.begin), line_start(source, t.begin), line};
  }
  return {0, 0, line};
}

std::vector<std::string> normalised_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find("//"));
    std::string kept = without_spaces(line);
    const auto says_something = [](char c) { return std::isalnum(static_cast<unsigned char>(c)); };
    if (std::any_of(kept.begin(), kept.end(), says_something)) lines.push_back(std::move(kept));
  }
  return lines;
}

}  // namespace yhat::labs
