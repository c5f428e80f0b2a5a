// SPDX-License-Identifier: MIT
#include "yhat/pnm.h"

#include <cmath>

#include "tests/files/support.h"

namespace {

using yhat::Shape;
using yhat::test::bytes;
using yhat::test::format_error;

yhat::Tensor pnm(const std::string& text) { return yhat::parse_pnm(bytes(text)); }
std::string pnm_error(const std::string& text) {
  return format_error([&] { pnm(text); });
}

}  // namespace

TEST_CASE("83 PNM: the four formats give the same picture, (C,H,W) in [0, 1]") {
  const yhat::Tensor grey = pnm("P2 3 2 255 0 51 102 153 204 255");
  CHECK(grey.shape() == Shape{1, 2, 3});
  CHECK(grey.at({0, 1, 0}) == doctest::Approx(0.6));
  CHECK(yhat::test::same_bits(grey, pnm(std::string("P5 3 2 255\n\x00\x33\x66\x99\xCC\xFF", 17))));
  const yhat::Tensor colour = pnm("P3\n2 1\n255\n255 0 51 0 102 255\n");
  CHECK(colour.shape() == Shape{3, 1, 2});
  CHECK(colour.to_vector()[0] == 1);                    // red of the first pixel
  CHECK(colour.at({2, 0, 0}) == doctest::Approx(0.2));  // blue of the first
  CHECK(colour.at({1, 0, 1}) == doctest::Approx(0.4));  // green of the second
  CHECK(yhat::test::same_bits(colour, pnm(std::string("P6 2 1 255 \xFF\x00\x33\x00\x66\xFF", 17))));
}

TEST_CASE("83 PNM: comments, white space, maxval 1 and 65535") {
  CHECK(yhat::test::same_bits(pnm("P2#c\n# more\r\n 2\t#x\n\v1\f\r\n1 1 0\n\n"), yhat::tensor({{{1, 0}}})));
  CHECK(pnm(std::string("P5 1 1 65535\n\x80\x00", 15)).item() == static_cast<float>(32768.0 / 65535));
  CHECK(pnm(std::string("P5 1 1 256\n\x01\x00", 13)).item() == 1);
  CHECK(pnm("P2 1 1 65535 65535").item() == 1);
  CHECK(pnm(std::string("P5 1 1 255\n#", 12)).item() == static_cast<float>(35.0 / 255));  // a pixel, not a comment
}

TEST_CASE("83 PNM: every defect is named with its byte") {
  CHECK(pnm_error("P2 1 1 0 0") == "load_pnm: memory: byte 7: maxval is 0 (1 to 65535)");
  CHECK(pnm_error("P2 1 1 70000 0") == "load_pnm: memory: byte 7: maxval is 70000 or more (at most 65535)");
  CHECK(pnm_error("P2 0 1 1 0") == "load_pnm: memory: byte 3: width is 0 (1 to 268435456)");
  CHECK(pnm_error("P2 1 -1 1 0") == "load_pnm: memory: byte 5: '-' (expected height, a decimal number)");
  CHECK(pnm_error("P5 46341 46341 255\nx") == "load_pnm: memory: byte 19: 1 x 46341 x 46341 samples (at most 2^28)");
  CHECK(pnm_error("P5 99999999999999999999999999 1 255\nx").find("width is") != std::string::npos);
  CHECK(pnm_error("P6 268435456 268435456 255\nx").find("samples (at most 2^28)") != std::string::npos);
  CHECK(
      pnm_error("P5 2 2 255\nabc") ==
      "load_pnm: memory: header says 11 bytes of header + 1 x 2 x 2 = 15 bytes, file has 14; hint: truncated, copy it "
      "again");
  CHECK(pnm_error("P5 2 2 255\nabcde").find("byte 15: 1 bytes follow the data") != std::string::npos);
  CHECK(pnm_error("P5 2 2 255\r\nabcd").find("byte 15: 1 bytes follow") != std::string::npos);  // one white space only
  CHECK(pnm_error("P5 1 1 255") == "load_pnm: memory: byte 10: no white space after maxval (exactly one)");
  CHECK(pnm_error("P5 1 1 255x").find("no white space after maxval") != std::string::npos);
  CHECK(pnm_error("P51 1 255\nx") == "load_pnm: memory: byte 2: no white space before width");
  CHECK(pnm_error("P2 1 1 10 11") == "load_pnm: memory: byte 10: sample 11 (at most maxval, 10)");
  CHECK(pnm_error("P5 1 1 10\n\x0B") == "load_pnm: memory: byte 10: sample 11 (at most maxval, 10)");
  CHECK(pnm_error("P2 2 1 10 1").find("header says 1 x 1 x 2 samples, file has 1 more bytes") != std::string::npos);
  CHECK(pnm_error("P2 2 1 10 1  ").find("the file ends (expected sample)") != std::string::npos);
  CHECK(pnm_error("P2 1 1 10 1 1").find("text after the last sample") != std::string::npos);
  CHECK(pnm_error("P2 2 1 10 1x1").find("no white space after a sample") != std::string::npos);
  CHECK(pnm_error("P2 2 1 10 1 #1") == "load_pnm: memory: byte 12: '#' (expected sample, a decimal number)");
  CHECK(pnm_error("P4 1 1 x") == "load_pnm: memory: byte 0: begins with 'P4' (P2, P3, P5 or P6)");
  CHECK(pnm_error("").find("begins with ''") != std::string::npos);
  CHECK(pnm_error("P2 # no end").find("the file ends (expected width)") != std::string::npos);
}

TEST_CASE("83 PNM: cut at every byte and with every bit flipped, only a FormatError comes out") {
  for (const std::string& whole : {std::string("P6 2 1 255\nabcdef"), std::string("P2 3 1 15\n1 2 13"),
                                   std::string("P5\n# c\n1 2\n65535\nabcd")}) {
    CAPTURE(whole);
    const auto load = [](const yhat::test::Bytes& b) {
      const yhat::Tensor x = yhat::parse_pnm(b);
      const yhat::Tensor again = yhat::parse_pnm(yhat::pnm_bytes(x));
      REQUIRE(again.shape() == x.shape());
      const std::vector<double> a = x.to_vector();
      const std::vector<double> c = again.to_vector();
      for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - c[i]) <= 0.5 / 255 + 1e-7);
    };
    for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
      yhat::test::loads(load, bytes(whole.substr(0, length)));  // "13" cut to "1" is a shorter picture's last sample
    }
    CHECK(yhat::test::flip_everywhere(bytes(whole), load) > 0);
  }
}

TEST_CASE("84 PNM: all 256 values survive a round trip, rounding and clamping are as stated") {
  const yhat::test::TempFolder folder;
  yhat::Tensor ramp = yhat::empty({1, 16, 16});
  for (std::size_t i = 0; i < 256; ++i)
    ramp.mutable_data<float>()[i] = static_cast<float>(static_cast<double>(i) / 255);
  yhat::save_pnm(folder / "x.pgm", ramp);
  CHECK(yhat::test::same_bits(yhat::load_pnm(folder / "x.pgm"), ramp));
  CHECK(yhat::test::text(yhat::pnm_bytes(yhat::tensor({{{-1, 0.5, 2}}}))) ==
        std::string("P5\n3 1\n255\n\x00\x80\xFF", 14));
  CHECK(yhat::test::text(yhat::pnm_bytes(yhat::tensor({{{1, 0}}, {{0, 1}}, {{0, 0}}}, yhat::Dtype::f64))) ==
        std::string("P6\n2 1\n255\n\xFF\x00\x00\x00\xFF\x00", 17));
}

TEST_CASE("PNM: tensors that are no pictures are not written") {
  CHECK_THROWS_WITH_AS(yhat::pnm_bytes(yhat::ones({2, 4, 4})),
                       "pnm_bytes: image [2, 4, 4] (must be [1, H, W] or [3, H, W], not empty)", yhat::ShapeError);
  CHECK_THROWS_AS(yhat::pnm_bytes(yhat::ones({4, 4})), yhat::ShapeError);
  CHECK_THROWS_AS(yhat::pnm_bytes(yhat::ones({1, 0, 4})), yhat::ShapeError);
  CHECK_THROWS_AS(yhat::pnm_bytes(yhat::Tensor()), yhat::ArgumentError);
  CHECK_THROWS_WITH_AS(yhat::pnm_bytes(yhat::tensor({{{0, 1}, {1, std::nan("")}}})),
                       "pnm_bytes: image[0, 1, 1] is NaN (must be a number)", yhat::ArgumentError);
}
