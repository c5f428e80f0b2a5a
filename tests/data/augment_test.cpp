// SPDX-License-Identifier: MIT
#include "yhat/augment.h"

#include <cmath>
#include <set>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;

TEST_CASE("random crops come from all 33 x 33 places, half of them mirrored, and repeat with the seed") {
  const Tensor x = reshape(arange(256 * 256), {1, 256, 256});
  Rng rng(1);
  std::set<double> corners;
  int mirrored = 0;
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    const Tensor part = random_crop(x, 224, rng);
    const bool turned = part.at({0, 0, 0}) > part.at({0, 0, 1});
    mirrored += turned;
    const double corner = part.at({0, 0, turned ? 223 : 0});
    const auto row = static_cast<std::int64_t>(corner) / 256;
    const auto column = static_cast<std::int64_t>(corner) % 256;
    REQUIRE((row <= 32 && column <= 32));
    REQUIRE(part.at({0, 223, turned ? 0 : 223}) == corner + 223 * 257);
    corners.insert(corner);
  }
  // 4000 draws leave 1089 exp(-4000 / 1089) = 28 places out on average.
  CHECK(corners.size() > 1089 - 28 - 25);
  CHECK(corners.size() <= 1089);
  CHECK(std::abs(mirrored - draws / 2) < 5 * std::sqrt(draws / 4.0));
  Rng a(7), b(7);
  CHECK(difference(random_crop(x, 100, a), random_crop(x, 100, b)) == 0);
  CHECK(error_of<ShapeError>([&] { random_crop(x, 257, rng); }) ==
        "random_crop: image [1, 256, 256] to 257 x 257 (must be [C, H, W], not smaller)");
}

TEST_CASE("picture statistics: the mean of each pixel and the principal components of the colours") {
  // Colours along three orthogonal directions with known variances.
  const std::array<std::array<double, 3>, 3> directions = {{{2 / 3.0, 2 / 3.0, 1 / 3.0},  //
                                                            {-2 / 3.0, 1 / 3.0, 2 / 3.0},
                                                            {1 / 3.0, -2 / 3.0, 2 / 3.0}}};
  const double deviations[] = {0.3, 0.1, 0.02};
  PictureStatistics statistics;
  std::vector<double> mean(3 * 4, 0.0);
  for (int corner = 0; corner < 8; ++corner) {  // all signs: no correlation between the directions
    std::vector<double> pixels;
    for (std::size_t c = 0; c < 3; ++c) {
      for (int i = 0; i < 4; ++i) {
        double v = 0.5;
        for (std::size_t d = 0; d < 3; ++d) v += ((corner >> d) & 1 ? 1 : -1) * deviations[d] * directions[d][c];
        pixels.push_back(v);
        mean[c * 4 + static_cast<std::size_t>(i)] += v / 8;
      }
    }
    statistics.add(from_values(pixels, {3, 2, 2}, Dtype::f64));
  }
  CHECK(statistics.count() == 8);
  CHECK(difference(statistics.mean(), mean) < 1e-6);
  const ColourComponents found = statistics.colours();
  for (std::size_t d = 0; d < 3; ++d) {
    CAPTURE(d);
    CHECK(found.variances[d] == doctest::Approx(deviations[d] * deviations[d]).epsilon(1e-9));
    double dot = 0;
    for (std::size_t c = 0; c < 3; ++c) dot += found.directions[d][c] * directions[d][c];
    CHECK(std::abs(dot) == doctest::Approx(1).epsilon(1e-9));
  }
  CHECK(error_of<ShapeError>([&] {
          statistics.add(zeros({3, 2, 3}));
        }) == "PictureStatistics: picture [3, 2, 3], the first one [3, 2, 2] (must be equal)");
  CHECK(error_of<ShapeError>([&] {
          statistics.add(zeros({1, 2, 2}));
        }) == "PictureStatistics: image [1, 2, 2] (must be [3, H, W], not empty)");
  CHECK(error_of<ArgumentError>([&] { PictureStatistics().mean(); }) ==
        "PictureStatistics: no pictures yet (at least one)");
  CHECK_THROWS_AS(PictureStatistics().colours(), ArgumentError);
}

TEST_CASE("a colour shift adds one colour to all pixels, along the components, with the deviation asked for") {
  ColourComponents components;
  components.variances = {0.2, 0.05, 0};
  components.directions = {{{0.6, 0.8, 0}, {-0.8, 0.6, 0}, {0, 0, 1}}};
  Rng rng(3);
  const Tensor image = uniform({3, 4, 5}, 0, 1, rng, Dtype::f64);
  double squares[2] = {};
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    const Tensor shift = shift_colours(image, components, rng) - image;
    const std::vector<double> s = shift.to_vector();
    if (i < 10) {
      for (std::size_t p = 0; p < 60; ++p) CHECK(s[p] == doctest::Approx(s[p / 20 * 20]).epsilon(1e-9));
    }
    CHECK(std::abs(s[40]) < 1e-15);  // the third component has no variance
    const double along[] = {0.6 * s[0] + 0.8 * s[20], -0.8 * s[0] + 0.6 * s[20]};
    for (int k = 0; k < 2; ++k) squares[k] += along[k] * along[k] / draws;
  }
  CHECK(std::sqrt(squares[0]) == doctest::Approx(0.1 * 0.2).epsilon(0.06));
  CHECK(std::sqrt(squares[1]) == doctest::Approx(0.1 * 0.05).epsilon(0.06));
  CHECK(difference(shift_colours(image, components, rng, 0), image) == 0);
}

TEST_CASE("statistics keep nothing of a picture that is changed later") {
  Tensor image = ones({3, 2, 2}, Dtype::f64);
  PictureStatistics statistics;
  statistics.add(image);
  image.mutable_data<double>()[0] = 100;
  CHECK(max(statistics.mean()).item() == 1);
}
