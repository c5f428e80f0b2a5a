// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace yhat::files {

enum class Kind { folders, files };

/// The names in a folder that are folders, or are not, sorted; hidden ones are left out. Throws IoError for `op`.
std::vector<std::string> names_in(const char* op, const std::filesystem::path& folder, Kind kind);

}  // namespace yhat::files
