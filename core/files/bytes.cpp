// SPDX-License-Identifier: MIT
#include "core/files/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "yhat/error.h"

#ifdef _WIN32
#include <filesystem>
#else
#include <unistd.h>
#endif

namespace yhat::files {
namespace {

[[noreturn]] void cannot_open(const char* op, const std::string& path, int code) {
  throw IoError(op, path, code, "cannot open: " + system_message(code));
}

#ifdef _WIN32
std::FILE* open_regular(const char* op, const std::string& path, std::uint64_t& size) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) throw IoError(op, path, EISDIR, "is a directory (must be a file)");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw IoError(op, path, EINVAL, "is not a regular file (pipes and devices are not read)");
  }
  std::FILE* file = _wfopen(std::filesystem::path(path).c_str(), L"rb");
  if (file == nullptr) cannot_open(op, path, errno);
  size = std::filesystem::file_size(path, error);
  return file;
}
int seek(std::FILE* file, std::uint64_t offset) { return _fseeki64(file, static_cast<std::int64_t>(offset), SEEK_SET); }
#else
std::FILE* open_regular(const char* op, const std::string& path, std::uint64_t& size) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) cannot_open(op, path, errno);
  struct stat info {};
  const int code = ::fstat(fd, &info) == 0 ? 0 : errno;
  std::FILE* file = code == 0 && S_ISREG(info.st_mode) ? ::fdopen(fd, "rb") : nullptr;
  if (file != nullptr) {
    size = static_cast<std::uint64_t>(info.st_size);
    return file;
  }
  ::close(fd);
  if (code != 0) cannot_open(op, path, code);
  if (S_ISDIR(info.st_mode)) throw IoError(op, path, EISDIR, "is a directory (must be a file)");
  throw IoError(op, path, EINVAL, "is not a regular file (pipes and devices are not read)");
}
int seek(std::FILE* file, std::uint64_t offset) { return ::fseeko(file, static_cast<off_t>(offset), SEEK_SET); }
#endif

}  // namespace

Source::Source(const char* op, const std::string& path) : op_(op), path_(path), file_(open_regular(op, path, size_)) {}

Source::Source(const char* op, Bytes bytes, std::string name)
    : op_(op), path_(std::move(name)), bytes_(bytes), size_(bytes.size()) {}

void Source::read(std::uint64_t offset, std::span<std::byte> to) const {
  if (to.empty()) return;
  if (file_ == nullptr) {
    std::memcpy(to.data(), bytes_.data() + offset, to.size());
    return;
  }
  errno = 0;
  if (seek(file_.get(), offset) == 0 && std::fread(to.data(), 1, to.size(), file_.get()) == to.size()) return;
  const int code = errno;
  throw IoError(op_, path_, code,
                code == 0 ? "cannot read: the file became shorter" : "cannot read: " + system_message(code));
}

std::vector<std::byte> Source::read_all() const {
  std::vector<std::byte> all(static_cast<std::size_t>(size_));
  read(0, all);
  return all;
}

void Source::fail(std::int64_t offset, const std::string& message) const {
  throw FormatError(op_, path_, offset, message);
}

void Source::require_size(std::uint64_t announced, const std::string& what) const {
  if (size_ < announced) {
    fail(-1,
         fmt::format("header says {} = {} bytes, file has {}; hint: truncated, copy it again", what, announced, size_));
  }
  if (size_ > announced) {
    fail(static_cast<std::int64_t>(announced),
         fmt::format("{} bytes follow the data, header says {} = {} bytes, file has {} (nothing may follow)",
                     size_ - announced, what, announced, size_));
  }
}

bool array_bytes(std::span<const std::uint64_t> sizes, std::uint64_t element, std::uint64_t& bytes) {
  // Tensors count in doubles (f16 is widened, labels are 8 bytes), so that is the width that must not overflow.
  std::uint64_t widest = sizeof(double);
  bool none = false;
  for (const std::uint64_t size : sizes) {
    none = none || size == 0;
    if (size > INT64_MAX || !multiply(widest, std::max<std::uint64_t>(size, 1)) || widest > INT64_MAX) return false;
  }
  bytes = none ? 0 : widest / sizeof(double) * element;
  return true;
}

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, 60)) {
    const bool plain = c >= ' ' && c <= '~' && c != '\\';
    out += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out + (text.size() > 60 ? "...'" : "'");
}

std::string system_message(int code) { return std::generic_category().message(code); }

}  // namespace yhat::files
