// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace yhat {

/// A curve: y over x. Points that are not finite (or not positive, on a log axis) interrupt it.
struct Series {
  std::string name;
  std::vector<double> x, y;
  int color = 0;        ///< 0 to 3: blue, orange, green, violet
  bool dashed = false;  ///< so that colour is not the only sign
};

/// Curves over one pair of axes.
struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series = {};
  bool log_y = false;
  double y_min = std::numeric_limits<double>::quiet_NaN();  ///< NaN: from the data
  double y_max = std::numeric_limits<double>::quiet_NaN();
};

/// Round positions for the ticks of an axis: the multiples of 1, 2 or 5 times a power of ten that lie within [lo, hi],
/// about `wanted` of them. Empty unless lo < hi and wanted >= 1.
std::vector<double> axis_ticks(double lo, double hi, int wanted);

/// The plot as an SVG element for a page whose style sheet is that of Report. `id` must be unique in the page.
std::string plot_svg(const Plot& plot, const std::string& id);

/// Text with the characters that mean something in HTML replaced.
std::string escape_html(const std::string& text);

}  // namespace yhat
