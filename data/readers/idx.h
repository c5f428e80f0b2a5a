// SPDX-License-Identifier: MIT
#pragma once

#include "core/files/bytes.h"
#include "yhat/idx.h"

namespace yhat::files {

/// An IDX file of bytes in memory, still as bytes.
struct IdxBytes {
  std::vector<std::byte> storage;  // owns what was unpacked or read
  Bytes data;                      // the elements
  std::vector<std::uint64_t> sizes;
};

/// The images of a data set: (N,H,W) of bytes. Throws FormatError for anything else.
IdxBytes read_idx_images(const Source& source);
std::vector<std::int64_t> read_idx_labels(const Source& source, std::int64_t classes);

}  // namespace yhat::files
