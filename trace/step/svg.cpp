// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "layout.h"
#include "numbers.h"
#include "output.h"

namespace yhat::trace {
namespace {

// Straight along the layers, curved between them.
std::string path(const std::vector<std::pair<int, int>>& pts, int shift) {
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

std::string reversed(std::vector<std::pair<int, int>> pts, int shift) {
  return path({pts.rbegin(), pts.rend()}, shift);
}

std::string arrow(const char* id, const char* style) {
  return fmt::format(
      "<marker id=\"{}\" class=\"{}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" "
      "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 1L9 5L0 9z\"/></marker>",
      id, style);
}

std::string cut(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

}  // namespace

// What a box says about a value: the numbers if they fit, else the shape.
std::string in_box(const MaybeNumbers& v, const Shape& shape) {
  if (!v) return "-";
  if (v->size() <= 3) {
    const std::string text = show(*v, shape);
    if (text.size() <= 19) return text;
  }
  std::string text;
  for (std::int64_t n : shape) text += fmt::format("{}{}", text.empty() ? "" : "x", n);
  return text + " numbers";
}

std::string to_svg(const Trace& trace, const Layout& layout) {
  const Trace::State state = trace.at(static_cast<int>(trace.events.size()));
  std::string out = fmt::format(
      "<svg id=\"graph\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"group\" aria-labelledby=\"gt\">"
      "<title id=\"gt\">Graph of {2}</title><defs>{3}{4}</defs>\n",
      layout.w, layout.h, escape(trace.title), arrow("af", "fwd"), arrow("ab", "bwd"));
  for (const Wire& w : layout.wires) {
    const int op = trace.tensors[static_cast<std::size_t>(w.to)].producer;
    out += fmt::format("<g class=\"wire\" data-from=\"{}\" data-to=\"{}\" data-op=\"{}\">", w.from, w.to, op);
    out += fmt::format("<path class=\"f\" d=\"{}\" marker-end=\"url(#af)\"/>", path(w.pts, -5));
    if (trace.tensors[static_cast<std::size_t>(w.from)].requires_grad) {
      out += fmt::format("<path class=\"b\" d=\"{}\" marker-end=\"url(#ab)\"/>", reversed(w.pts, 7));
    }
    out += "</g>\n";
  }
  for (const Box& b : layout.boxes) {
    const TraceTensor& t = trace.tensors[static_cast<std::size_t>(b.tensor)];
    const auto at = static_cast<std::size_t>(b.tensor);
    const std::string label = t.producer >= 0 ? op_label(trace, t.producer) : t.name;
    const std::string value = in_box(state.value[at], t.shape);
    const std::string grad = in_box(state.grad[at], t.shape);
    out += fmt::format(
        "<g class=\"box {0}{1}\" id=\"n{2}\" data-t=\"{2}\" tabindex=\"0\" role=\"button\" aria-label=\"{3}: value "
        "{4}, "
        "gradient {5}\" transform=\"translate({6} {7})\"><title>{3}</title><rect class=\"ring\" x=\"-4\" y=\"-4\" "
        "width=\"{8}\" height=\"{9}\" rx=\"9\"/><rect class=\"body\" width=\"{10}\" height=\"{11}\" rx=\"6\"/>",
        t.role, t.requires_grad ? "" : " nograd", b.tensor, escape(label), escape(value), escape(grad), b.x, b.y,
        b.w + 8, b.h + 8, b.w, b.h);
    out += fmt::format(
        "<text class=\"name\" x=\"8\" y=\"18\">{}</text><text class=\"val\" x=\"8\" y=\"36\">{}</text>"
        "<text class=\"grd\" x=\"8\" y=\"54\"><tspan class=\"gl\">grad </tspan><tspan "
        "class=\"g\">{}</tspan></text></g>\n",
        escape(cut(label, 19)), escape(value), t.requires_grad ? escape(grad) : "none");
  }
  return out + "</svg>\n";
}

}  // namespace yhat::trace
