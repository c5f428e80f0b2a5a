// SPDX-License-Identifier: MIT
#include "yhat/npy.h"

#include <bit>
#include <cstdint>

#include "tests/files/support.h"

namespace {

using yhat::Dtype;
using yhat::Shape;
using yhat::test::bytes;
using yhat::test::format_error;

/// A file from the text of its dictionary; the length in its header is that of the text.
yhat::test::Bytes npy_file(const std::string& dictionary, const std::string& data = "", int version = 1) {
  std::string all = "\x93NUMPY";
  all += {static_cast<char>(version), '\0'};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) all += static_cast<char>((dictionary.size() >> (8 * i)) & 255);
  return bytes(all + dictionary + data);
}
std::string npy_error(const std::string& dictionary, const std::string& data = "", int version = 1) {
  return format_error([&] { yhat::parse_npy(npy_file(dictionary, data, version)); });
}
std::string dictionary(const std::string& shape, const std::string& descr = "<f4", const char* fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}
const std::string four(4, '\0');

}  // namespace

TEST_CASE("84 npy round trips are bit-exact: -0, NaN payloads, denormals, 0-d, 1-tuples, empty") {
  const yhat::test::TempFolder folder;
  yhat::Tensor odd = yhat::empty({2, 2});
  const std::uint32_t patterns[] = {0x80000000U, 0x00000001U, 0x7FA12345U, 0xFFC00001U};
  std::memcpy(odd.mutable_data<float>().data(), patterns, sizeof patterns);
  yhat::Tensor wide = yhat::empty({1}, Dtype::f64);
  wide.mutable_data<double>()[0] = std::bit_cast<double>(std::uint64_t{0xFFF0000000000001U});
  for (const yhat::Tensor& x : {odd, wide, yhat::tensor(2.5), yhat::zeros({3, 0, 2}), yhat::arange(1000, Dtype::f64),
                                yhat::zeros({1, 1, 1, 1, 1, 1, 1, 1})}) {
    CAPTURE(x.shape());
    yhat::save_npy(folder / "x.npy", x);
    CHECK(folder.count() == 1);
    CHECK(yhat::test::same_bits(yhat::load_npy(folder / "x.npy"), x));
    const yhat::test::Bytes written = yhat::test::read_file(folder / "x.npy");
    CHECK(written == yhat::npy_bytes(x));
    CHECK((written.size() - static_cast<std::size_t>(x.size()) * size_of(x.dtype())) % 64 == 0);
  }
}

TEST_CASE("a npy file is written as NumPy writes it, byte for byte") {
  std::string header("\x93NUMPY\1\0\x76\0{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 67);
  header.append(127 - header.size(), ' ');
  CHECK(yhat::test::text(yhat::npy_bytes(yhat::tensor({1, -2}))) ==
        header + "\n" + std::string("\0\0\x80\x3F\0\0\0\xC0", 8));
}

TEST_CASE("81 npy: versions 1, 2 and 3, and spellings that Python would also take") {
  for (const int version : {1, 2, 3}) {
    CAPTURE(version);
    CHECK(yhat::parse_npy(npy_file(dictionary("(1, 1)"), four, version)).shape() == Shape{1, 1});
  }
  CHECK(yhat::parse_npy(npy_file(dictionary("()"), four)).shape() == Shape{});
  CHECK(yhat::parse_npy(npy_file(dictionary("(1,)"), four)).shape() == Shape{1});
  CHECK(yhat::parse_npy(npy_file(dictionary("(1,0)"))).shape() == Shape{1, 0});
  CHECK(yhat::parse_npy(npy_file(dictionary("(1,)", "<f4", "True"), four)).shape() == Shape{1});
  CHECK(yhat::parse_npy(npy_file("{\"shape\":(1,1,),'fortran_order':False,'descr':\"<f8\"}", four + four)).dtype() ==
        Dtype::f64);
}

TEST_CASE("81 npy: what is not a plain array of little-endian floats is named") {
  const std::string hint = "; hint: np.save(path, np.ascontiguousarray(a, dtype=\"<f4\"))";
  CHECK(npy_error(dictionary("(1, 1)", "<f4", "True"), four) ==
        "load_npy: memory: byte 10: Fortran order (must be C order)" + hint);
  CHECK(npy_error(dictionary("(1,)", ">f8"), four + four) ==
        "load_npy: memory: byte 10: dtype '>f8' (<f4 or <f8)" + hint);
  for (const char* descr : {"|b1", "<i4", "<f2", "<c8", "=f4", "<U3", "|f4", "<f4 ", ""}) {
    CAPTURE(descr);
    CHECK(npy_error(dictionary("(1,)", descr), four) ==
          std::string("load_npy: memory: byte 10: dtype '") + descr + "' (<f4 or <f8)" + hint);
  }
  CHECK(npy_error(dictionary("(1,)", "|O"), four) ==
        "load_npy: memory: byte 10: dtype '|O' (<f4 or <f8): an object array is a pickle, which can run any program" +
            hint);
  CHECK(npy_error("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", four) ==
        "load_npy: memory: byte 20: a structured dtype is not read" + hint);
}

TEST_CASE("81 npy: headers that lie or are not a dictionary") {
  const auto rejected = [](const std::string& d, const std::string& reason, const std::string& data = four) {
    const std::string error = npy_error(d, data);
    CAPTURE(error);
    CAPTURE(reason);
    CHECK(error.find(reason) != std::string::npos);
  };
  rejected(dictionary("(-1,)"), "byte 61: '-' in the header (expected a size >= 0)");
  rejected(dictionary("(4611686018427387904, 4)"), "overflows");
  rejected(dictionary("(0, 4611686018427387904, 4)"), "overflows", "");
  rejected(dictionary("(99999999999999999999,)"), "a size of 2^64 or more");
  rejected(dictionary("(1)"), "a tuple of one size is (3,)");
  rejected(dictionary("(,)"), "expected a size >= 0");
  rejected(dictionary("(1,,)"), "expected a size >= 0");
  rejected(dictionary("(1L,)"), "'L' in the header");
  rejected(dictionary("(1.0,)"), "'.' in the header");
  rejected(dictionary("[1]"), "'[' in the header (expected '(')");
  rejected(dictionary("(1, 1, 1, 1, 1, 1, 1, 1, 1)"), "9 axes (at most 8)");
  rejected(dictionary("(1,)", "<f4", "0"), "expected True or False");
  rejected("{'descr': '<f4', 'fortran_order': False, }\n", "has no 'shape'");
  rejected("{'descr': '<f4', 'shape': (1,), }\n", "has no 'fortran_order'");
  rejected("{'shape': (1,), 'fortran_order': False}\n", "has no 'descr'");
  rejected("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}\n", "key 'x'");
  rejected("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}\n", "key 'descr'");
  rejected(dictionary("(1,)") + "x", "more text after the dictionary");
  rejected("{'descr': '<f4", "a text without its closing quote");
  rejected("{'descr': __import__('os')", "expected a text in quotes");
  rejected("{", "the header ends (expected a text in quotes)");
  rejected("", "the header ends (expected '{')");
  rejected(dictionary("(1,)") + std::string(10000, ' '), "byte 8: header of 10058 bytes (at most 10000)");
  CHECK(
      npy_error(dictionary("(2, 3)"), four) ==
      "load_npy: memory: header says 70 bytes of header + <f4 x (2, 3) = 94 bytes, file has 74; hint: truncated, copy "
      "it again");
  CHECK(npy_error(dictionary("(1,)"), four + "x").find("byte 72: 1 bytes follow the data") != std::string::npos);

  yhat::test::Bytes lying = npy_file(dictionary("(1,)"), four);
  lying[8] = std::byte{255};
  CHECK(format_error([&] { yhat::parse_npy(lying); }) ==
        "load_npy: memory: file has 72 bytes, its header ends at 265; hint: truncated, copy it again");
  lying[6] = std::byte{4};
  CHECK(format_error([&] { yhat::parse_npy(lying); }) == "load_npy: memory: byte 6: version 4.0 (1.0, 2.0 or 3.0)");
  lying[0] = std::byte{0};
  CHECK(format_error([&] { yhat::parse_npy(lying); }) ==
        "load_npy: memory: byte 0: does not begin with \\x93NUMPY (must be a .npy file)");
}

TEST_CASE("81 npy: cut at every byte and with every bit flipped, only a FormatError comes out") {
  const yhat::test::Bytes whole = yhat::npy_bytes(yhat::tensor({{1, 2}, {3, 4}}));
  yhat::test::cut_everywhere(whole, [](const yhat::test::Bytes& b) { yhat::parse_npy(b); });
  const int loaded = yhat::test::flip_everywhere(whole, [](const yhat::test::Bytes& b) {
    const yhat::Tensor x = yhat::parse_npy(b);
    CHECK(yhat::test::same_bits(yhat::parse_npy(yhat::npy_bytes(x)), x));
  });
  CHECK(loaded >= 8 * 16);  // every bit of the data
  CHECK(loaded < 8 * 16 + 100);
}

TEST_CASE("npy labels: bytes and integers of 32 and 64 bits") {
  const auto labels = [](const std::string& descr, const std::string& shape, const std::string& data) {
    return yhat::parse_npy_labels(npy_file(dictionary(shape, descr), data));
  };
  CHECK(labels("|u1", "(3,)", std::string("\0\x07\xFF", 3)) == std::vector<std::int64_t>{0, 7, 255});
  CHECK(labels("<i4", "(2,)", std::string("\x09\0\0\0\xFF\xFF\xFF\xFF", 8)) == std::vector<std::int64_t>{9, -1});
  CHECK(labels("<i8", "(1,)", std::string("\x01\0\0\0\0\0\0\x80", 8)) == std::vector<std::int64_t>{-INT64_MAX});
  CHECK(format_error([&] { labels("<f4", "(1,)", four); }).find("dtype '<f4' (|u1, <i4 or <i8 for labels)") !=
        std::string::npos);
  CHECK(format_error([&] { labels("|u1", "(1, 1)", "x"); }).find("2 axes (labels have 1)") != std::string::npos);
  const yhat::test::TempFolder folder;
  yhat::test::write_file(folder / "y.npy", npy_file(dictionary("(2,)", "|u1"), "\x01\x02"));
  CHECK(yhat::load_npy_labels(folder / "y.npy") == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("files that cannot be opened are an IoError with the system's reason") {
  const yhat::test::TempFolder folder;
  CHECK_THROWS_WITH_AS(yhat::load_npy("a.npy"), "load_npy: a.npy: cannot open: No such file or directory",
                       yhat::IoError);
  CHECK_THROWS_WITH_AS(yhat::load_npy(folder.path()),
                       ("load_npy: " + folder.path() + ": is a directory (must be a file)").c_str(), yhat::IoError);
  try {
    yhat::load_npy(folder / "none");
    FAIL("no error");
  } catch (const yhat::IoError& e) {
    CHECK(e.code() == ENOENT);
    CHECK(e.path() == folder / "none");
    CHECK(e.op() == "load_npy");
  }
}
