// SPDX-License-Identifier: MIT
#pragma once

namespace yhat::detail {

/// The style sheet of report.html.
extern const char* const report_style;

}  // namespace yhat::detail
