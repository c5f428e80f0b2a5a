// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "core/files/bytes.h"
#include "yhat/safetensors.h"

namespace yhat::files {

/// A safetensors file with, for checkpoints, checksums: the CRC-32 of each tensor's bytes as `crc32.<name>` in the
/// metadata, and that of the header, with its own digits as 0, as `crc32.header`.
struct Safetensors {
  StateDict state;
  Metadata metadata;         // without the checksums
  bool all_checked = false;  // whether the header and every tensor had one
};

/// Checksums are verified where there are some: other programs write none.
Safetensors read_safetensors(const Source& source);
using Sink = std::function<void(Bytes)>;
void write_safetensors(const char* op, const StateDict& state, Metadata metadata, bool checksums, const Sink& sink);

}  // namespace yhat::files
