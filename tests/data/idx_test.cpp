// SPDX-License-Identifier: MIT
#include "yhat/idx.h"

#include <cstdint>

#include "tests/files/support.h"

namespace {

using yhat::Dtype;
using yhat::Shape;
using yhat::test::big_endian;
using yhat::test::bytes;
using yhat::test::format_error;

/// An IDX file: element type, sizes, data.
std::string idx(int type, const std::vector<std::uint32_t>& sizes, const std::string& data) {
  std::string all{'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) all += big_endian(size);
  return all + data;
}
yhat::Tensor parse(const std::string& text) { return yhat::parse_idx(bytes(text)); }
std::string idx_error(const std::string& text) {
  return format_error([&] { parse(text); });
}
std::string label_error(const std::string& text) {
  return format_error([&] { yhat::parse_idx_labels(bytes(text)); });
}

}  // namespace

TEST_CASE("IDX: every element type has the values in the file") {
  CHECK(yhat::test::same_bits(parse(idx(0x08, {2, 2}, "\x01\xFF\x80\x7F")), yhat::tensor({{1, 255}, {128, 127}})));
  CHECK(yhat::test::same_bits(parse(idx(0x09, {2}, "\x01\xFF")), yhat::tensor({1, -1})));
  CHECK(yhat::test::same_bits(parse(idx(0x0B, {2}, std::string("\x01\x02\x80\x00", 4))), yhat::tensor({258, -32768})));
  CHECK(yhat::test::same_bits(parse(idx(0x0C, {1}, "\xFF\xFF\xFF\xFE")), yhat::tensor({-2}, Dtype::f64)));
  CHECK(yhat::test::same_bits(parse(idx(0x0D, {1}, std::string("\xC0\x20\x00\x00", 4))), yhat::tensor({-2.5})));
  CHECK(yhat::test::same_bits(parse(idx(0x0E, {1}, std::string("\x3F\xF8\x00\x00\x00\x00\x00\x00", 8))),
                              yhat::tensor({1.5}, Dtype::f64)));
  CHECK(parse(idx(0x08, {1, 1, 1, 1, 1, 1, 1, 2}, "ab")).shape() == Shape{1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(parse(idx(0x08, {0, 28, 28}, "")).shape() == Shape{0, 28, 28});
}

TEST_CASE("80 IDX: wrong magic, type and number of axes") {
  CHECK(idx_error(idx(0x0A, {1}, "x")) ==
        "load_idx: memory: byte 2: element type 0x0a (0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e)");
  CHECK(idx_error(idx(0x08, {}, "x")) == "load_idx: memory: byte 3: 0 axes (1 to 8)");
  CHECK(idx_error(std::string("\0\0\x08\xFF", 4) + std::string(2000, '\0')) ==
        "load_idx: memory: byte 3: 255 axes (1 to 8)");
  CHECK(idx_error(idx(0x08, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "x")) == "load_idx: memory: byte 3: 9 axes (1 to 8)");
  CHECK(parse(idx(0x08, {1, 1, 1, 1, 1}, "x")).ndim() == 5);
  CHECK(idx_error("PNG....").find("load_idx: memory: byte 0: magic 0x504e472e") == 0);
}

TEST_CASE("80 IDX: sizes that overflow or lie, extra bytes") {
  CHECK(
      idx_error(idx(0x08, {60000, 28, 28}, std::string(1000, 'x'))) ==
      "load_idx: memory: header says 60000 x 28 x 28 = 47040016 bytes, file has 1016; hint: truncated, copy it again");
  const std::uint32_t most = UINT32_MAX;
  CHECK(idx_error(idx(0x08, {most, most, most}, "x")).find("which overflows") != std::string::npos);
  CHECK(idx_error(idx(0x08, {65536, 65536}, "")).find("= 4294967308 bytes, file has 12") != std::string::npos);
  CHECK(idx_error(idx(0x08, {0, most, most, most}, "")).find("which overflows") != std::string::npos);
  CHECK(idx_error(idx(0x08, {2}, "abc")).find("byte 10: 1 bytes follow the data") != std::string::npos);
}

TEST_CASE("80 IDX: every length but the right one, every flipped bit") {
  const yhat::test::Bytes whole = bytes(idx(0x08, {2, 2, 3}, "abcdefghijkl"));
  yhat::test::cut_everywhere(whole, [](const yhat::test::Bytes& b) { yhat::parse_idx(b); });
  const int loaded = yhat::test::flip_everywhere(whole, [](const yhat::test::Bytes& b) {
    const yhat::Tensor x = yhat::parse_idx(b);
    CHECK(x.size() == 12);
  });
  CHECK(loaded == 8 * 12 + 1);  // the data, and bytes taken for signed bytes
}

TEST_CASE("80 IDX labels: label > 9, wrong kind of file") {
  CHECK(yhat::parse_idx_labels(bytes(idx(0x08, {3}, std::string("\x00\x09\x05", 3)))) ==
        std::vector<std::int64_t>{0, 9, 5});
  CHECK(label_error(idx(0x08, {16}, std::string(15, '\1') + "\x0C")) ==
        "load_idx: memory: byte 23: label 12 (valid: [0, 9])");
  CHECK(label_error(idx(0x08, {1, 1, 1}, "x")) ==
        "load_idx: memory: magic 0x00000803 (labels: 0x00000801); hint: this is an image file");
  CHECK(label_error(idx(0x0D, {1}, "xxxx")) == "load_idx: memory: magic 0x00000d01 (labels: 0x00000801)");
  CHECK(yhat::parse_idx_labels(bytes(idx(0x08, {1}, "\x1F")), 32) == std::vector<std::int64_t>{31});
}

TEST_CASE("80 IDX: a directory and a missing file") {
  const yhat::test::TempFolder folder;
  CHECK_THROWS_WITH_AS(yhat::load_idx(folder / "none"),
                       ("load_idx: " + (folder / "none") + ": cannot open: No such file or directory").c_str(),
                       yhat::IoError);
  CHECK_THROWS_AS(yhat::load_idx(folder.path()), yhat::IoError);
  yhat::test::write_file(folder / "labels", idx(0x08, {1}, "\x0C"));
  CHECK_THROWS_WITH_AS(yhat::load_idx_labels(folder / "labels"),
                       ("load_idx: " + (folder / "labels") + ": byte 8: label 12 (valid: [0, 9])").c_str(),
                       yhat::FormatError);
}

namespace {
// gzip of idx(0x08, {2, 2, 3}, "abcdefghijkl"): one stored block, written out so that no compressor is needed.
std::string gzip_stored(const std::string& text) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  const auto little = [](std::uint32_t n, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += static_cast<char>((n >> (8 * i)) & 255);
    return out;
  };
  const auto n = static_cast<std::uint32_t>(text.size());
  return std::string("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10) + "\x01" + little(n, 2) + little(n ^ 0xFFFF, 2) + text +
         little(~crc, 4) + little(n, 4);
}
const std::string plain = idx(0x08, {2, 2, 3}, "abcdefghijkl");
}  // namespace

#ifdef YHAT_TEST_ZLIB
TEST_CASE("80 IDX.gz: the same as the plain file, whatever its name") {
  CHECK(yhat::test::same_bits(parse(gzip_stored(plain)), parse(plain)));
  const yhat::test::TempFolder folder;
  yhat::test::write_file(folder / "not called gz", gzip_stored(plain));
  CHECK(yhat::test::same_bits(yhat::load_idx(folder / "not called gz"), parse(plain)));
}

TEST_CASE("80 IDX.gz: truncated at every byte, every flipped bit, wrong checksum, more behind it") {
  const std::string packed = gzip_stored(plain);
  yhat::test::cut_everywhere(bytes(packed), [](const yhat::test::Bytes& b) { yhat::parse_idx(b); });
  // Flips in the header's time stamp, flags for text, extra flags and system name change nothing that is read.
  const int loaded = yhat::test::flip_everywhere(bytes(packed), [](const yhat::test::Bytes& b) {
    const yhat::Tensor x = yhat::parse_idx(b);  // outside of CHECK, which would swallow the exception
    CHECK(yhat::test::same_bits(x, parse(plain)));
  });
  CHECK(loaded >= 8 * 6);
  CHECK(loaded <= 8 * 8);

  std::string wrong = packed;
  wrong[wrong.size() - 5] ^= 1;
  CHECK(idx_error(wrong).find("damaged gzip data (incorrect data check)") != std::string::npos);
  wrong = packed;
  wrong[wrong.size() - 1] ^= 1;
  CHECK(idx_error(wrong).find("damaged gzip data (incorrect length check)") != std::string::npos);
  CHECK(idx_error(packed.substr(0, packed.size() - 1)) ==
        "load_idx: memory: byte 50: the gzip data end early; hint: truncated, copy it again");
  CHECK(idx_error(packed + "x") ==
        "load_idx: memory: byte 51: 1 bytes follow the gzip data (exactly one member, nothing after it)");
  CHECK(idx_error(packed + packed).find("51 bytes follow the gzip data") != std::string::npos);
}

TEST_CASE("80 IDX.gz: the announced size is checked against what can be inside") {
  CHECK(
      idx_error(gzip_stored(idx(0x08, {60000, 28, 28}, "abc"))) ==
      "load_idx: memory: header says 47040016 bytes, 42 packed bytes hold at most 44368 (deflate's limit is 1032 : 1)");
  CHECK(idx_error(gzip_stored(idx(0x08, {20}, "abc"))) ==
        "load_idx: memory: header says 28 bytes, unpacked there are 11");
  CHECK(idx_error(gzip_stored(idx(0x08, {2}, "abc"))) ==
        "load_idx: memory: header says 10 bytes, unpacked there are more than 10");
  CHECK(idx_error(gzip_stored("")).find("0 bytes (an IDX header has at least 8)") != std::string::npos);
  CHECK(idx_error(gzip_stored("PNG....")).find("magic 0x504e472e") != std::string::npos);
  CHECK(idx_error(gzip_stored(gzip_stored(plain))).find("magic 0x1f8b0800") != std::string::npos);
}
#else
TEST_CASE("80 IDX.gz: a build without zlib says what to do") {
  CHECK(idx_error(gzip_stored(plain)) ==
        "load_idx: memory: is compressed and this build has no zlib; hint: gunzip -k memory, or install zlib (Debian: "
        "zlib1g-dev) and rebuild");
}
#endif
