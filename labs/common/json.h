// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

namespace yhat::labs {

/// Of the course's own files: keys stay in the order in which they were written. Each new key is compared with all
/// others, so a million of them take hours.
using Json = nlohmann::ordered_json;
/// Of what a student's file or program wrote: any number of keys.
using ForeignJson = nlohmann::json;

}  // namespace yhat::labs
