// SPDX-License-Identifier: MIT
// The safetensors format: u64 little-endian length of the header, the header (JSON), the data of all tensors in a row.
#include "yhat/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/files/atomic_file.h"
#include "core/files/crc32.h"
#include "core/files/safetensors_file.h"
#include "core/files/safetensors_header.h"
#include "yhat/error.h"

namespace yhat {
namespace files {
namespace {

constexpr std::uint64_t longest_header = 100'000'000;
constexpr std::string_view checksum = "crc32.";
// What stands before and after the digits of the header's own checksum in what we write.
constexpr std::string_view own_checksum = "\"crc32.header\":\"";

std::uint64_t bytes_per_element(std::string_view dtype) {
  return dtype == "F64" ? 8 : dtype == "F32" ? 4 : dtype == "F16" || dtype == "BF16" ? 2 : 0;
}

/// Shapes, dtypes and offsets of all tensors against each other and the size of the data; sorts by offset.
void check_entries(const Source& source, std::vector<TensorEntry>& entries, std::uint64_t data_bytes) {
  std::stable_sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::uint64_t reached = 0;
  for (const TensorEntry& e : entries) {
    const std::uint64_t width = bytes_per_element(e.dtype);
    if (width == 0) {
      source.fail(8, fmt::format("{} has dtype {} (F64, F32, F16 or BF16)", in_quotes(e.name), in_quotes(e.dtype)));
    }
    if (e.shape.size() > Shape::max_ndim) {
      source.fail(8, fmt::format("{} has {} axes (at most {})", in_quotes(e.name), e.shape.size(), Shape::max_ndim));
    }
    std::uint64_t needed = 0;
    if (!array_bytes(e.shape, width, needed)) {
      source.fail(8, fmt::format("{} has shape [{}], which overflows (at most 2^63 - 1 bytes)", in_quotes(e.name),
                                 fmt::join(e.shape, ", ")));
    }
    if (e.begin > e.end || e.end - e.begin != needed) {
      source.fail(8, fmt::format("{} has offsets [{}, {}] for {} [{}] (needs {} bytes)", in_quotes(e.name), e.begin,
                                 e.end, e.dtype, fmt::join(e.shape, ", "), needed));
    }
    if (e.begin != reached) {
      source.fail(8, fmt::format("{} begins at {}, the data before it end at {} (no hole, no overlap)",
                                 in_quotes(e.name), e.begin, reached));
    }
    reached = e.end;
  }
  if (reached != data_bytes) {
    source.fail(-1, fmt::format("header says {} bytes of data, file has {}; hint: {}", reached, data_bytes,
                                reached > data_bytes ? "truncated, copy it again" : "nothing may follow the data"));
  }
}

/// IEEE half precision to single: the same value, and the same payload of a NaN.
std::uint32_t widen_half(std::uint32_t h) {
  const std::uint32_t sign = (h & 0x8000U) << 16;
  const std::uint32_t exponent = (h >> 10) & 31U;
  std::uint32_t fraction = h & 0x3FFU;
  if (exponent == 31) return sign | 0x7F800000U | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction == 0) return sign;
  std::uint32_t e = 113;  // a denormal: shift its highest bit to where the others have theirs
  for (; (fraction & 0x400U) == 0; fraction <<= 1) --e;
  return sign | (e << 23) | ((fraction & 0x3FFU) << 13);
}

Tensor read_tensor(const Source& source, const TensorEntry& e, std::uint64_t data_at, std::uint32_t& crc) {
  std::vector<std::int64_t> sizes;
  for (const std::uint64_t size : e.shape) sizes.push_back(static_cast<std::int64_t>(size));
  Tensor x = empty(Shape(sizes), e.dtype == "F64" ? Dtype::f64 : Dtype::f32);
  dispatch(x.dtype(), [&](auto zero) {
    const auto values = x.mutable_data<decltype(zero)>();
    if (bytes_per_element(e.dtype) == sizeof(zero)) {
      const std::span<std::byte> bytes = std::as_writable_bytes(values);
      source.read(data_at + e.begin, bytes);
      crc = crc32(bytes);
      swap_unless_little(values);
      return;
    }
    std::vector<std::byte> halves(static_cast<std::size_t>(e.end - e.begin));
    source.read(data_at + e.begin, halves);
    crc = crc32(halves);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint32_t half = little_endian<std::uint16_t>(halves, 2 * i);
      const std::uint32_t wide = e.dtype == "BF16" ? half << 16 : widen_half(half);
      std::memcpy(&values[i], &wide, sizeof(float));  // x is f32 here; a float in between could change a NaN
    }
  });
  return x;
}

/// The checksums in the metadata, taken out of it.
std::unordered_map<std::string, std::uint32_t> take_checksums(const Source& source, Metadata& metadata) {
  std::unordered_map<std::string, std::uint32_t> found;
  for (const auto& [key, value] : metadata) {
    if (!key.starts_with(checksum)) continue;
    if (value.size() != 8 || value.find_first_not_of("0123456789abcdef") != std::string::npos) {
      source.fail(8, fmt::format("{} is {} (must be 8 hexadecimal digits)", in_quotes(key), in_quotes(value)));
    }
    std::uint32_t crc = 0;
    for (const char c : value) crc = crc * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    found[key.substr(checksum.size())] = crc;
  }
  std::erase_if(metadata, [](const auto& entry) { return entry.first.starts_with(checksum); });
  return found;
}

void check_header(const Source& source, std::string text, std::uint32_t expected) {
  const std::size_t at = text.find(own_checksum);
  if (at == std::string::npos || text.size() - at < own_checksum.size() + 8) {
    source.fail(8, "crc32.header does not stand where yhat writes it; hint: another program rewrote the file");
  }
  text.replace(at + own_checksum.size(), 8, 8, '0');
  const std::uint32_t crc = crc32(std::as_bytes(std::span(text)));
  if (crc != expected) source.fail(8, fmt::format("the header has CRC {:08x} (expected {:08x})", crc, expected));
}

}  // namespace

Safetensors read_safetensors(const Source& source) {
  if (source.size() < 10) {
    source.fail(-1, fmt::format("file has {} bytes (at least 10: length and header)", source.size()));
  }
  std::byte first[8];
  source.read(0, first);
  const auto length = little_endian<std::uint64_t>(first);
  if (length < 2 || length > std::min(longest_header, source.size() - 8)) {
    source.fail(0, fmt::format("header of {} bytes, file has {} (2 to {})", length, source.size(),
                               std::min(longest_header, source.size() - 8)));
  }
  std::string text(static_cast<std::size_t>(length), ' ');
  source.read(8, std::as_writable_bytes(std::span(text)));
  SafetensorsHeader header = parse_header(source, text);
  auto checksums = take_checksums(source, header.metadata);
  const auto of_header = checksums.find("header");
  const bool header_checked = of_header != checksums.end();
  if (header_checked) {
    check_header(source, std::move(text), of_header->second);
    checksums.erase(of_header);
  }
  const std::uint64_t data_at = 8 + length;
  check_entries(source, header.entries, source.size() - data_at);

  Safetensors result;
  std::size_t checked = 0;
  for (const TensorEntry& e : header.entries) {
    std::uint32_t crc = 0;
    result.state.emplace_back(e.name, read_tensor(source, e, data_at, crc));
    const auto expected = checksums.find(e.name);
    if (expected == checksums.end()) continue;
    ++checked;
    if (crc != expected->second) {
      source.fail(static_cast<std::int64_t>(data_at + e.begin),
                  fmt::format("{} has CRC {:08x} (expected {:08x})", in_quotes(e.name), crc, expected->second));
    }
  }
  if (checked != checksums.size()) {
    source.fail(8, fmt::format("{} checksums of tensors that are not there", checksums.size() - checked));
  }
  result.all_checked = header_checked && checked == header.entries.size();
  result.metadata = std::move(header.metadata);
  return result;
}

void write_safetensors(const char* op, const StateDict& state, Metadata metadata, bool checksums, const Sink& sink) {
  SafetensorsHeader header;
  std::unordered_set<std::string> names{"__metadata__"};
  const auto add_metadata = [&](const std::string& key, const std::string& value) {
    if (!names.insert("metadata " + key).second) {
      throw ArgumentError(op, fmt::format("metadata {} is there twice (each key once)", in_quotes(key)));
    }
    header.metadata.emplace_back(key, value);
  };
  const bool has_format =
      std::any_of(metadata.begin(), metadata.end(), [](const auto& entry) { return entry.first == "format"; });
  if (!has_format) add_metadata("format", "pt");
  for (const auto& [key, value] : metadata) {
    if (key.starts_with(checksum)) {
      throw ArgumentError(op,
                          fmt::format("metadata {} (keys with {} are checksums)", in_quotes(key), in_quotes(checksum)));
    }
    add_metadata(key, value);
  }
  if (checksums) add_metadata("crc32.header", "00000000");

  std::unordered_set<std::string> tensors{"__metadata__"};
  if (checksums) tensors.insert("header");
  std::uint64_t at = 0;
  for (const auto& [name, x] : state) {
    if (!x.defined()) throw ArgumentError(op, fmt::format("{} is undefined (must be a tensor)", in_quotes(name)));
    if (!tensors.insert(name).second) {
      throw ArgumentError(op, name == "__metadata__" || name == "header"
                                  ? fmt::format("a tensor is called {} (the format keeps that name)", in_quotes(name))
                                  : fmt::format("{} is there twice (each name once)", in_quotes(name)));
    }
    const std::uint64_t bytes = static_cast<std::uint64_t>(x.size()) * size_of(x.dtype());
    header.entries.push_back({name, x.dtype() == Dtype::f32 ? "F32" : "F64", {}, at, at + bytes});
    for (const std::int64_t size : x.shape()) header.entries.back().shape.push_back(static_cast<std::uint64_t>(size));
    at += bytes;
  }
  const auto for_each_tensor = [&](const auto& f) {
    for (const auto& entry : state) {
      const std::string& name = entry.first;  // clang 14 does not capture structured bindings
      const Tensor& x = entry.second;
      dispatch(x.dtype(), [&](auto zero) {
        using T = decltype(zero);
        const std::span<const T> values = x.template data<T>();
        if constexpr (std::endian::native == std::endian::little) {
          f(name, std::as_bytes(values));
        } else {
          std::vector<T> swapped(values.begin(), values.end());
          swap_unless_little(std::span(swapped));
          f(name, std::as_bytes(std::span<const T>(swapped)));
        }
      });
    }
  };
  if (checksums) {
    for_each_tensor([&](const std::string& name, Bytes bytes) {
      add_metadata(std::string(checksum) + name, fmt::format("{:08x}", crc32(bytes)));
    });
  }
  std::string text = header_text(op, header);
  if (text.size() > longest_header) {
    throw ArgumentError(op, fmt::format("the header has {} bytes (at most {})", text.size(), longest_header));
  }
  if (checksums) {
    const std::string digits = fmt::format("{:08x}", crc32(std::as_bytes(std::span(text))));
    text.replace(text.find(own_checksum) + own_checksum.size(), 8, digits);
  }
  std::byte length[8];
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<std::byte>((text.size() >> (8 * i)) & 255);
  sink(length);
  sink(std::as_bytes(std::span(text)));
  for_each_tensor([&](const std::string&, Bytes bytes) { sink(bytes); });
}

}  // namespace files

namespace {
StateDict take(files::Safetensors&& file, Metadata* metadata) {
  if (metadata != nullptr) *metadata = std::move(file.metadata);
  return std::move(file.state);
}
}  // namespace

StateDict load_safetensors(const std::string& path, Metadata* metadata) {
  return take(files::read_safetensors(files::Source("load_safetensors", path)), metadata);
}

StateDict parse_safetensors(std::span<const std::byte> bytes, Metadata* metadata, const std::string& name) {
  return take(files::read_safetensors(files::Source("load_safetensors", bytes, name)), metadata);
}

void save_safetensors(const std::string& path, const StateDict& state, const Metadata& metadata) {
  files::AtomicFile file("save_safetensors", path);
  files::write_safetensors("save_safetensors", state, metadata, false, [&](files::Bytes bytes) { file.write(bytes); });
  file.commit();
}

std::vector<std::byte> safetensors_bytes(const StateDict& state, const Metadata& metadata) {
  std::vector<std::byte> out;
  files::write_safetensors("safetensors_bytes", state, metadata, false,
                           [&](files::Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); });
  return out;
}

}  // namespace yhat
