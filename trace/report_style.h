// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace yhat::detail {

/// The style sheet of report.html.
extern const char* const report_style;

/// `12.5 %`, or `-` for NaN.
std::string percent(double share);

}  // namespace yhat::detail
