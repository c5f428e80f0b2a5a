// SPDX-License-Identifier: MIT
#include "yhat/labs/demo.h"

#include <fmt/format.h>

namespace yhat::labs {

void measured(std::string_view name, std::string_view value) { fmt::print("measured {} = {}\n", name, value); }
void measured(std::string_view name, double value) { measured(name, fmt::format("{:.10g}", value)); }

}  // namespace yhat::labs
