// SPDX-License-Identifier: MIT
#include "yhat/error.h"

#include <fmt/format.h>

#include "yhat/scope.h"

namespace yhat {
namespace {
std::string with_path(const std::string& op) {
  std::string path = scope_path();
  return path.empty() ? op : fmt::format("{} ({})", op, path);
}
std::string at_byte(std::int64_t offset) { return offset < 0 ? "" : fmt::format("byte {}: ", offset); }
}  // namespace

Error::Error(const std::string& op, const std::string& message)
    : std::runtime_error(with_path(op) + ": " + message), op_(op) {}

FormatError::FormatError(const std::string& op, const std::string& path, std::int64_t offset,
                         const std::string& message)
    : Error(op, fmt::format("{}{}{}{}", path, path.empty() ? "" : ": ", at_byte(offset), message)),
      path_(path),
      offset_(offset) {}

IoError::IoError(const std::string& op, const std::string& path, int code, const std::string& message)
    : Error(op, fmt::format("{}: {}", path, message)), path_(path), code_(code) {}

}  // namespace yhat
