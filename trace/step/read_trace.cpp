// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "core/files/bytes.h"
#include "json.h"
#include "yhat/error.h"

namespace yhat::trace {
namespace {

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A page puts formulas in as they are, so a file must not smuggle in anything else: only the elements that we write,
// with attributes that do nothing.
bool is_mathml(const std::string& s) {
  static constexpr std::array<std::string_view, 16> elements = {"math", "mi",   "mn",      "mo",     "mrow",  "mfrac",
                                                                "msub", "msup", "msubsup", "munder", "mover", "mtable",
                                                                "mtr",  "mtd",  "mtext",   "msqrt"};
  static constexpr std::array<std::string_view, 4> attributes = {"class", "display", "mathvariant", "data-v"};
  for (std::size_t at = s.find('<'); at != std::string::npos; at = s.find('<', at)) {
    const std::size_t end = s.find('>', at);
    if (end == std::string::npos) return false;
    std::string_view tag(s.data() + at + 1, end - at - 1);
    at = end;
    if (tag.starts_with('/')) {
      if (!one_of(tag.substr(1), elements)) return false;
      continue;
    }
    const std::size_t blank = std::min(tag.find(' '), tag.size());
    if (!one_of(tag.substr(0, blank), elements)) return false;
    tag.remove_prefix(blank);
    while (!tag.empty()) {  // " name="value""
      const std::size_t equals = tag.find("=\"");
      if (tag[0] != ' ' || equals == std::string_view::npos || !one_of(tag.substr(1, equals - 1), attributes))
        return false;
      const std::size_t close = tag.find('"', equals + 2);
      if (close == std::string_view::npos) return false;
      tag.remove_prefix(close + 1);
    }
  }
  return true;
}

void require_mathml(const files::Source& file, const Json& formula, const std::string& where) {
  if (!is_mathml(formula.get_ref<const std::string&>()))
    file.fail(-1, fmt::format("{}: the formula is not MathML", where));
}

void check(const files::Source& file, const Json& j) {
  const std::string schema = j.is_object() ? j.value("schema", "") : "";
  if (schema != "yhat.trace/1") {
    file.fail(-1, fmt::format("schema '{}' (must be yhat.trace/1)", schema));
  }
  const std::string page = j.at("page");
  if (page != "stepper") file.fail(-1, fmt::format("page '{}' has no steps to compare (must be stepper)", page));
  const std::size_t tensors = j.at("tensors").size();
  const std::size_t ops = j.at("ops").size();
  const auto within = [&](const Json& id, std::size_t count, const char* what) {
    if (id.get<std::int64_t>() < 0 || id.get<std::size_t>() >= count) {
      file.fail(-1, fmt::format("{} {} (there are {})", what, id.get<std::int64_t>(), count));
    }
  };
  for (const Json& op : j.at("ops")) {
    within(op.at("out"), tensors, "tensor");
    for (const Json& t : op.at("in")) {
      if (t != -1) within(t, tensors, "tensor");
    }
  }
  for (const auto& [key, formula] : j.at("formulas").items()) require_mathml(file, formula.at("mathml"), key);
  int k = 0;
  for (const Json& e : j.at("events")) {
    const std::string where = fmt::format("step {}", ++k);
    within(e.at("tensor"), tensors, "tensor");
    if (e.contains("op")) within(e.at("op"), ops, "op");
    for (const auto& [key, formula] : e.at("subst").items()) require_mathml(file, formula, where);
    for (const Json& m : e.value("micro", Json::array())) {
      if (m.contains("formula")) require_mathml(file, m.at("formula").at("mathml"), where);
    }
  }
}

}  // namespace

MaybeNumbers numbers_of(const Json& json) {
  if (!json.is_array()) return {};
  Numbers out;
  for (const Json& v : json) {
    if (v.is_number()) {
      out.push_back(v);
      continue;
    }
    const std::string word = v;
    constexpr double inf = std::numeric_limits<double>::infinity();
    if (word != "NaN" && word != "Infinity" && word != "-Infinity") {
      throw FormatError("trace", "", -1, fmt::format("'{}' is no number", word));
    }
    out.push_back(word == "NaN" ? std::numeric_limits<double>::quiet_NaN() : word == "Infinity" ? inf : -inf);
  }
  return out;
}

Json read_trace(const std::string& path) {
  const files::Source file("trace", path);
  const std::vector<std::byte> bytes = file.read_all();
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  try {
    Json j = Json::parse(text, text + bytes.size());
    check(file, j);
    return j;
  } catch (const Json::exception& error) {
    file.fail(-1, fmt::format("not a trace ({})", error.what()));
  }
}

}  // namespace yhat::trace
