// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// Reads an array in the IDX format of MNIST, plain or compressed with gzip (seen by its content, not its name). Bytes,
/// 16-bit integers and floats give f32, 32-bit integers and doubles f64, all with the values in the file: a pixel is
/// 0 to 255. Throws IoError (cannot be read) and FormatError (truncated, damaged, something else).
Tensor load_idx(const std::string& path);
/// The same for bytes in memory; `name` stands for the path in messages.
Tensor parse_idx(std::span<const std::byte> bytes, const std::string& name = "memory");

/// Reads class labels: an IDX file of bytes with one axis, each below `classes`. Throws as load_idx does.
std::vector<std::int64_t> load_idx_labels(const std::string& path, std::int64_t classes = 10);
/// The same for bytes in memory; `name` stands for the path in messages.
std::vector<std::int64_t> parse_idx_labels(std::span<const std::byte> bytes, std::int64_t classes = 10,
                                           const std::string& name = "memory");

}  // namespace yhat
