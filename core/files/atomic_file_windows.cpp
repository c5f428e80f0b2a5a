// SPDX-License-Identifier: MIT
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <fmt/format.h>
#include <windows.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/files/atomic_file.h"
#include "yhat/error.h"

namespace yhat::files {
namespace {

namespace fs = std::filesystem;
HANDLE handle_of(std::intptr_t value) { return reinterpret_cast<HANDLE>(value); }
const auto invalid = reinterpret_cast<std::intptr_t>(INVALID_HANDLE_VALUE);

/// Windows' own error number as one of errno.
int last_code() {
  const int code = static_cast<int>(::GetLastError());
  const int portable = std::system_category().default_error_condition(code).value();
  return portable != 0 ? portable : EIO;
}

}  // namespace

AtomicFile::AtomicFile(const char* op, const std::string& path) : op_(op), path_(path), target_(path) {
  std::error_code error;
  if (const fs::path real = fs::weakly_canonical(path, error); !error) target_ = real.string();
  const fs::file_status status = fs::status(target_, error);
  if (fs::is_directory(status)) throw IoError(op_, path_, EISDIR, "is a directory (must be a file)");
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw IoError(op_, path_, EINVAL, "is not a regular file (pipes and devices are not replaced)");
  }
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; handle_ == -1; ++attempt) {
    const fs::path name =
        fs::path(target_).parent_path() / fmt::format(".yhat-{}-{}.tmp", ::GetCurrentProcessId(), counter++);
    HANDLE made = ::CreateFileW(name.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (made != INVALID_HANDLE_VALUE) {
      handle_ = reinterpret_cast<std::intptr_t>(made);
      temporary_ = name.string();
    } else if (::GetLastError() != ERROR_FILE_EXISTS || attempt == 1000) {
      fail(last_code());
    }
  }
}

AtomicFile::~AtomicFile() {
  if (handle_ != invalid) ::CloseHandle(handle_of(handle_));
  if (!temporary_.empty()) ::DeleteFileW(fs::path(temporary_).c_str());
}

void AtomicFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    const auto part = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
    DWORD n = 0;
    if (::WriteFile(handle_of(handle_), bytes.data(), part, &n, nullptr) == 0) fail(last_code());
    bytes = bytes.subspan(n);
  }
}

void AtomicFile::commit() {
  if (::FlushFileBuffers(handle_of(handle_)) == 0) fail(last_code());
  const HANDLE open = handle_of(handle_);
  handle_ = invalid;
  if (::CloseHandle(open) == 0) fail(last_code());
  if (::MoveFileExW(fs::path(temporary_).c_str(), fs::path(target_).c_str(),
                    MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) == 0) {
    fail(last_code());
  }
  temporary_.clear();
}

void AtomicFile::fail(int code) {
  if (handle_ != invalid) ::CloseHandle(handle_of(handle_));
  handle_ = invalid;
  if (!temporary_.empty()) ::DeleteFileW(fs::path(temporary_).c_str());
  temporary_.clear();
  std::error_code error;
  throw IoError(op_, path_, code,
                fmt::format("cannot write: {}{}", system_message(code),
                            fs::exists(target_, error) ? "; hint: the old file is unchanged" : ""));
}

}  // namespace yhat::files
#endif
