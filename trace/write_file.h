// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace yhat::detail {

/// Writes a file as a whole or not at all: under another name first, which then takes the place of `path`.
/// Throws IoError naming `op`; what was at `path` is then as before.
void write_file(const char* op, const std::string& path, std::string_view bytes);

}  // namespace yhat::detail
