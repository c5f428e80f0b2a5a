// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "core/files/bytes.h"

namespace yhat::files {

/// A file that appears all at once: either the old file stays as it was, or the new one is there completely, also after
/// a crash or a power failure. Written under another name in the same folder and renamed by commit(). A file that is
/// there keeps its mode; a symbolic link stays a link and its target is replaced.
class AtomicFile {
 public:
  /// Throws IoError: no such folder, not allowed, the path is a folder or a device.
  AtomicFile(const char* op, const std::string& path);
  /// Removes the temporary file unless it was committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws IoError.
  void write(Bytes bytes);
  /// Flushes to the disk and takes the place of the old file. Throws IoError.
  void commit();

 private:
  [[noreturn]] void fail(int code);

  const char* op_;
  std::string path_;       // as the caller wrote it, for messages
  std::string target_;     // path_ with symbolic links resolved
  std::string temporary_;  // empty: nothing to remove
  std::intptr_t handle_ = -1;
};

}  // namespace yhat::files
