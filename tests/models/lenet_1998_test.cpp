// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <vector>

using namespace yhat;

TEST_CASE("lecture 17, lenet: each map of C3 sees the maps of S2 that the paper's table I gives it, and no other") {
  const std::vector<std::vector<std::int64_t>> table = {{0, 1, 2},    {1, 2, 3},    {2, 3, 4},    {3, 4, 5},
                                                        {0, 4, 5},    {0, 1, 5},    {0, 1, 2, 3}, {1, 2, 3, 4},
                                                        {2, 3, 4, 5}, {0, 3, 4, 5}, {0, 1, 4, 5}, {0, 1, 2, 5},
                                                        {0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}, {0, 1, 2, 3, 4, 5}};
  Rng rng(1);
  Sequential net = lenet5_1998(rng);
  const Tensor s2 = randn({1, 6, 14, 14}, rng).requires_grad_();
  const Tensor c3 = net.at("C3")(s2);
  REQUIRE(c3.shape() == Shape{1, 16, 10, 10});
  for (std::int64_t o = 0; o < 16; ++o) {
    CAPTURE(o);
    const Tensor g = grad(sum(slice(c3, 1, o, o + 1)), {s2}, {.retain_graph = true})[0];
    const std::vector<double> largest = max(abs(g), {2, 3}).to_vector();
    std::vector<std::int64_t> seen;
    for (std::size_t map = 0; map < 6; ++map) {
      if (largest[map] != 0) seen.push_back(static_cast<std::int64_t>(map));
    }
    CHECK(seen == table[static_cast<std::size_t>(o)]);
  }
}

TEST_CASE("lecture 17, lenet: the output of 1998 is minus the squared distance to fixed bitmaps") {
  Rng rng(2);
  Sequential net = lenet5_1998(rng);
  const Tensor bitmaps = net.at<RadialBasis>("OUTPUT").prototypes;
  CHECK(bitmaps.shape() == Shape{10, 84});
  for (const Tensor& p : net.parameters()) CHECK(!p.shares_storage_with(bitmaps));
  CHECK(!bitmaps.requires_grad());
  // A layer F6 that draws the 3 exactly has distance 0 to it.
  const Tensor scores = net.at("OUTPUT")(slice(bitmaps, 0, 3, 4));
  CHECK(scores.at({0, 3}) == 0);
  CHECK(argmax(scores, 1) == std::vector<std::int64_t>{3});
}
