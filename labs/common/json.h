// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

namespace yhat::labs {

/// Keys stay in the order in which they were written.
using Json = nlohmann::ordered_json;

}  // namespace yhat::labs
