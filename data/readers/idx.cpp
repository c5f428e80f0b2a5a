// SPDX-License-Identifier: MIT
// IDX: two zero bytes, the element type, the number of axes, a big-endian u32 per axis, the elements (big-endian).
#include "data/readers/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "data/readers/gzip.h"
#include "yhat/error.h"

namespace yhat {
namespace files {
namespace {

enum Type : int { u8 = 0x08, s8 = 0x09, i16 = 0x0B, i32 = 0x0C, f32 = 0x0D, f64 = 0x0E };
constexpr std::size_t longest_header = 4 + 4 * Shape::max_ndim;

std::uint64_t width_of(int type) {
  switch (type) {
    case u8:
    case s8:
      return 1;
    case i16:
      return 2;
    case i32:
    case f32:
      return 4;
    case f64:
      return 8;
    default:
      return 0;
  }
}

struct Header {
  int type = 0;
  std::vector<std::uint64_t> sizes;
  std::uint64_t data_at = 0;
  std::uint64_t total = 0;  // bytes of the whole file
  std::string what;         // "60000 x 28 x 28"
};

/// What a caller wants to see at the start of the file: `kind` names it, 0 takes any.
struct Wanted {
  std::uint32_t magic = 0;
  const char* kind = "";
};
constexpr std::uint32_t magic_of_images = 0x00000803;
constexpr std::uint32_t magic_of_labels = 0x00000801;

/// `start` is the first bytes of the (unpacked) file, at least longest_header of them unless the file is shorter.
Header parse_header(const Source& source, Bytes start, const Wanted& wanted) {
  if (start.size() < 4) {
    source.fail(-1,
                fmt::format("{} bytes (an IDX header has at least 8); hint: truncated, copy it again", start.size()));
  }
  const auto magic = big_endian<std::uint32_t>(start);
  if (wanted.magic != 0 && magic != wanted.magic) {
    const char* is = magic == magic_of_images   ? "; hint: this is an image file"
                     : magic == magic_of_labels ? "; hint: this is a label file"
                                                : "";
    source.fail(-1, fmt::format("magic 0x{:08x} ({}: 0x{:08x}){}", magic, wanted.kind, wanted.magic, is));
  }
  if (magic >> 16 != 0) source.fail(0, fmt::format("magic 0x{:08x} (must be 0x0000TTNN: type, axes)", magic));
  Header header;
  header.type = static_cast<int>((magic >> 8) & 255);
  const std::uint64_t width = width_of(header.type);
  if (width == 0) {
    source.fail(2, fmt::format("element type 0x{:02x} (0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e)", header.type));
  }
  const std::uint32_t axes = magic & 255;
  if (axes < 1 || axes > Shape::max_ndim) source.fail(3, fmt::format("{} axes (1 to {})", axes, Shape::max_ndim));
  header.data_at = 4 + 4 * std::uint64_t{axes};
  if (start.size() < header.data_at) {
    source.fail(-1, fmt::format("{} bytes, the header alone has {}; hint: truncated, copy it again", start.size(),
                                header.data_at));
  }
  for (std::size_t axis = 0; axis < axes; ++axis) {
    header.sizes.push_back(big_endian<std::uint32_t>(start, 4 + 4 * axis));
  }
  header.what = fmt::format("{}", fmt::join(header.sizes, " x "));
  if (width > 1) header.what += fmt::format(" x {}", width);
  std::uint64_t data_bytes = 0;
  if (!array_bytes(header.sizes, width, data_bytes)) {
    source.fail(4, fmt::format("header says {} bytes, which overflows (at most 2^63 - 1)", header.what));
  }
  header.total = header.data_at + data_bytes;
  return header;
}

/// The whole file, unpacked, of exactly the announced size.
std::vector<std::byte> read_file(const Source& source, const Wanted& wanted, Header& header) {
  std::byte start[longest_header];
  const std::size_t there = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), longest_header));
  source.read(0, std::span(start, there));
  if (is_gzip(std::span(start, there))) {
    const std::vector<std::byte> packed = source.read_all();
    return gunzip(source, packed, longest_header, [&](Bytes first) {
      header = parse_header(source, first, wanted);
      return header.total;
    });
  }
  header = parse_header(source, std::span(start, there), wanted);
  source.require_size(header.total, header.what);
  return source.read_all();
}

template <class Stored, class T>
void decode(Bytes data, std::span<T> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto value = big_endian<Stored>(data, i * sizeof(Stored));
    if constexpr (std::is_same_v<Stored, std::uint32_t> || std::is_same_v<Stored, std::uint64_t>) {
      std::memcpy(&out[i], &value, sizeof value);  // the bits of a float; a signalling NaN stays one
    } else {
      out[i] = static_cast<T>(value);
    }
  }
}

Tensor read_idx(const Source& source) {
  Header header;
  const std::vector<std::byte> bytes = read_file(source, {}, header);
  const Bytes data = Bytes(bytes).subspan(static_cast<std::size_t>(header.data_at));
  const bool wide = header.type == i32 || header.type == f64;
  Tensor x =
      empty(Shape(std::vector<std::int64_t>(header.sizes.begin(), header.sizes.end())), wide ? Dtype::f64 : Dtype::f32);
  switch (header.type) {
    case u8:
      decode<std::uint8_t>(data, x.mutable_data<float>());
      break;
    case s8:
      decode<std::int8_t>(data, x.mutable_data<float>());
      break;
    case i16:
      decode<std::int16_t>(data, x.mutable_data<float>());
      break;
    case f32:
      decode<std::uint32_t>(data, x.mutable_data<float>());
      break;
    case i32:
      decode<std::int32_t>(data, x.mutable_data<double>());
      break;
    default:
      decode<std::uint64_t>(data, x.mutable_data<double>());
  }
  return x;
}

}  // namespace

IdxBytes read_idx_images(const Source& source) {
  Header header;
  IdxBytes result;
  result.storage = read_file(source, {magic_of_images, "images"}, header);
  result.data = Bytes(result.storage).subspan(static_cast<std::size_t>(header.data_at));
  result.sizes = header.sizes;
  return result;
}

std::vector<std::int64_t> read_idx_labels(const Source& source, std::int64_t classes) {
  Header header;
  const std::vector<std::byte> bytes = read_file(source, {magic_of_labels, "labels"}, header);
  const Bytes data = Bytes(bytes).subspan(static_cast<std::size_t>(header.data_at));
  std::vector<std::int64_t> labels;
  labels.reserve(data.size());
  for (const std::byte b : data) {
    const auto label = std::to_integer<std::int64_t>(b);
    if (label >= classes) {
      source.fail(static_cast<std::int64_t>(header.data_at + labels.size()),
                  fmt::format("label {} (valid: [0, {}])", label, classes - 1));
    }
    labels.push_back(label);
  }
  return labels;
}

}  // namespace files

Tensor load_idx(const std::string& path) { return files::read_idx(files::Source("load_idx", path)); }
Tensor parse_idx(std::span<const std::byte> bytes, const std::string& name) {
  return files::read_idx(files::Source("load_idx", bytes, name));
}
std::vector<std::int64_t> load_idx_labels(const std::string& path, std::int64_t classes) {
  return files::read_idx_labels(files::Source("load_idx", path), classes);
}
std::vector<std::int64_t> parse_idx_labels(std::span<const std::byte> bytes, std::int64_t classes,
                                           const std::string& name) {
  return files::read_idx_labels(files::Source("load_idx", bytes, name), classes);
}

}  // namespace yhat
