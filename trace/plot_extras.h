// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "yhat/plot.h"

/// What pages with a script draw beyond a report's plots.
namespace yhat {

/// A point worth pointing at, with words under it.
struct Mark {
  double x, y;
  std::string text;
};

struct PlotExtras {
  std::vector<Mark> marks = {};
  bool log_x = false;                                      ///< places by log(1 + x), for counts that begin with 0
  double here = std::numeric_limits<double>::quiet_NaN();  ///< an upright line, class "here", for a script to move
};

/// plot_svg of yhat/plot.h with these. The attribute data-x of the drawing, "lo hi left right", tells a script where an
/// x is: lo is at `left`, hi at `right`.
std::string plot_svg(const Plot& plot, const std::string& id, const PlotExtras& extras);

}  // namespace yhat
