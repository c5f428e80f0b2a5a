// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <limits>
#include <string>
#include <vector>

using namespace yhat;

TEST_CASE("base64 of the examples of RFC 4648") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("\xFF\xFE\xFD") == "//79");
}

// The texts were made by another encoder, from its own checksums and zlib at level 0.
TEST_CASE("small pictures are the bytes that another encoder writes") {
  const std::string start = "data:image/png;base64,";
  CHECK(data_uri({2, 1, 1, {0, 255}}) ==
        start + "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAADklEQVR4AQEDAPz/AAD/AQIBALcBLvcAAAAASUVORK5CYII=");
  CHECK(data_uri({1, 2, 3, {1, 2, 3, 0xF0, 0xE0, 0xD0}}) ==
        start +
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAACCAIAAAAW4yFwAAAAE0lEQVR4AQEIAPf/"
            "AAECAwDw4NAFigKnd9F5TAAAAABJRU5ErkJggg==");
}

TEST_CASE("a picture of more than 65535 bytes is stored in several blocks") {
  Image image{400, 300, 1, {}};
  for (int i = 0; i < 400 * 300; ++i) image.pixels.push_back(static_cast<std::uint8_t>(i * 7 % 251));
  const std::string png = png_bytes(image);
  const std::size_t content = 401 * 300;  // a filter byte for each row
  CHECK(png.size() == 8 + (12 + 13) + (12 + 2 + content + 2 * 5 + 4) + 12);
  std::string rows;
  bool last = false;
  std::size_t at = 8 + 25 + 8 + 2;
  while (!last) {
    REQUIRE(at + 5 < png.size());
    auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<std::uint8_t>(png[at + i])); };
    last = byte(0) == 1;
    const std::size_t n = byte(1) | byte(2) << 8;
    CHECK((n ^ 0xFFFF) == (byte(3) | byte(4) << 8));
    rows += png.substr(at + 5, n);
    at += 5 + n;
  }
  REQUIRE(rows.size() == content);
  bool same = true;
  for (std::size_t r = 0; r < 300; ++r) {
    same = same && rows[401 * r] == 0;
    for (std::size_t c = 0; c < 400; ++c) {
      same = same && static_cast<std::uint8_t>(rows[401 * r + 1 + c]) == image.pixels[400 * r + c];
    }
  }
  CHECK(same);
}

TEST_CASE("tensors become shades of grey, and signs colours") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Image gray = gray_image(tensor({{0, 0.5, 1}, {-3, 7, nan}}));
  CHECK(gray.width == 3);
  CHECK(gray.height == 2);
  CHECK(gray.pixels == std::vector<std::uint8_t>{0, 128, 255, 0, 255, 0});
  CHECK(gray_image(tensor({{-1, 0, 1}}), -1, 1).pixels == std::vector<std::uint8_t>{0, 128, 255});
  const Image sign = signed_image(tensor({{-2, 0, 2}}), 2);
  REQUIRE(sign.pixels.size() == 9);
  CHECK(sign.pixels[2] > sign.pixels[0]);  // blue
  CHECK(sign.pixels[3] == sign.pixels[5]);
  CHECK(sign.pixels[6] > sign.pixels[8]);  // red
  CHECK_THROWS_WITH_AS(gray_image(tensor({1, 2})), "gray_image: x [2] has 1 axes (2: height, width)", ShapeError);
  CHECK_THROWS_AS(gray_image(tensor({{1}}), 1, 1), ArgumentError);
  CHECK_THROWS_AS(signed_image(tensor({{1}}), 0), ArgumentError);
  CHECK_THROWS_AS(png_bytes({2, 2, 1, {1, 2, 3}}), ArgumentError);
  CHECK_THROWS_AS(png_bytes({0, 0, 1, {}}), ArgumentError);
}
