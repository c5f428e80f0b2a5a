// SPDX-License-Identifier: MIT
#include "data/readers/folder.h"

#include <algorithm>
#include <system_error>

#include "core/files/bytes.h"
#include "yhat/error.h"

namespace yhat::files {

std::vector<std::string> names_in(const char* op, const std::filesystem::path& folder, Kind kind) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    std::error_code unknown;
    if (!name.starts_with('.') && entry.is_directory(unknown) == (kind == Kind::folders)) {
      names.push_back(std::move(name));
    }
  }
  if (error) throw IoError(op, folder.string(), error.value(), "cannot list: " + system_message(error.value()));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace yhat::files
