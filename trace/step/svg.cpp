// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "json.h"
#include "numbers.h"

namespace yhat::trace {
namespace {

using Points = std::vector<std::pair<int, int>>;

// Straight along the layers, curved between them.
std::string path(const Points& pts, int shift) {
  std::string d = fmt::format("M{} {}", pts[0].first, pts[0].second + shift);
  for (std::size_t i = 1; i < pts.size(); ++i) {
    const auto [x0, y0] = pts[i - 1];
    const auto [x1, y1] = pts[i];
    if (y0 == y1) {
      d += fmt::format("L{} {}", x1, y1 + shift);
    } else {
      const int half = (x1 - x0) / 2;
      d += fmt::format("C{} {} {} {} {} {}", x0 + half, y0 + shift, x1 - half, y1 + shift, x1, y1 + shift);
    }
  }
  return d;
}

std::string reversed(const Points& pts, int shift) { return path({pts.rbegin(), pts.rend()}, shift); }

std::string arrow(const char* id, const char* style) {
  return fmt::format(
      "<marker id=\"{}\" class=\"{}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" "
      "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 1L9 5L0 9z\"/></marker>",
      id, style);
}

// At most `most` characters; none of UTF-8 is cut in two.
std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// Room for characters of 7.4 pixels.
std::size_t room(const Json& box) { return (box.at("w").get<std::size_t>() - 16) * 10 / 74; }

// What a box says about a value: the numbers if they fit, else the shape.
std::string in_box(const Json& v, const Json& shape, std::size_t most) {
  if (v.is_null()) return "-";
  if (const MaybeNumbers values = numbers_of(v); values && values->size() <= 3) {
    const std::string text = show(*values, Shape{static_cast<std::int64_t>(values->size())});
    if (text.size() <= most) return text;
  }
  std::string text;
  for (const Json& n : shape) text += fmt::format("{}{}", text.empty() ? "" : "x", n.get<std::int64_t>());
  return text;
}

// About a gradient: the numbers, else the largest.
std::string grad_in_box(const Json& v, const Json& shape, std::size_t most) {
  if (v.is_null()) return "-";
  if (const MaybeNumbers values = numbers_of(v)) {
    if (values->size() <= 3) {
      const std::string text = in_box(v, shape, most);
      if (text[0] == '(' || values->size() == 1) return text;
    }
    double largest = 0;
    for (double g : *values) largest = std::isnan(g) || std::abs(g) > largest ? std::abs(g) : largest;
    return "max " + show(largest);
  }
  const Numbers ends = *numbers_of(Json::array({v.at("min"), v.at("max")}));
  return "max " + show(std::max(std::abs(ends[0]), std::abs(ends[1])));
}

// Values and gradients after the last step.
struct State {
  std::vector<Json> value, grad;

  explicit State(const Json& trace) : value(trace.at("tensors").size()), grad(value.size()) {
    for (const Json& e : trace.at("events")) {
      const auto t = e.at("tensor").get<std::size_t>();
      const std::string kind = e.at("kind");
      if (kind == "value") {
        value[t] = e.at("data");
      } else if (kind == "update") {
        value[t] = e.at("after");
      } else if (kind == "forward") {
        value[t] = e.at("out");
        grad[t] = nullptr;
      } else {
        grad[t] = e.at(kind == "seed" ? "data" : "after");
      }
    }
  }
};

// "conv1: conv2d" for a module, else the formula.
std::string short_label(const Json& op, const std::string& tensor) {
  const std::string module = op.at("path");
  if (!module.empty() && module == tensor) return fmt::format("{}: {}", module, op.at("name").get<std::string>());
  return op.at("label");
}

}  // namespace

std::string to_svg(const Json& trace) {
  const Json& layout = trace.at("layout");
  const Json& tensors = trace.at("tensors");
  const State state(trace);
  std::vector<const Json*> producer(tensors.size());
  for (const Json& op : trace.at("ops")) producer[op.at("out").get<std::size_t>()] = &op;
  const int w = layout.at("w");
  // A graph that is a little too wide shrinks; one that is much too wide scrolls.
  std::string out = fmt::format(
      "<svg id=\"graph\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "style=\"height:auto;max-width:max(100%,{2}px)\" role=\"group\" aria-labelledby=\"gt\">"
      "<title id=\"gt\">Graph of {3}</title><defs>{4}{5}</defs>\n",
      w, layout.at("h").get<int>(), w * 4 / 5, escape(trace.at("title")), arrow("af", "fwd"), arrow("ab", "bwd"));
  for (const Json& wire : layout.at("edges")) {
    const auto from = wire.at("from").get<std::size_t>();
    const auto to = wire.at("to").get<std::size_t>();
    const Points pts = wire.at("pts");
    if (pts.size() < 2) continue;
    const Json* op = producer.at(to);
    out += fmt::format("<g class=\"wire\" data-from=\"{}\" data-to=\"{}\" data-op=\"{}\">", from, to,
                       op ? (*op).at("id").get<int>() : -1);
    out += fmt::format("<path class=\"f\" d=\"{}\" marker-end=\"url(#af)\"/>", path(pts, -5));
    if (tensors.at(from).at("requires_grad").get<bool>()) {
      out += fmt::format("<path class=\"b\" d=\"{}\" marker-end=\"url(#ab)\"/>", reversed(pts, 7));
    }
    out += "</g>\n";
  }
  for (const Json& box : layout.at("nodes")) {
    const auto id = box.at("id").get<std::size_t>();
    const Json& t = tensors.at(id);
    const Json* op = producer.at(id);
    const std::string name = t.at("name");
    const std::string label = op ? (*op).at("label").get<std::string>() : name;
    const std::string value = in_box(state.value.at(id), t.at("shape"), room(box));
    const std::string grad = grad_in_box(state.grad.at(id), t.at("shape"), room(box) - 4);
    const bool wants = t.at("requires_grad");
    const int box_w = box.at("w");
    const int box_h = box.at("h");
    out += fmt::format(
        "<g class=\"box {0}{1}\" id=\"n{2}\" data-t=\"{2}\" tabindex=\"0\" role=\"button\" aria-label=\"{3}: value "
        "{4}, gradient {5}\" transform=\"translate({6} {7})\"><title>{3}</title><rect class=\"ring\" x=\"-4\" y=\"-4\" "
        "width=\"{8}\" height=\"{9}\" rx=\"9\"/><rect class=\"body\" width=\"{10}\" height=\"{11}\" rx=\"6\"/>",
        escape(t.at("role")), wants ? "" : " nograd", id, escape(label), escape(value), wants ? escape(grad) : "none",
        box.at("x").get<int>(), box.at("y").get<int>(), box_w + 8, box_h + 8, box_w, box_h);
    out += fmt::format(
        "<text class=\"name\" x=\"8\" y=\"18\">{}</text><text class=\"val\" x=\"8\" y=\"36\">{}</text>"
        "<text class=\"grd\" x=\"8\" y=\"54\"><tspan class=\"gl\">{}</tspan><tspan class=\"g\">{}</tspan></text></g>\n",
        escape(cut(op ? short_label(*op, name) : name, room(box))), escape(value), wants ? "grad " : "no grad",
        wants ? escape(grad) : "");
  }
  return out + "</svg>\n";
}

}  // namespace yhat::trace
