// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace yhat::files {

using Bytes = std::span<const std::byte>;

/// What a reader reads: a file, or bytes in memory under a name. Knows who reads, for messages.
class Source {
 public:
  /// Opens a regular file. Throws IoError: not there, not allowed, a directory, a pipe.
  Source(const char* op, const std::string& path);
  /// `bytes` must outlive the source.
  Source(const char* op, Bytes bytes, std::string name);

  const char* op() const { return op_; }
  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Fills `to` from this offset on; all of it must lie within size(). Throws IoError.
  void read(std::uint64_t offset, std::span<std::byte> to) const;
  std::vector<std::byte> read_all() const;

  /// Throws the FormatError of this file; offset -1 if the defect is not tied to a byte.
  [[noreturn]] void fail(std::int64_t offset, const std::string& message) const;
  /// Throws unless the file has exactly the size its header announces. `what` is the announcement, "60000 x 28 x 28".
  void require_size(std::uint64_t announced, const std::string& what) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const char* op_;
  std::string path_;
  Bytes bytes_;
  std::uint64_t size_ = 0;  // before file_, whose making sets it
  std::unique_ptr<std::FILE, Close> file_;
};

/// An integer from its bytes, whatever the order of the host's.
template <class T>
T little_endian(Bytes bytes, std::size_t at = 0) {
  std::make_unsigned_t<T> value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    value = static_cast<decltype(value)>((std::uint64_t{value} << 8) | std::to_integer<std::uint64_t>(bytes[at + i]));
  }
  return static_cast<T>(value);
}
template <class T>
T big_endian(Bytes bytes, std::size_t at = 0) {
  std::make_unsigned_t<T> value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<decltype(value)>((std::uint64_t{value} << 8) | std::to_integer<std::uint64_t>(bytes[at + i]));
  }
  return static_cast<T>(value);
}

/// Turns the bytes of little-endian numbers into the host's, or back; nothing to do on most hosts.
template <class T>
void swap_unless_little(std::span<T> values) {
  if constexpr (std::endian::native != std::endian::little) {
    for (T& value : values) {
      auto* p = reinterpret_cast<std::byte*>(&value);
      for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(p[i], p[sizeof(T) - 1 - i]);
    }
  }
}

/// total *= factor; false if 64 bits do not hold it.
inline bool multiply(std::uint64_t& total, std::uint64_t factor) {
  if (factor != 0 && total > UINT64_MAX / factor) return false;
  total *= factor;
  return true;
}

/// The bytes of an array with these sizes; false if a size or the product is more than a tensor can have. A size of 0
/// excuses nothing: the product of the others must be valid as well.
bool array_bytes(std::span<const std::uint64_t> sizes, std::uint64_t element, std::uint64_t& bytes);

/// 'text' for messages: at most 60 characters, those that are not printable ASCII as \xNN.
std::string in_quotes(std::string_view text);
/// The system's words for an error number.
std::string system_message(int code);

}  // namespace yhat::files
