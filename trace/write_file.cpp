// SPDX-License-Identifier: MIT
#include "write_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "yhat/error.h"

namespace yhat::detail {
namespace {

bool on_disk(std::FILE* file) {
#ifdef _WIN32
  return _commit(_fileno(file)) == 0;
#else
  return fsync(fileno(file)) == 0;
#endif
}

}  // namespace

void write_file(const char* op, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".part";
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  bool good = file != nullptr;
  good = good && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  good = good && std::fflush(file) == 0 && on_disk(file);
  int code = good ? 0 : errno;
  if (file != nullptr && std::fclose(file) != 0 && good) {
    good = false;
    code = errno;
  }
  std::error_code error;
  if (good) {
    std::filesystem::rename(temporary, path, error);
    code = error.value();
  }
  if (code == 0) return;
  const std::string why = error ? error.message() : std::strerror(code);
  if (file != nullptr) std::filesystem::remove(temporary, error);
  throw IoError(op, path, code, fmt::format("cannot be written: {}", why));
}

}  // namespace yhat::detail
