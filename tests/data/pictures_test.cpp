// SPDX-License-Identifier: MIT
#include "yhat/pictures.h"

#include <cmath>

#include "tests/files/support.h"
#include "yhat/ops.h"
#include "yhat/pnm.h"

namespace {

using yhat::Shape;
using yhat::test::bytes;
using yhat::test::format_error;

const std::string kPictures = std::string(YHAT_TEST_SOURCE_DIR) + "/tests/data/pictures/";

std::string picture_error(const std::string& content) {
  return format_error([&] { yhat::parse_image(bytes(content)); });
}

}  // namespace

TEST_CASE("a picture in Netpbm's format is read with three channels") {
  const yhat::Tensor grey = yhat::parse_image(bytes("P2 2 1 10 0 5"));
  CHECK(grey.shape() == Shape{3, 1, 2});
  CHECK(grey.to_vector() == std::vector<double>{0, 0.5, 0, 0.5, 0, 0.5});
  CHECK(yhat::parse_image(bytes("P6 1 1 255 abc")).shape() == Shape{3, 1, 1});
}

TEST_CASE("what is no photograph is named by its content") {
  CHECK(picture_error("\x89PNG\r\n\x1A\n") == "read_image: memory: byte 0: is a PNG (JPEG or PNM)");
  CHECK(picture_error("GIF89a") == "read_image: memory: byte 0: is a GIF (JPEG or PNM)");
  CHECK(picture_error("BMxxxx") == "read_image: memory: byte 0: is a BMP (JPEG or PNM)");
  CHECK(picture_error("") == "read_image: memory: byte 0: is empty (JPEG or PNM)");
  CHECK(picture_error("<html>\n") == "read_image: memory: byte 0: begins with '<html>\\x0a' (JPEG or PNM)");
}

TEST_CASE("resize: bilinear, every pixel counts when it shrinks") {
  const yhat::Tensor x = yhat::reshape(yhat::arange(4), {1, 1, 4});
  CHECK(yhat::resize(x, {.height = 1, .width = 4}).to_vector() == std::vector<double>{0, 1, 2, 3});
  CHECK(yhat::resize(x, {.height = 3, .width = 4}).to_vector() ==
        std::vector<double>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3});
  // To half: weights 0.375 0.375 0.125 0.125 towards the inside, the part beyond the edge left out and made up for.
  const std::vector<double> half = yhat::resize(x, {.height = 1, .width = 2}).to_vector();
  CHECK(half[0] == doctest::Approx((0.75 * 0 + 0.75 * 1 + 0.25 * 2) / 1.75));
  CHECK(half[1] == doctest::Approx(3 - half[0]));
  // To double: quarters of the way, the edge repeated.
  const std::vector<double> twice = yhat::resize(x, {.height = 1, .width = 8}).to_vector();
  const std::vector<double> expected{0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3};
  for (std::size_t i = 0; i < 8; ++i) CHECK(twice[i] == doctest::Approx(expected[i]));
  yhat::Rng rng(3);
  const yhat::Tensor flat = yhat::resize(yhat::full({3, 17, 29}, 0.25), {.height = 8, .width = 40});
  for (const double v : flat.to_vector()) CHECK(v == doctest::Approx(0.25));
  CHECK_THROWS_AS(yhat::resize(x, {.height = 0, .width = 1}), yhat::ArgumentError);
  CHECK_THROWS_AS(yhat::resize(yhat::zeros({1, 0, 4}), {.height = 1, .width = 1}), yhat::ShapeError);
}

TEST_CASE("resize: values of torch's interpolate with antialias") {
  // torch.nn.functional.interpolate(x, (3, 4), mode="bilinear", antialias=True), x[i, j] = (7 i + 3 j) % 11, 5 x 7, f64
  yhat::Tensor x = yhat::empty({1, 5, 7}, yhat::Dtype::f64);
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 7; ++j) x.mutable_data<double>()[static_cast<std::size_t>(7 * i + j)] = (7 * i + 3 * j) % 11;
  }
  const double expected[] = {4.346938775510204, 5.468571428571429, 4.5771428571428565, 3.9387755102040822,
                             5.735449735449737, 5.573333333333333, 3.955555555555556,  6.100529100529101,
                             6.741496598639457, 4.211428571428572, 5.080000000000001,  5.1360544217687085};
  const std::vector<double> y = yhat::resize(x, {.height = 3, .width = 4}).to_vector();
  for (std::size_t i = 0; i < y.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(y[i] - expected[i]) < 1e-12);
  }
}

TEST_CASE("the shorter side is resized, the proportion kept") {
  CHECK(yhat::resize_shorter_side(yhat::zeros({3, 20, 31}), 10).shape() == Shape{3, 10, 15});
  CHECK(yhat::resize_shorter_side(yhat::zeros({3, 31, 20}), 10).shape() == Shape{3, 15, 10});
  CHECK(yhat::resize_shorter_side(yhat::zeros({1, 8, 8}), 16).shape() == Shape{1, 16, 16});
}

TEST_CASE("35 crops: origins of the ten for 224 and 227 from 256, the last five mirrored") {
  for (const std::int64_t size : {224, 227}) {
    CAPTURE(size);
    const yhat::Tensor x = yhat::reshape(yhat::arange(256 * 256), {1, 256, 256});
    const yhat::Tensor ten = yhat::ten_crop(x, size);
    CHECK(ten.shape() == Shape{10, 1, size, size});
    const std::int64_t o = 256 - size;
    const std::int64_t origins[][2] = {{0, 0}, {0, o}, {o, 0}, {o, o}, {o / 2, o / 2}};
    for (std::int64_t i = 0; i < 5; ++i) {
      const double corner = static_cast<double>(origins[i][0] * 256 + origins[i][1]);
      CHECK(ten.at({i, 0, 0, 0}) == corner);
      CHECK(ten.at({i, 0, size - 1, size - 1}) == corner + static_cast<double>((size - 1) * 257));
      CHECK(ten.at({i + 5, 0, 0, size - 1}) == corner);
      CHECK(ten.at({i + 5, 0, 0, 0}) == corner + static_cast<double>(size - 1));
    }
    CHECK(yhat::centre_crop(x, size).at({0, 0, 0}) == static_cast<double>(o / 2 * 257));
  }
  CHECK_THROWS_WITH_AS(yhat::centre_crop(yhat::zeros({3, 4, 9}), 5),
                       "centre_crop: image [3, 4, 9] to 5 x 5 (must not be smaller)", yhat::ShapeError);
  CHECK(yhat::mirror(yhat::tensor({{1, 2, 3}, {4, 5, 6}})).to_vector() == std::vector<double>{3, 2, 1, 6, 5, 4});
}

TEST_CASE("a folder of classes: sorted names, labels by rank, batches, bad pictures named or skipped") {
  const yhat::test::TempFolder folder;
  for (const char* name : {"n02", "n01", ".hidden"}) std::filesystem::create_directory(folder / name);
  yhat::test::write_file(folder / "n02/b.ppm", "P6 1 2 255\nabcdef");
  yhat::test::write_file(folder / "n02/a.JPEG", "\x89PNG\r\n\x1A\n");
  yhat::test::write_file(folder / "n01/z.pgm", "P5 2 2 255\nabcd");
  yhat::test::write_file(folder / "stray.txt", "not a class");
  const yhat::ImageFolder pictures(folder.path());
  CHECK(pictures.classes == std::vector<std::string>{"n01", "n02"});
  REQUIRE(pictures.size() == 3);
  CHECK(pictures.items[0].label == 0);
  CHECK(pictures.items[1].path == folder / "n02/a.JPEG");
  const auto square = [](const yhat::Tensor& x) { return yhat::resize(x, {.height = 4, .width = 4}); };
  CHECK_THROWS_WITH_AS(pictures.load({0, 1, 2}, square),
                       ("read_image: " + (folder / "n02/a.JPEG") + ": byte 0: is a PNG (JPEG or PNM)").c_str(),
                       yhat::FormatError);
  std::vector<std::string> skipped;
  const yhat::Batch batch = pictures.load({2, 1, 0}, square, &skipped);
  CHECK(batch.images.shape() == Shape{2, 3, 4, 4});
  CHECK(batch.labels == std::vector<std::int64_t>{1, 0});
  CHECK(batch.index == std::vector<std::int64_t>{2, 0});
  CHECK(skipped.size() == 1);
  CHECK_THROWS_AS(pictures.load({3}, square), yhat::IndexError);
  const auto same = [](const yhat::Tensor& x) { return x; };
  CHECK_THROWS_AS(pictures.load({0, 2}, same), yhat::ShapeError);
  std::filesystem::create_directory(folder / "n03");
  CHECK_THROWS_WITH_AS(yhat::ImageFolder{folder.path()},
                       ("ImageFolder: " + (folder / "n03") + ": has no files (at least one per class)").c_str(),
                       yhat::IoError);
  CHECK_THROWS_AS(yhat::ImageFolder{folder / "none"}, yhat::IoError);
  CHECK_THROWS_AS(yhat::ImageFolder{folder / "n01"}, yhat::IoError);
}

#ifdef YHAT_TEST_JPEG
TEST_CASE("JPEG: colour and grey pictures have the pixels of the lossless original, nearly") {
  for (const std::string name : {"colour", "grey", "progressive"}) {
    CAPTURE(name);
    const yhat::Tensor picture = yhat::read_image(kPictures + name + ".jpg");
    const yhat::Tensor original = yhat::read_image(kPictures + (name == "grey" ? "grey.pgm" : "colour.ppm"));
    REQUIRE(picture.shape() == original.shape());
    CHECK(picture.shape() == Shape{3, 16, 24});
    const std::vector<double> a = picture.to_vector();
    const std::vector<double> b = original.to_vector();
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
    CHECK(worst < 0.06);
    if (name != "grey") CHECK(worst > 0);  // a plain ramp happens to come back exactly
  }
}

TEST_CASE("JPEG: CMYK is named, truncation and damage are errors, nothing may follow") {
  CHECK(format_error([] { yhat::read_image(kPictures + "cmyk.jpg"); }).find("JPEG with CMYK colours") !=
        std::string::npos);
  const yhat::test::Bytes whole = yhat::test::read_file(kPictures + "colour.jpg");
  yhat::test::cut_everywhere(whole, [](const yhat::test::Bytes& b) { yhat::parse_image(b); });
  yhat::test::flip_everywhere(whole, [](const yhat::test::Bytes& b) { yhat::parse_image(b); });
  CHECK(picture_error(yhat::test::text(whole) + "x").find("1 bytes follow the picture") != std::string::npos);
  CHECK(picture_error("\xFF\xD8").find("read_image: memory: byte 2: damaged JPEG (") == 0);
}
#else
TEST_CASE("JPEG: a build without libjpeg says what to do") {
  CHECK(picture_error("\xFF\xD8\xFF\xE0") ==
        "read_image: memory: is a JPEG and this build has no libjpeg; hint: install it "
        "(Debian: libjpeg-dev) and rebuild");
}
#endif
