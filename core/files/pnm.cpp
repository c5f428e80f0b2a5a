// SPDX-License-Identifier: MIT
// Netpbm's pictures: "P6 width height maxval", one white-space byte, then rows of pixels as bytes (P5, P6) or as
// decimal text (P2, P3). '#' in the header begins a comment that ends with the line.
#include "yhat/pnm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/files/atomic_file.h"
#include "core/files/bytes.h"
#include "yhat/error.h"

namespace yhat {
namespace {

using files::Bytes;
using files::Source;

constexpr std::uint64_t most_samples = std::uint64_t{1} << 28;

class PnmReader {
 public:
  PnmReader(const Source& source, Bytes bytes) : source_(source), bytes_(bytes) {}

  // -> (C,H,W)
  Tensor read() {
    const char kind = bytes_.size() >= 2 && byte(0) == 'P' ? static_cast<char>(byte(1)) : '\0';
    const bool text = kind == '2' || kind == '3';
    if (!text && kind != '5' && kind != '6') {
      source_.fail(0, fmt::format("begins with {} (P2, P3, P5 or P6)", files::in_quotes(start())));
    }
    at_ = 2;
    const std::uint64_t channels = kind == '3' || kind == '6' ? 3 : 1;
    const std::uint64_t width = header_number("width", most_samples);
    const std::uint64_t height = header_number("height", most_samples);
    const std::uint64_t maxval = header_number("maxval", 65535);
    if (at_ >= bytes_.size() || !blank(byte(at_))) fail("no white space after maxval (exactly one)");
    ++at_;
    std::uint64_t samples = channels;  // each factor is at most 2^28, so one product cannot overflow unseen
    for (const std::uint64_t size : {width, height}) {
      samples *= size;
      if (samples > most_samples) {
        fail(fmt::format("{} x {} x {} samples (at most 2^28)", channels, height, width));
      }
    }
    const std::string what = fmt::format("{} bytes of header + {} x {} x {}", at_, channels, height, width);
    const std::uint64_t left = bytes_.size() - at_;
    const std::uint64_t wide = maxval > 255 ? 2 : 1;
    if (!text) source_.require_size(at_ + samples * wide, what + (wide == 2 ? " x 2" : ""));
    // In text each sample has a digit, and a blank unless it is the last.
    if (text && samples > (left + 1) / 2) {
      source_.fail(-1, fmt::format("header says {} x {} x {} samples, file has {} more bytes; hint: truncated, copy it "
                                   "again",
                                   channels, height, width, left));
    }
    Tensor image = empty(Shape{static_cast<std::int64_t>(channels), static_cast<std::int64_t>(height),
                               static_cast<std::int64_t>(width)});
    const std::span<float> out = image.mutable_data<float>();
    const std::uint64_t pixels = height * width;
    for (std::uint64_t pixel = 0; pixel < pixels; ++pixel) {
      for (std::uint64_t c = 0; c < channels; ++c) {
        const std::size_t sample_at = at_;
        const std::uint64_t value = text ? text_sample() : byte_sample(wide);
        if (value > maxval) {
          source_.fail(static_cast<std::int64_t>(sample_at),
                       fmt::format("sample {} (at most maxval, {})", value, maxval));
        }
        out[c * pixels + pixel] = static_cast<float>(static_cast<double>(value) / static_cast<double>(maxval));
      }
    }
    while (text && at_ < bytes_.size() && blank(byte(at_))) ++at_;
    if (at_ < bytes_.size()) fail("text after the last sample (only white space)");
    return image;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { source_.fail(static_cast<std::int64_t>(at_), message); }
  unsigned char byte(std::size_t at) const { return std::to_integer<unsigned char>(bytes_[at]); }
  static bool blank(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  std::string start() const {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(bytes_.size(), 2); ++i) text += static_cast<char>(byte(i));
    return text;
  }
  bool digit() const { return at_ < bytes_.size() && byte(at_) >= '0' && byte(at_) <= '9'; }

  /// A decimal number; `most` is what to stop at, so that no number of digits overflows.
  std::uint64_t number(const char* what, std::uint64_t most) {
    if (!digit()) {
      fail(at_ < bytes_.size() ? fmt::format("{} (expected {}, a decimal number)",
                                             files::in_quotes({reinterpret_cast<const char*>(&bytes_[at_]), 1}), what)
                               : fmt::format("the file ends (expected {}); hint: truncated, copy it again", what));
    }
    const std::size_t first = at_;
    std::uint64_t value = 0;
    for (; digit(); ++at_) {
      value = value * 10 + (byte(at_) - '0');
      if (value > most) {
        at_ = first;
        fail(fmt::format("{} is {} or more (at most {})", what, value, most));
      }
    }
    return value;
  }
  std::uint64_t header_number(const char* what, std::uint64_t most) {
    const std::size_t before = at_;
    while (at_ < bytes_.size()) {
      if (byte(at_) == '#') {
        while (at_ < bytes_.size() && byte(at_) != '\n' && byte(at_) != '\r') ++at_;
      } else if (blank(byte(at_))) {
        ++at_;
      } else {
        break;
      }
    }
    if (at_ == before) fail(fmt::format("no white space before {}", what));
    const std::size_t first = at_;
    const std::uint64_t value = number(what, most);
    if (value == 0) {
      at_ = first;
      fail(fmt::format("{} is 0 (1 to {})", what, most));
    }
    return value;
  }
  std::uint64_t text_sample() {
    while (at_ < bytes_.size() && blank(byte(at_))) ++at_;
    const std::uint64_t value = number("sample", 65535);
    if (at_ < bytes_.size() && !blank(byte(at_))) number_end();
    return value;
  }
  [[noreturn]] void number_end() const { fail("no white space after a sample"); }
  std::uint64_t byte_sample(std::uint64_t wide) {
    std::uint64_t value = byte(at_++);
    if (wide == 2) value = value * 256 + byte(at_++);
    return value;
  }

  const Source& source_;
  Bytes bytes_;
  std::size_t at_ = 0;
};

Tensor read_pnm(const Source& source) {
  const std::vector<std::byte> bytes = source.read_all();
  return PnmReader(source, bytes).read();
}

// image (C,H,W) -> bytes with the colours of a pixel side by side
std::vector<std::byte> encode(const char* op, const Tensor& image) {
  if (!image.defined()) throw ArgumentError(op, "the image is undefined");
  const Shape& shape = image.shape();
  if (shape.ndim() != 3 || (shape[0] != 1 && shape[0] != 3) || image.size() == 0) {
    throw ShapeError(op, fmt::format("image {} (must be [1, H, W] or [3, H, W], not empty)", shape));
  }
  const std::string head = fmt::format("P{}\n{} {}\n255\n", shape[0] == 1 ? 5 : 6, shape[2], shape[1]);
  std::vector<std::byte> out;
  out.reserve(head.size() + static_cast<std::size_t>(image.size()));
  for (const char c : head) out.push_back(static_cast<std::byte>(c));
  const auto channels = static_cast<std::size_t>(shape[0]);
  const auto pixels = static_cast<std::size_t>(shape[1] * shape[2]);
  dispatch(image.dtype(), [&](auto zero) {
    const auto x = image.data<decltype(zero)>();
    for (std::size_t i = 0; i < channels * pixels; ++i) {
      const auto value = static_cast<double>(x[i % channels * pixels + i / channels]);
      if (std::isnan(value)) {
        const std::size_t pixel = i / channels;
        const auto width = static_cast<std::size_t>(shape[2]);
        throw ArgumentError(
            op, fmt::format("image[{}, {}, {}] is NaN (must be a number)", i % channels, pixel / width, pixel % width));
      }
      out.push_back(static_cast<std::byte>(std::lround(255 * std::clamp(value, 0.0, 1.0))));
    }
  });
  return out;
}

}  // namespace

Tensor load_pnm(const std::string& path) { return read_pnm(Source("load_pnm", path)); }
Tensor parse_pnm(std::span<const std::byte> bytes, const std::string& name) {
  return read_pnm(Source("load_pnm", bytes, name));
}

void save_pnm(const std::string& path, const Tensor& image) {
  const std::vector<std::byte> bytes = encode("save_pnm", image);
  files::AtomicFile file("save_pnm", path);
  file.write(bytes);
  file.commit();
}

std::vector<std::byte> pnm_bytes(const Tensor& image) { return encode("pnm_bytes", image); }

}  // namespace yhat
