// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yhat::files {

/// Numbers from text, in full and whatever the locale; false unless all of the text is one number.
bool parse_number(std::string_view text, double& value);
bool parse_number(std::string_view text, std::int64_t& value);
/// The shortest text that parse_number reads back to the same bits (a NaN is "nan").
std::string number_text(double value);

}  // namespace yhat::files
