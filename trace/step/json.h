// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "yhat/trace.h"

namespace yhat::trace {

using Json = nlohmann::ordered_json;

/// A number, or "NaN", "Infinity", "-Infinity".
Json json_number(double value);
Json json_numbers(const Numbers& values);
/// All elements of up to 256; else a summary with a picture of at most 32 x 32.
Json json_tensor(const Numbers& values, const Shape& shape);
/// One line of JSON in ASCII without `<`, so that it can stand in a page.
std::string dump(const Json& json);
Json trace_json(const Trace& trace);

}  // namespace yhat::trace
