// SPDX-License-Identifier: MIT
#include "yhat/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plot_extras.h"
#include "yhat/tensor.h"
#include "yhat/terminal.h"

namespace yhat {
namespace {

// The drawing in its own units; the page scales it.
constexpr double plot_width = 560, plot_height = 320;
constexpr double margin_left = 58, margin_top = 16, margin_bottom = 46;

class Drawing {
 public:
  Drawing(const Plot& plot, const std::string& id, const PlotExtras& extras) : plot_(plot), id_(id), extras_(extras) {
    find_ranges();
    int longest = 0;  // room for the names beside the curves
    for (const Series& s : plot.series) longest = std::max(longest, text_width(s.name));
    right_ = std::clamp(40 + 7.0 * longest, 70.0, 200.0);
  }

  std::string text() {
    out_ = fmt::format(
        "<svg class=\"plot\" viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-labelledby=\"{}\" "
        "data-x=\"{:g} {:g} {:g} {:g}\"><title id=\"{}\">{}</title>\n",
        plot_width, plot_height, id_, x_lo_, x_hi_, margin_left, plot_width - right_, id_, escape_html(description()));
    if (any_) {
      axes();
      if (!std::isnan(extras_.here)) {
        out_ += fmt::format("<line class=\"here\" y1=\"{:g}\" y2=\"{:g}\" transform=\"translate({:.1f} 0)\"/>\n",
                            margin_top, plot_height - margin_bottom, px(extras_.here));
      }
      for (std::size_t i = 0; i < plot_.series.size(); ++i) curve(plot_.series[i]);
      names();
      for (const Mark& m : extras_.marks) mark(m);
    } else {
      out_ += fmt::format("<text class=\"tick\" x=\"{:g}\" y=\"{:g}\" text-anchor=\"middle\">no finite values</text>\n",
                          plot_width / 2, plot_height / 2);
    }
    return out_ + "</svg>\n";
  }

 private:
  bool shown(double x, double y) const { return std::isfinite(x) && std::isfinite(y) && (!plot_.log_y || y > 0); }
  double scaled(double y) const { return plot_.log_y ? std::log10(y) : y; }

  std::string description() const {
    std::string text = fmt::format("{}: {} over {}", plot_.title, plot_.y_label, plot_.x_label);
    for (const Series& s : plot_.series) {
      if (!s.y.empty()) text += fmt::format("; {} from {} to {}", s.name, number(s.y.front()), number(s.y.back()));
    }
    for (const Mark& m : extras_.marks) text += fmt::format("; {} at {}, {}", m.text, number(m.x), number(m.y));
    return text;
  }

  static std::string number(double value) { return format_number(value, 4); }

  void find_ranges() {
    for (const Series& s : plot_.series) {
      for (std::size_t i = 0; i < s.x.size(); ++i) {
        if (!shown(s.x[i], s.y[i])) continue;
        const double y = scaled(s.y[i]);
        x_lo_ = any_ ? std::min(x_lo_, s.x[i]) : s.x[i];
        x_hi_ = any_ ? std::max(x_hi_, s.x[i]) : s.x[i];
        y_lo_ = any_ ? std::min(y_lo_, y) : y;
        y_hi_ = any_ ? std::max(y_hi_, y) : y;
        any_ = true;
      }
    }
    if (!std::isnan(plot_.y_min)) y_lo_ = scaled(plot_.y_min);
    if (!std::isnan(plot_.y_max)) y_hi_ = scaled(plot_.y_max);
    if (x_hi_ <= x_lo_) x_hi_ = x_lo_ + 1;
    if (plot_.log_y) {  // whole decades
      y_lo_ = std::floor(y_lo_ + 1e-9);
      y_hi_ = std::ceil(y_hi_ - 1e-9);
    }
    if (y_hi_ <= y_lo_) y_hi_ = y_lo_ + 1;
    if (!plot_.log_y) {  // up to the next tick, if the plot does not say otherwise
      const std::vector<double> ticks = axis_ticks(y_lo_, y_hi_, 5);
      const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : y_hi_ - y_lo_;
      if (std::isnan(plot_.y_min)) y_lo_ = step * std::floor(y_lo_ / step + 1e-9);
      if (std::isnan(plot_.y_max)) y_hi_ = step * std::ceil(y_hi_ / step - 1e-9);
    }
  }

  double px(double x) const {
    const double share =
        extras_.log_x ? std::log1p(x - x_lo_) / std::log1p(x_hi_ - x_lo_) : (x - x_lo_) / (x_hi_ - x_lo_);
    return margin_left + share * (plot_width - margin_left - right_);
  }
  double py(double scaled_y) const {
    const double share = std::clamp((scaled_y - y_lo_) / (y_hi_ - y_lo_), 0.0, 1.0);
    return plot_height - margin_bottom - share * (plot_height - margin_top - margin_bottom);
  }

  void axes() {
    std::vector<double> rows = axis_ticks(y_lo_, y_hi_, 5);
    if (plot_.log_y) {
      rows.clear();
      const double step = std::max(1.0, std::ceil((y_hi_ - y_lo_) / 6));
      for (int i = 0; y_lo_ + i * step <= y_hi_ + 1e-9; ++i) rows.push_back(y_lo_ + i * step);
    }
    for (const double y : rows) {
      const std::string label = plot_.log_y ? decade(y) : fmt::format("{:g}", y);
      out_ += fmt::format("<line class=\"grid\" x1=\"{:g}\" x2=\"{:g}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", margin_left,
                          plot_width - right_, py(y), py(y));
      out_ += fmt::format("<text class=\"tick\" x=\"{:g}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                          margin_left - 8, py(y) + 4, label);
    }
    out_ += fmt::format("<line class=\"axis\" x1=\"{:g}\" x2=\"{:g}\" y1=\"{:g}\" y2=\"{:g}\"/>\n", margin_left,
                        plot_width - right_, plot_height - margin_bottom, plot_height - margin_bottom);
    for (const double x : extras_.log_x ? counts() : axis_ticks(x_lo_, x_hi_, 8)) {
      out_ += fmt::format("<line class=\"axis\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:g}\" y2=\"{:g}\"/>", px(x), px(x),
                          plot_height - margin_bottom, plot_height - margin_bottom + 4);
      out_ += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:g}\" text-anchor=\"middle\">{:g}</text>\n", px(x),
                          plot_height - margin_bottom + 18, x);
    }
    out_ +=
        fmt::format("<text class=\"label\" x=\"{:.1f}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>\n",
                    margin_left + (plot_width - margin_left - right_) / 2, plot_height - 8, escape_html(plot_.x_label));
    out_ += fmt::format(
        "<text class=\"label\" transform=\"rotate(-90)\" x=\"{:.1f}\" y=\"14\" text-anchor=\"middle\">{}</text>\n",
        -(margin_top + (plot_height - margin_top - margin_bottom) / 2), escape_html(plot_.y_label));
  }

  // 0, 1, 2, 5, 10, 20, ...
  std::vector<double> counts() const {
    std::vector<double> ticks = {0};
    for (int exponent = 0; std::pow(10, exponent) <= x_hi_; ++exponent) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * std::pow(10, exponent);
        if (tick <= x_hi_) ticks.push_back(tick);
      }
    }
    return ticks;
  }

  static std::string decade(double exponent) {
    if (exponent >= -2 && exponent <= 3) return fmt::format("{:g}", std::pow(10, exponent));
    return fmt::format("1e{:g}", exponent);
  }

  void curve(const Series& s) {
    std::string path;
    bool pen_down = false;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      const bool here = shown(s.x[i], s.y[i]);
      if (here) path += fmt::format("{}{:.1f} {:.1f}", pen_down ? " L" : "M", px(s.x[i]), py(scaled(s.y[i])));
      pen_down = here;
    }
    out_ += fmt::format("<path class=\"s{}{}\" d=\"{}\"/>\n", s.color, s.dashed ? " dashed" : "", path);
    // Few points are marked, and say their numbers when pointed at.
    for (std::size_t i = 0; i < s.x.size() && s.x.size() <= 60; ++i) {
      if (!shown(s.x[i], s.y[i])) continue;
      out_ += fmt::format("<g class=\"s{}\"><title>{}, {} {}: {}</title>", s.color, escape_html(s.name),
                          escape_html(plot_.x_label), number(s.x[i]), number(s.y[i]));
      out_ += fmt::format(
          "<circle class=\"hit\" cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"9\"/>"
          "<circle class=\"dot\" cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"{2}\"/></g>\n",
          px(s.x[i]), py(scaled(s.y[i])), s.x.size() <= 30 ? "3" : "2");
    }
  }

  void mark(const Mark& m) {
    if (!shown(m.x, m.y)) return;
    const double x = px(m.x);
    const double y = py(scaled(m.y));
    const double below = y + 44 < plot_height - margin_bottom ? 1 : -1;  // words under the point where there is room
    out_ += fmt::format(
        "<circle class=\"mark\" cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"5\"/><line class=\"axis\" x1=\"{0:.1f}\" "
        "x2=\"{0:.1f}\" y1=\"{2:.1f}\" y2=\"{3:.1f}\"/><text class=\"name\" x=\"{0:.1f}\" y=\"{4:.1f}\" "
        "text-anchor=\"middle\">{5}</text>\n",
        x, y, y + 6 * below, y + 26 * below, y + (below > 0 ? 40 : -30), escape_html(m.text));
  }

  /// The name of each curve beside its end, moved apart where they would overlap.
  void names() {
    struct Name {
      double y;
      const Series* series;
    };
    std::vector<Name> placed;
    for (const Series& s : plot_.series) {
      for (std::size_t i = s.x.size(); i-- > 0;) {
        if (!shown(s.x[i], s.y[i])) continue;
        placed.push_back({py(scaled(s.y[i])), &s});
        break;
      }
    }
    std::sort(placed.begin(), placed.end(), [](const Name& a, const Name& b) { return a.y < b.y; });
    constexpr double line = 15;
    for (std::size_t i = 1; i < placed.size(); ++i) placed[i].y = std::max(placed[i].y, placed[i - 1].y + line);
    double limit = plot_height - margin_bottom;
    for (std::size_t i = placed.size(); i-- > 0; limit = placed[i].y - line) placed[i].y = std::min(placed[i].y, limit);
    for (const Name& name : placed) {
      out_ += fmt::format(
          "<line class=\"s{0}{1}\" x1=\"{2:g}\" x2=\"{3:g}\" y1=\"{4:.1f}\" y2=\"{4:.1f}\"/>"
          "<text class=\"name\" x=\"{5:g}\" y=\"{6:.1f}\">{7}</text>\n",
          name.series->color, name.series->dashed ? " dashed" : "", plot_width - right_ + 8, plot_width - right_ + 24,
          name.y, plot_width - right_ + 29, name.y + 4, escape_html(name.series->name));
    }
  }

  double right_ = 70;
  const Plot& plot_;
  const std::string& id_;
  const PlotExtras& extras_;
  std::string out_;
  double x_lo_ = 0, x_hi_ = 1, y_lo_ = 0, y_hi_ = 1;
  bool any_ = false;
};

}  // namespace

std::vector<double> axis_ticks(double lo, double hi, int wanted) {
  std::vector<double> ticks;
  if (!(hi > lo) || wanted < 1) return ticks;
  const double rough = (hi - lo) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= 0.7 * rough) step = factor * power;
  }
  for (double i = std::ceil(lo / step - 1e-9); i * step <= hi + 1e-9 * step; ++i) {
    ticks.push_back(std::abs(i) < 0.5 ? 0.0 : i * step);
  }
  return ticks;
}

std::string plot_svg(const Plot& plot, const std::string& id) { return plot_svg(plot, id, {}); }

std::string plot_svg(const Plot& plot, const std::string& id, const PlotExtras& extras) {
  return Drawing(plot, id, extras).text();
}

std::string escape_html(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

}  // namespace yhat
