// SPDX-License-Identifier: MIT
#include "core/files/crc32.h"

#include <array>

namespace yhat::files {
namespace {

// table[0][b] is the CRC of byte b, table[k][b] that of b followed by k zero bytes: eight bytes are looked up at once.
using Table = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t c = b;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xEDB88320U : 0U);
    table[0][b] = c;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      const std::uint32_t c = table[k - 1][b];
      table[k][b] = (c >> 8) ^ table[0][c & 255];
    }
  }
  return table;
}
constexpr Table table = make_table();

}  // namespace

std::uint32_t crc32(Bytes bytes, std::uint32_t before) {
  std::uint32_t c = ~before;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint64_t word = little_endian<std::uint64_t>(bytes, i) ^ c;
    c = 0;
    for (std::size_t k = 0; k < 8; ++k) c ^= table[7 - k][(word >> (8 * k)) & 255];
  }
  for (; i < bytes.size(); ++i) c = (c >> 8) ^ table[0][(c ^ std::to_integer<std::uint32_t>(bytes[i])) & 255];
  return ~c;
}

}  // namespace yhat::files
