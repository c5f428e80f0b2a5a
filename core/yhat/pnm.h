// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// Reads a picture in Netpbm's formats P2, P5 (grey, C = 1) and P3, P6 (red, green, blue, C = 3), 8 or 16 bits:
/// (C,H,W) f32 in [0, 1], value / maxval. Throws IoError and FormatError.
Tensor load_pnm(const std::string& path);
/// The same for bytes in memory; `name` stands for the path in messages.
Tensor parse_pnm(std::span<const std::byte> bytes, const std::string& name = "memory");

/// Writes image (1,H,W) as P5 or (3,H,W) as P6, maxval 255: round(255 x), values outside [0, 1] are clamped. The file
/// appears all at once. Throws ShapeError, ArgumentError (a NaN) and IoError.
void save_pnm(const std::string& path, const Tensor& image);
/// The bytes that save_pnm would write. Throws ShapeError and ArgumentError as it does.
std::vector<std::byte> pnm_bytes(const Tensor& image);

}  // namespace yhat
