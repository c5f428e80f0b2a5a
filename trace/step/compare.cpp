// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "json.h"
#include "numbers.h"
#include "output.h"
#include "yhat/error.h"

// Two traces of what should be the same run: where do they part?
namespace yhat::trace {
namespace {

using Lines = std::vector<std::string>;

bool close(double mine, double expected, bool f32) {
  if (std::isnan(mine) || std::isnan(expected)) return std::isnan(mine) && std::isnan(expected);
  if (mine == expected) return true;
  return std::abs(mine - expected) <= (f32 ? 1e-6 + 1e-4 * std::abs(expected) : 1e-12 + 1e-9 * std::abs(expected));
}

std::string place(std::int64_t flat, const Json& shape) {
  std::string text;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const auto n = shape.at(axis).get<std::int64_t>();
    text = fmt::format("{}{}{}", flat % n, text.empty() ? "" : ",", text);
    flat /= n;
  }
  return fmt::format("({})", text);
}

// How two arrays of one shape differ.
struct Mismatch {
  std::string text;         // empty: they are equal
  std::int64_t first = -1;  // element
};

Mismatch compare_elements(const Numbers& expected, const Numbers& mine, const Json& shape, bool f32) {
  if (expected.size() != mine.size()) {
    return {fmt::format("expected {} elements, yours has {}", expected.size(), mine.size()), -1};
  }
  std::size_t count = 0;
  std::size_t first = 0;
  std::size_t worst = 0;
  double largest = -1;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (close(mine[i], expected[i], f32)) continue;
    if (count++ == 0) first = i;
    const double off = std::abs(mine[i] - expected[i]);
    const double size = std::isfinite(off) ? off : HUGE_VAL;
    if (size > largest) worst = i, largest = size;
  }
  if (count == 0) return {};
  const auto element = [&](std::size_t i) {
    return fmt::format("{}: expected {}, yours {}", place(static_cast<std::int64_t>(i), shape), show(expected[i]),
                       show(mine[i]));
  };
  std::string text = mine.size() == 1
                         ? fmt::format("expected {}, yours {}", show(expected[0]), show(mine[0]))
                         : fmt::format("{} of {} elements differ; first {}", count, mine.size(), element(first));
  if (worst != first) text += fmt::format("; worst {}", element(worst));
  return {text, static_cast<std::int64_t>(first)};
}

// A tensor that was too large to be written down: what was written about it.
Mismatch compare_summaries(const Json& expected, const Json& mine, bool f32) {
  for (const char* what : {"min", "mean", "max", "zeros", "nonfinite"}) {
    const Numbers a = *numbers_of(Json::array({expected.at(what)}));
    const Numbers b = *numbers_of(Json::array({mine.at(what)}));
    if (!close(b[0], a[0], f32)) return {fmt::format("{}: expected {}, yours {}", what, show(a[0]), show(b[0])), -1};
  }
  const Numbers a = *numbers_of(expected.at("heat").at("data"));
  const Numbers b = *numbers_of(mine.at("heat").at("data"));
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {  // three digits were kept
    if (!close(b[i], a[i], f32) && !(std::abs(a[i] - b[i]) <= 0.02 * std::abs(a[i]))) {
      return {fmt::format("cell {} of the picture: expected {}, yours {}", i, show(a[i]), show(b[i])), -1};
    }
  }
  return {};
}

Mismatch compare_tensors(const Json& expected, const Json& mine, const Json& shape, bool f32) {
  if (expected.is_null() && mine.is_null()) return {};
  if (expected.is_null() || mine.is_null()) {
    return {expected.is_null() ? "expected none (-), yours has one" : "yours is missing (-)", -1};
  }
  if (expected.is_array() && mine.is_array()) {
    return compare_elements(*numbers_of(expected), *numbers_of(mine), shape, f32);
  }
  if (expected.is_object() && mine.is_object()) return compare_summaries(expected, mine, f32);
  return {"of different sizes", -1};
}

// One run, with names for its events.
class Run {
 public:
  explicit Run(const Json& trace) : json(trace), events(trace.at("events")) {
    std::map<std::string, int> count;
    for (const Json& op : trace.at("ops")) ordinal_.push_back(++count[op.at("name").get<std::string>()]);
  }

  const Json& tensor(const Json& event) const { return json.at("tensors").at(event.at("tensor").get<std::size_t>()); }
  const Json& op(const Json& event) const { return json.at("ops").at(event.at("op").get<std::size_t>()); }

  // "backward conv2d -> x"; the second op of a name is "conv2d (2)".
  std::string key(const Json& event) const {
    const std::string kind = event.at("kind");
    const std::string name = tensor(event).at("name");
    if (!event.contains("op")) return fmt::format("{} {}", kind, name);
    const int which = ordinal_.at(event.at("op").get<std::size_t>());
    const std::string made_by =
        op(event).at("name").get<std::string>() + (which > 1 ? fmt::format(" ({})", which) : "");
    return kind == "forward" ? fmt::format("{} {}", kind, made_by) : fmt::format("{} {} -> {}", kind, made_by, name);
  }

  bool has(const std::string& wanted, std::size_t from) const {
    for (std::size_t i = from; i < events.size(); ++i) {
      if (key(events.at(i)) == wanted) return true;
    }
    return false;
  }

  const Json& json;
  const Json& events;

 private:
  std::vector<int> ordinal_;  // by op
};

// From which cells of the output the gradient of one cell of the input comes: convolution and pooling.
std::string windows(const Run& run, const Json& event, std::int64_t element) {
  const Json& op = run.op(event);
  const std::string name = op.at("name");
  const bool conv = name == "conv2d" && event.at("input") == 0;
  if ((!conv && name != "max_pool2d" && name != "avg_pool2d") || element < 0) return "";
  const Json& attributes = op.at("attrs");
  const auto setting = [&](const char* which, std::size_t axis, std::int64_t otherwise) -> std::int64_t {
    if (!attributes.contains(which)) return otherwise;
    const Json& v = attributes.at(which);
    return static_cast<std::int64_t>(std::clamp((v.is_array() ? v.at(axis) : v).get<double>(), -1e9, 1e9));
  };
  const auto shape_of = [&](const Json& id) -> const Json& {
    return run.json.at("tensors").at(id.get<std::size_t>()).at("shape");
  };
  const Json& in = run.tensor(event).at("shape");
  const Json& out = shape_of(op.at("out"));
  std::int64_t at[2] = {element / in.at(3).get<std::int64_t>() % in.at(2).get<std::int64_t>(),
                        element % in.at(3).get<std::int64_t>()};
  std::vector<std::int64_t> cells[2];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t kernel =
        conv ? shape_of(op.at("in").at(1)).at(axis + 2).get<std::int64_t>() : setting("kernel", axis, 1);
    for (std::int64_t i = 0; i < out.at(axis + 2).get<std::int64_t>(); ++i) {
      const std::int64_t start = i * setting("stride", axis, 1) - setting("padding", axis, 0);
      const std::int64_t dilation = std::max<std::int64_t>(1, setting("dilation", axis, 1));
      const std::int64_t off = at[axis] - start;
      if (off >= 0 && off % dilation == 0 && off / dilation < kernel) cells[axis].push_back(i);
    }
  }
  std::string list;
  std::size_t count = 0;
  for (std::int64_t i : cells[0]) {
    for (std::int64_t j : cells[1]) {
      if (++count <= 4) list += fmt::format("{}({},{})", list.empty() ? "" : " ", i, j);
    }
  }
  if (count == 0) return "that cell lies in no window";
  if (count == 1) return fmt::format("that cell receives from output cell {} only", list);
  return fmt::format("that cell receives from {} output cells: {}{}", count, list, count > 4 ? " ..." : "");
}

void add_line(Lines& lines, const char* key, const std::string& text) {
  std::string rest = fmt::format("  {:<13} {}", key, text);
  while (rest.size() > 80) {
    std::size_t at = rest.rfind(' ', 80);
    if (at == std::string::npos || at < 17) at = 80;
    lines.push_back(rest.substr(0, at));
    rest = std::string(16, ' ') + rest.substr(std::min(rest.size(), at + 1));
  }
  lines.push_back(rest);
}

// The fields of an event in the order in which one follows from the other, and what to call the first that differs.
struct Field {
  const char *field, *shown;
};

std::vector<Field> fields_of(const std::string& kind) {
  if (kind == "forward") return {{"out", "value"}};
  if (kind == "backward" || kind == "stored") {
    std::vector<Field> all = {{"contrib", "contribution"}, {"before", "before"}, {"after", "after"}};
    if (kind == "backward") all.insert(all.begin(), {"upstream", "upstream"});
    return all;
  }
  if (kind == "update" || kind == "zero_grad") return {{"before", "before"}, {"after", "after"}};
  return {{"data", "value"}};
}

std::string verdict(const Run& mine, const Json& event, const std::string& field) {
  const std::string kind = event.at("kind");
  const std::string x = mine.tensor(event).at("name");
  const std::string f = event.contains("op") ? mine.op(event).at("name").get<std::string>() : "";
  if (kind == "value") return fmt::format("{} starts from other numbers: not the same run", x);
  if (kind == "forward") return fmt::format("the inputs agree: the forward of {} is wrong", f);
  if (kind == "seed") return "backward starts from another seed";
  if (kind == "update") return fmt::format("the update of {} differs", x);
  if (field == "upstream") return fmt::format("the gradient that arrives at {} differs", f);
  if (field == "contrib") return fmt::format("forward values and upstream agree: the vjp of {} for {} is wrong", f, x);
  if (field == "before") return fmt::format("another gradient was there before: is a zero_grad missing?");
  const MaybeNumbers contribution = numbers_of(event.at("contrib"));
  const bool replaced = contribution && contribution == numbers_of(event.at("after"));
  return fmt::format("the contribution agrees: the accumulation into {} is wrong{}", x,
                     replaced ? ", it replaces (=) where it should add (+=)" : "");
}

// The lines for an event that both runs have; none if it is the same.
Lines compare_events(const Run& reference, const Json& expected, const Run& mine, const Json& event, bool f32) {
  Lines lines;
  const Json& shape = mine.tensor(event).at("shape");
  if (const Json& wanted = reference.tensor(expected).at("shape"); wanted != shape) {
    add_line(lines, "shape", fmt::format("expected {}, yours {}", wanted.dump(), shape.dump()));
    add_line(lines, "verdict", fmt::format("{} has another shape", mine.tensor(event).at("name").get<std::string>()));
    return lines;
  }
  for (const auto& [field, shown] : fields_of(event.at("kind"))) {
    const Json& shape_here = std::string(field) == "upstream"
                                 ? mine.json.at("tensors").at(event.at("from").get<std::size_t>()).at("shape")
                                 : shape;
    const Mismatch m = compare_tensors(expected.at(field), event.at(field), shape_here, f32);
    if (m.text.empty()) {
      add_line(lines, shown, "equal");
      continue;
    }
    add_line(lines, shown, m.text);
    if (std::string(field) == "contrib" && event.contains("op")) {
      if (const std::string from = windows(mine, event, m.first); !from.empty()) add_line(lines, "windows", from);
    }
    add_line(lines, "verdict", verdict(mine, event, field));
    return lines;
  }
  return {};
}

}  // namespace

Difference compare(const Json& reference_json, const Json& mine_json) {
  const Run reference(reference_json);
  const Run mine(mine_json);
  const auto is_f32 = [](const Json& j) { return j.at("engine").at("dtype") == "f32"; };
  const bool f32 = is_f32(reference_json) || is_f32(mine_json);
  const std::size_t n = mine.events.size();
  const auto report = [&](std::size_t at, const std::string& what, Lines lines) {
    lines.insert(lines.begin(), fmt::format("first difference: step {} of {}, {}", at + 1, n, what));
    return Difference{false, static_cast<int>(std::min(at + 1, n)), std::move(lines)};
  };
  std::size_t at = 0;
  for (; at < std::min(n, reference.events.size()); ++at) {
    const Json& expected = reference.events.at(at);
    const Json& event = mine.events.at(at);
    const std::string wanted = reference.key(expected);
    const std::string key = mine.key(event);
    if (wanted != key) {
      Lines lines;
      add_line(lines, "expected", wanted);
      add_line(lines, "yours", key);
      add_line(lines, "verdict",
               mine.has(wanted, at) ? fmt::format("{} is extra", key) : fmt::format("{} is missing", wanted));
      return report(at, key, std::move(lines));
    }
    Lines lines = compare_events(reference, expected, mine, event, f32);
    if (!lines.empty()) return report(at, key, std::move(lines));
  }
  Lines lines;
  if (at < reference.events.size()) {
    add_line(lines, "verdict", fmt::format("yours ends here; {} is missing", reference.key(reference.events.at(at))));
    return report(at, "after the last one", std::move(lines));
  }
  if (at < n) {
    add_line(lines, "verdict", fmt::format("the reference ends before it; {} is extra", mine.key(mine.events.at(at))));
    return report(at, mine.key(mine.events.at(at)), std::move(lines));
  }
  return {true, 0, {fmt::format("no difference in {} steps", n)}};
}

Comparison compare_files(const std::string& reference, const std::string& mine) {
  const Json expected = read_trace(reference);
  Json json = read_trace(mine);
  try {
    const Difference d = compare(expected, json);
    json["diff"] = {{"step", d.step}, {"lines", d.lines}};
    std::string text;
    for (const std::string& line : d.lines) text += line + "\n";
    return {d.equal, std::move(text), to_html(json)};
  } catch (const Json::exception& error) {
    // All that is compared of the reference has been read already; what is left, words and pictures, is of this one.
    throw FormatError("trace", mine, -1, fmt::format("cannot be shown ({})", in_plain_words(error)));
  }
}

}  // namespace yhat::trace
