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

bool is_number(const Json& v) { return v.is_number() || v == "NaN" || v == "Infinity" || v == "-Infinity"; }

// A fraction, or a number too large for an integer, is no id and no size.
void require_integer(const files::Source& file, const Json& v, const char* what) {
  if (!v.is_number_integer()) file.fail(-1, fmt::format("{} {} (must be an integer)", what, v.dump()));
}

// Nothing, as many numbers as the shape says, or what was written about too many of them.
void require_tensor(const files::Source& file, const Json& v, const Json& shape, const std::string& where) {
  if (v.is_null()) return;
  const auto numbers = [&](const Json& list) {
    for (const Json& n : list) {
      if (!is_number(n)) file.fail(-1, fmt::format("{}: {} is no number", where, n.dump()));
    }
  };
  if (v.is_object() && v.at("heat").at("data").is_array()) {
    for (const char* what : {"min", "mean", "max", "zeros", "nonfinite"}) numbers(Json::array({v.at(what)}));
    return numbers(v.at("heat").at("data"));
  }
  if (!v.is_array()) file.fail(-1, fmt::format("{} is {} (must be a list of numbers)", where, v.dump()));
  numbers(v);
  double elements = 1;
  for (const Json& n : shape) elements *= n.get<double>();
  if (static_cast<double>(v.size()) != elements) {
    file.fail(-1, fmt::format("{} has {} numbers, the shape is {}", where, v.size(), shape.dump()));
  }
}

void check(const files::Source& file, const Json& j) {
  const std::string schema = j.is_object() ? j.value("schema", "") : "";
  if (schema != "yhat.trace/1") {
    file.fail(-1, fmt::format("schema '{}' (must be yhat.trace/1)", schema));
  }
  const std::string page = j.at("page");
  if (page != "stepper") file.fail(-1, fmt::format("page '{}' has no steps to compare (must be stepper)", page));
  if (j.at("events").empty()) file.fail(-1, "no events (nothing was recorded)");
  const std::size_t tensors = j.at("tensors").size();
  const std::size_t ops = j.at("ops").size();
  const auto within = [&](const Json& id, std::size_t count, const char* what) {
    require_integer(file, id, what);
    if (id < 0 || id >= count) file.fail(-1, fmt::format("{} {} (there are {})", what, id.dump(), count));
  };
  for (const Json& t : j.at("tensors")) {
    for (const Json& n : t.at("shape")) require_integer(file, n, "size");
  }
  for (const Json& v : j.at("layout").flatten()) {
    if (v.is_number()) require_integer(file, v, "place");
  }
  for (const Json& box : j.at("layout").at("nodes")) within(box.at("id"), tensors, "tensor");
  for (const Json& wire : j.at("layout").at("edges")) {
    for (const char* end : {"from", "to"}) within(wire.at(end), tensors, "tensor");
  }
  for (const Json& op : j.at("ops")) {
    within(op.at("id"), ops, "op");
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
    if (e.contains("from")) within(e.at("from"), tensors, "tensor");
    for (const char* field : {"data", "out", "upstream", "contrib", "before", "after"}) {
      if (!e.contains(field)) continue;
      const Json& t = e.at(std::string(field) == "upstream" ? "from" : "tensor");
      const Json& shape = j.at("tensors").at(t.get<std::size_t>()).at("shape");
      require_tensor(file, e.at(field), shape, fmt::format("{}: {}", where, field));
    }
    for (const auto& [key, formula] : e.at("subst").items()) require_mathml(file, formula, where);
    for (const Json& m : e.value("micro", Json::array())) {
      if (m.contains("formula")) require_mathml(file, m.at("formula").at("mathml"), where);
    }
  }
}

}  // namespace

MaybeNumbers numbers_of(const Json& json) {
  if (json.is_null() || json.is_object()) return {};
  if (!json.is_array()) throw FormatError("trace", "", -1, fmt::format("{} is no list of numbers", json.dump()));
  Numbers out;
  for (const Json& v : json) {
    if (!is_number(v)) throw FormatError("trace", "", -1, fmt::format("{} is no number", v.dump()));
    constexpr double inf = std::numeric_limits<double>::infinity();
    out.push_back(v.is_number()     ? v.get<double>()
                  : v == "NaN"      ? std::numeric_limits<double>::quiet_NaN()
                  : v == "Infinity" ? inf
                                    : -inf);
  }
  return out;
}

std::string in_plain_words(const Json::exception& error) {
  const std::string text = error.what();  // "[json.exception.type_error.302] type must be ..."
  const std::size_t code = text.find("] ");
  return code == std::string::npos ? text : text.substr(code + 2);
}

Json read_trace(const std::string& path) {
  const files::Source file("trace", path);
  const std::vector<std::byte> bytes = file.read_all();
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  try {
    Json j = Json::parse(text, text + bytes.size());
    check(file, j);
    compare(j, j);  // reads every field that is compared
    return j;
  } catch (const Json::parse_error& error) {
    file.fail(-1, fmt::format("not JSON ({})", in_plain_words(error)));
  } catch (const Json::exception& error) {
    file.fail(-1, fmt::format("not a trace ({})", in_plain_words(error)));
  }
}

}  // namespace yhat::trace
