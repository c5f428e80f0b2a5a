// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>

#include "core/files/atomic_file.h"
#include "output.h"

namespace yhat::trace {

void write_file(const char* op, const std::string& path, const std::string& content) {
  files::AtomicFile file(op, path);
  file.write(std::as_bytes(std::span<const char>(content)));
  file.commit();
}

}  // namespace yhat::trace
