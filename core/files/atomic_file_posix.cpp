// SPDX-License-Identifier: MIT
#ifndef _WIN32
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "core/files/atomic_file.h"
#include "yhat/error.h"

namespace yhat::files {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Where a path leads through symbolic links, also through one whose target does not exist yet. 0 or an error number.
int follow_links(std::string& path) {
  for (int links = 0; links < 40; ++links) {
    char to[PATH_MAX];
    const ssize_t n = ::readlink(path.c_str(), to, sizeof to);
    if (n < 0) return errno == EINVAL || errno == ENOENT ? 0 : errno;  // not a link; not there
    if (n == static_cast<ssize_t>(sizeof to)) return ENAMETOOLONG;
    const std::string next(to, static_cast<std::size_t>(n));
    path = next.starts_with('/') ? next : folder_of(path) + "/" + next;
  }
  return ELOOP;
}

}  // namespace

AtomicFile::AtomicFile(const char* op, const std::string& path) : op_(op), path_(path), target_(path) {
  if (const int code = follow_links(target_); code != 0) fail(code);
  struct stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  if (!replaces && errno != ENOENT) fail(errno);
  if (replaces && S_ISDIR(old.st_mode)) throw IoError(op_, path_, EISDIR, "is a directory (must be a file)");
  if (replaces && !S_ISREG(old.st_mode)) {
    throw IoError(op_, path_, EINVAL, "is not a regular file (pipes and devices are not replaced)");
  }
  if (replaces && ::access(target_.c_str(), W_OK) != 0) fail(errno);  // a rename would not ask

  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; handle_ < 0; ++attempt) {
    // A short name of its own: one made from the target's could be longer than the file system takes.
    const std::string name = fmt::format("{}/.yhat-{}-{}.tmp", folder_of(target_), ::getpid(), counter++);
    handle_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (handle_ >= 0) {
      temporary_ = name;
    } else if (errno != EEXIST || attempt == 1000) {
      fail(errno);
    }
  }
  if (!replaces) return;
  const int fd = static_cast<int>(handle_);
  struct stat made {};
  if (::fstat(fd, &made) != 0) fail(errno);
  if (made.st_uid != old.st_uid || made.st_gid != old.st_gid) {
    // Only an administrator may give a file away; without that the new file belongs to whoever saves.
    [[maybe_unused]] const int ignored = ::fchown(fd, old.st_uid, old.st_gid);
  }
  if (::fchmod(fd, old.st_mode & 07777) != 0) fail(errno);
}

AtomicFile::~AtomicFile() {
  if (handle_ >= 0) ::close(static_cast<int>(handle_));
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    // Linux writes at most 2 GiB at a time, others refuse more.
    const ssize_t n =
        ::write(static_cast<int>(handle_), bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
    if (n >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

void AtomicFile::commit() {
  const int fd = static_cast<int>(handle_);
  if (::fsync(fd) != 0) fail(errno);
  handle_ = -1;
  if (::close(fd) != 0) fail(errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  temporary_.clear();

  // The rename itself is on the disk once the folder is. Some file systems cannot do this, and say EINVAL.
  const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;  // a folder that may be written but not read
  const int code = ::fsync(folder) == 0 ? 0 : errno;
  ::close(folder);
  if (code != 0 && code != EINVAL && code != ENOTSUP) {
    throw IoError(op_, path_, code,
                  fmt::format("cannot flush the folder: {}; hint: the new file is complete, but a power failure may "
                              "bring back the old one",
                              system_message(code)));
  }
}

void AtomicFile::fail(int code) {
  // Called in the constructor too, whose object has no destructor yet.
  if (handle_ >= 0) ::close(static_cast<int>(handle_));
  handle_ = -1;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
  struct stat old {};
  const bool there = ::stat(target_.c_str(), &old) == 0;
  throw IoError(
      op_, path_, code,
      fmt::format("cannot write: {}{}", system_message(code), there ? "; hint: the old file is unchanged" : ""));
}

}  // namespace yhat::files
#endif
