// SPDX-License-Identifier: MIT
#include "yhat/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/files/crc32.h"
#include "yhat/error.h"

namespace yhat {
namespace {

void require_plane(const char* op, const Tensor& x) {
  if (x.ndim() != 2) throw ShapeError(op, fmt::format("x {} has {} axes (2: height, width)", x.shape(), x.ndim()));
}

std::uint8_t byte(double share) {
  return std::isnan(share) ? 0 : static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
}

void append_u32(std::string& to, std::uint32_t value) {  // big-endian
  for (const int shift : {24, 16, 8, 0}) to += static_cast<char>(value >> shift & 0xFF);
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<std::uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

void append_chunk(std::string& png, std::string_view type, std::string_view content) {
  append_u32(png, static_cast<std::uint32_t>(content.size()));
  const std::string checked = std::string(type) + std::string(content);
  png += checked;
  append_u32(png, files::crc32(std::as_bytes(std::span(checked))));  // PNG, section 5.5
}

/// A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4).
std::string stored(std::string_view bytes) {
  constexpr std::size_t largest = 65535;
  std::string out = "\x78\x01";
  for (std::size_t at = 0; at < bytes.size() || at == 0; at += largest) {
    const std::string_view block = bytes.substr(at, largest);
    const auto n = static_cast<std::uint16_t>(block.size());
    out += at + largest >= bytes.size() ? '\1' : '\0';
    for (const int value : {n & 0xFF, n >> 8, ~n & 0xFF, ~n >> 8 & 0xFF}) out += static_cast<char>(value);
    out += block;
  }
  append_u32(out, adler32(bytes));
  return out;
}

}  // namespace

Image gray_image(const Tensor& x, double lo, double hi) {
  require_plane("gray_image", x);
  if (!(lo < hi)) throw ArgumentError("gray_image", fmt::format("lo {}, hi {} (lo < hi)", lo, hi));
  Image image{static_cast<int>(x.dim(1)), static_cast<int>(x.dim(0)), 1, {}};
  for (const double v : x.to_vector()) image.pixels.push_back(byte((v - lo) / (hi - lo)));
  return image;
}

Image signed_image(const Tensor& x, double limit) {
  require_plane("signed_image", x);
  if (!(limit > 0)) throw ArgumentError("signed_image", fmt::format("limit {} (above 0)", limit));
  Image image{static_cast<int>(x.dim(1)), static_cast<int>(x.dim(0)), 3, {}};
  const std::array<double, 3> red = {0.70, 0.09, 0.17};
  const std::array<double, 3> blue = {0.13, 0.40, 0.67};
  for (const double v : x.to_vector()) {
    const double strength = std::min(1.0, std::abs(v) / limit);
    for (std::size_t c = 0; c < 3; ++c) {
      const double full = v < 0 ? blue[c] : red[c];
      image.pixels.push_back(byte(0.97 + (full - 0.97) * strength));
    }
  }
  return image;
}

std::string png_bytes(const Image& image) {
  const std::size_t row = static_cast<std::size_t>(std::max(0, image.width)) * static_cast<std::size_t>(image.channels);
  if (image.width < 1 || image.height < 1 || (image.channels != 1 && image.channels != 3) ||
      image.pixels.size() != row * static_cast<std::size_t>(image.height)) {
    throw ArgumentError(
        "png_bytes", fmt::format("{} x {} pixels of {} channels, {} bytes (1 or 3 channels, a byte each)", image.height,
                                 image.width, image.channels, image.pixels.size()));
  }
  std::string header;
  append_u32(header, static_cast<std::uint32_t>(image.width));
  append_u32(header, static_cast<std::uint32_t>(image.height));
  header += '\x08';                                 // bits per sample
  header += image.channels == 1 ? '\x00' : '\x02';  // grey or colour
  header.append(3, '\0');                           // the only compression and filter methods, not interlaced

  std::string rows;
  for (std::size_t at = 0; at < image.pixels.size(); at += row) {
    rows += '\0';  // no filter
    for (std::size_t i = 0; i < row; ++i) rows += static_cast<char>(image.pixels[at + i]);
  }
  std::string png = "\x89PNG\r\n\x1a\n";
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", stored(rows));
  append_chunk(png, "IEND", "");
  return png;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += at + i > bytes.size() ? '=' : digits[group >> (18 - 6 * i) & 63];
    }
  }
  return text;
}

std::string data_uri(const Image& image) { return "data:image/png;base64," + base64(png_bytes(image)); }

}  // namespace yhat
