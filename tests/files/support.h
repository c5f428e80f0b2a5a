// SPDX-License-Identifier: MIT
// What the tests of readers and writers share.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yhat/error.h"
#include "yhat/state_dict.h"
#include "yhat/tensor.h"

namespace yhat::test {

using Bytes = std::vector<std::byte>;

inline Bytes bytes(std::string_view text) {
  Bytes out(text.size());
  if (!text.empty()) std::memcpy(out.data(), text.data(), text.size());
  return out;
}
inline std::string text(const Bytes& b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

/// Big-endian, as in IDX files.
inline std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

/// A folder that is removed with everything in it.
class TempFolder {
 public:
  TempFolder() {
    static int counter = 0;
    std::error_code error;
    do {
      path_ = std::filesystem::temp_directory_path() / ("yhat test " + std::to_string(counter++));
    } while (!std::filesystem::create_directory(path_, error) && counter < 10000);
    REQUIRE(!error);
  }
  ~TempFolder() {
    std::error_code error;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, error);
    std::filesystem::remove_all(path_, error);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  /// The names in the folder: what a save must not leave behind.
  std::size_t count() const {
    const std::filesystem::directory_iterator first(path_), last;
    return static_cast<std::size_t>(std::distance(first, last));
  }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::string& path, const Bytes& b) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(b.data()), static_cast<std::streamsize>(b.size()));
  REQUIRE(out.good());
}
inline void write_file(const std::string& path, std::string_view t) { write_file(path, bytes(t)); }
inline Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), path);
  return bytes(std::string{std::istreambuf_iterator<char>(in), {}});
}

inline std::string read_text(const std::string& path) { return text(read_file(path)); }

/// Same shape, dtype and bits: a NaN equals itself, 0 does not equal -0.
inline bool same_bits(const yhat::Tensor& a, const yhat::Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return false;
  return yhat::dispatch(a.dtype(), [&](auto zero) {
    const auto x = a.data<decltype(zero)>();
    const auto y = b.data<decltype(zero)>();
    return x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0;
  });
}

/// The same for all of a state; two empty ones compare nothing, so they are not the same.
inline bool same_bits(const yhat::StateDict& a, const yhat::StateDict& b) {
  const auto equal = [](const auto& x, const auto& y) { return x.first == y.first && same_bits(x.second, y.second); };
  return !a.empty() && std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
}

inline void check_same(const yhat::StateDict& a, const yhat::StateDict& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].first == b[i].first);
    CHECK(same_bits(a[i].second, b[i].second));
  }
}

/// The text of the FormatError that f throws; any other outcome fails the test.
template <class F>
std::string format_error(F f) {
  try {
    f();
  } catch (const yhat::FormatError& e) {
    CHECK(std::string_view(e.what()).find('\n') == std::string_view::npos);
    return e.what();
  }
  return "no error";
}

/// Tells whether f(x) went through; an exception that is not yhat's escapes and fails the test.
template <class F>
bool loads(F f, const Bytes& x) {
  try {
    f(x);
    return true;
  } catch (const yhat::FormatError& e) {
    const std::string_view message = e.what();
    CHECK(message.find("memory: ") != std::string_view::npos);
    CHECK(message.size() < 600);
    return false;
  }
}

/// Calls f with the file cut off at every length; none may load.
template <class F>
void cut_everywhere(const Bytes& whole, F f) {
  REQUIRE(loads(f, whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    const bool loaded = loads(f, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    CHECK_FALSE(loaded);
  }
}

/// Calls f with each single bit flipped; the number of files that still load.
template <class F>
int flip_everywhere(const Bytes& whole, F f) {
  int loaded = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    CAPTURE(bit);
    Bytes flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    loaded += loads(f, flipped) ? 1 : 0;
  }
  return loaded;
}

}  // namespace yhat::test
