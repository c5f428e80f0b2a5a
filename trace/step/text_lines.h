// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yhat/trace.h"

/// Lines for a terminal: a keyword of up to 10 columns, then text.
namespace yhat::trace {

inline constexpr std::size_t text_width = 80;

/// Breaks a line of numbers after a comma, prose at a blank; what follows is set under the text, not under the keyword.
void put(std::vector<std::string>& lines, const std::string& key, std::string text, bool prose = false);
/// A matrix, row by row. Left out where a row is too wide.
void put_grid(std::vector<std::string>& lines, const Numbers& data, std::int64_t rows, std::int64_t cols, bool full);

}  // namespace yhat::trace
