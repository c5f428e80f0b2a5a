// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// A picture of 8-bit pixels in row-major order: one byte per pixel (0 black, 255 white), or three (red, green, blue).
struct Image {
  int width = 0;
  int height = 0;
  int channels = 1;
  std::vector<std::uint8_t> pixels;
};

/// x (H,W) as shades of grey, lo black and hi white; values outside are limited, NaN is black.
/// Throws ShapeError for other shapes, ArgumentError unless lo < hi.
Image gray_image(const Tensor& x, double lo = 0, double hi = 1);

/// x (H,W) with negative values in blue, 0 in white and positive ones in red, full at -limit and limit.
/// Throws ShapeError unless (H,W), ArgumentError unless limit > 0.
Image signed_image(const Tensor& x, double limit);

/// The bytes of a PNG file (ISO/IEC 15948). Nothing is compressed: pictures here are small, and so is this code.
/// Throws ArgumentError unless the sizes fit the pixels.
std::string png_bytes(const Image& image);

/// Bytes as text, for data URIs (RFC 4648, with padding).
std::string base64(std::string_view bytes);

/// `data:image/png;base64,...`, to stand as an address in HTML. Throws as png_bytes does.
std::string data_uri(const Image& image);

}  // namespace yhat
