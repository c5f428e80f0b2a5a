// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <algorithm>
#include <cmath>

#include "errors.h"

using namespace yhat;
using yhat::test::text_of;

TEST_CASE("rng: the generator is xoshiro256**") {
  Rng rng{0};
  rng.set_state({1, 2, 3, 4});
  // The first outputs by hand: rotl(2 * 5, 7) * 9, then with s1 = 0: 0.
  CHECK(rng.next() == 11520);
  CHECK(rng.next() == 0);
  CHECK(rng.next() == 1509978240);
  CHECK(rng.next() == 1215971899390074240);
}

TEST_CASE("rng: the same seed gives the same numbers, another seed or stream others") {
  CHECK(Rng{42}.next() == Rng{42}.next());
  CHECK(Rng{42}.next() != Rng{43}.next());
  CHECK(Rng{42}.next() != Rng(42, 1).next());
  Rng first{7};
  for (int i = 0; i < 10; ++i) first.normal();
  Rng second{0};
  second.set_state(first.state());
  CHECK(first.normal() == second.normal());
}

TEST_CASE("rng: moments of the uniform and the normal distribution") {
  Rng rng{3};
  const int n = 200000;
  double sum_u = 0, sum_n = 0, sum_n2 = 0, sum_n4 = 0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum_u += u;
    const double v = rng.normal();
    sum_n += v;
    sum_n2 += v * v;
    sum_n4 += v * v * v * v;
  }
  CHECK(sum_u / n == doctest::Approx(0.5).epsilon(0.01));
  CHECK(std::abs(sum_n / n) < 0.01);
  CHECK(sum_n2 / n == doctest::Approx(1).epsilon(0.02));
  CHECK(sum_n4 / n == doctest::Approx(3).epsilon(0.05));
}

TEST_CASE("rng: bounded integers are in range and unbiased") {
  Rng rng{5};
  std::vector<int> count(6);
  for (int i = 0; i < 60000; ++i) ++count[static_cast<std::size_t>(rng.below(6))];
  for (int c : count) CHECK(std::abs(c - 10000) < 400);
  CHECK(yhat::test::text_of<ArgumentError>([&] { rng.below(0); }) == "Rng::below: n = 0 (must be >= 1)");
}

TEST_CASE("rng: a permutation has each number once") {
  Rng rng{9};
  auto order = rng.permutation(100);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i] == static_cast<std::int64_t>(i));
  CHECK(rng.permutation(0).empty());
}

TEST_CASE("rng: uniform numbers stay below the upper limit, also when they are rounded") {
  Rng rng{5};
  const double above = 1 + 0x1p-52;
  for (int i = 0; i < 100; ++i) CHECK(rng.uniform(1, above) == 1);
  CHECK(rng.uniform(2, 2) == 2);
  const Tensor single = uniform({100}, 1, 1 + 0x1p-23, rng);  // the next number of single precision
  CHECK(max(single).item() == 1);
  CHECK(max(-single).item() == -1);
  Tensor weight = zeros({100});
  uniform_(weight, 1, 1 + 0x1p-23, rng);
  CHECK(max(weight).item() == 1);
  CHECK(text_of<ArgumentError>([&] { uniform({2}, -1e308, 1e308, rng, Dtype::f64); }) ==
        "uniform: limits -1e+308 and 1e+308 (finite hi - lo)");
  CHECK(text_of<ArgumentError>([&] { uniform_(weight, -1e308, 1e308, rng); }) ==
        "uniform_: limits -1e+308 and 1e+308 (finite hi - lo)");
}

TEST_CASE("rng: a state of zeros, and a permutation of less than nothing, are refused") {
  Rng rng{5};
  const Rng::State before = rng.state();
  CHECK(text_of<ArgumentError>([&] { rng.set_state({}); }) ==
        "Rng::set_state: four zeros (at least one bit must be set)");
  CHECK(rng.state() == before);
  CHECK(text_of<ArgumentError>([&] { rng.permutation(-1); }) == "Rng::permutation: n = -1 (must be >= 0)");
  CHECK(rng.permutation(0).empty());
}
