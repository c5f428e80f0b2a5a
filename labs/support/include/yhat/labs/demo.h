// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace yhat::labs {

/// Prints "measured NAME = VALUE" in a demo. It is set against the student's prediction of that name and, when a lab is
/// verified, against the manifest's answer.
void measured(std::string_view name, double value);
void measured(std::string_view name, std::string_view value);

}  // namespace yhat::labs
