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

/// A point worth pointing at, with words beside it.
struct Mark {
  double x, y;
  std::string text;
};

/// Curves over one pair of axes.
struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series = {};
  std::vector<Mark> marks = {};
  bool log_x = false;  ///< places by log(1 + x), for counts that begin with 0
  bool log_y = false;
  double here =
      std::numeric_limits<double>::quiet_NaN();  ///< an upright line at this x, class "here", for a script to move
  double y_min = std::numeric_limits<double>::quiet_NaN();  ///< NaN: from the data
  double y_max = std::numeric_limits<double>::quiet_NaN();
};

/// Round positions for the ticks of an axis: the multiples of 1, 2 or 5 times a power of ten that lie within [lo, hi],
/// about `wanted` of them.
std::vector<double> axis_ticks(double lo, double hi, int wanted);

/// The plot as an SVG element for a page whose style sheet is that of Report. `id` must be unique in the page. Its
/// attribute data-x, "lo hi left right", tells a script where an x is: lo is at `left`, hi at `right`.
std::string plot_svg(const Plot& plot, const std::string& id);

/// Text with the characters that mean something in HTML replaced.
std::string escape_html(const std::string& text);

}  // namespace yhat
