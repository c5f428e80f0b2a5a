// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace yhat::detail {

/// `12.5 %`, or `-` for NaN.
inline std::string percent(double share) { return std::isnan(share) ? "-" : fmt::format("{:.1f} %", 100 * share); }

}  // namespace yhat::detail
