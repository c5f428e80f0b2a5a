// SPDX-License-Identifier: MIT
// The figures that imagenet_eval --rules prints.
#include "imagenet/rules.h"

#include <doctest/doctest.h>

#include <cmath>
#include <span>

#include "imagenet/scores.h"
#include "tests/near.h"

using namespace yhat;

TEST_CASE("lecture 16, imagenet_eval: uniform logits: the loss is ln K") {
  CHECK(std::abs(demo::uniform_loss(1000) - 6.907755278982137) < 1e-14);
  CHECK(std::abs(demo::uniform_loss(10) - 2.302585092994046) < 1e-14);
}

TEST_CASE("lecture 33, imagenet_eval: ranks: ties, NaN, k beyond the classes, equal scores are 99.9 and 99.5 % wrong") {
  const std::vector<demo::RankExample> e = demo::rank_examples();
  REQUIRE(e.size() == 4);
  const std::int64_t ranks[] = {1, 2, 2, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(e[i].what);
    CHECK(e[i].rank == ranks[i]);
    CHECK(e[i].wrong1 == (ranks[i] != 1));
    CHECK(e[i].wrong2 == (ranks[i] < 1));
    CHECK(e[i].wrong9 == (ranks[i] < 1));
  }
  const demo::ConstantErrors c = demo::constant_errors(1000);
  CHECK(c.top1 == 0.999);
  CHECK(c.top5 == 0.995);
  CHECK(c.counting == 0);
  // The rank and top_k_error are two ways to the same answer.
  Rng rng(5);
  for (int n = 0; n < 200; ++n) {
    std::vector<double> scores(6);
    for (double& s : scores) s = rng.below(8) == 0 ? NAN : static_cast<double>(rng.below(4));
    const std::int64_t label = rng.below(6);
    const std::int64_t rank = demo::rank_of(scores, label);
    for (std::int64_t k = 1; k <= 7; ++k) {
      const bool wrong = top_k_error(from_values(scores, {1, 6}, Dtype::f64), {label}, k) == 1;
      CHECK(wrong == (rank < 1 || rank > k));
    }
  }
}

TEST_CASE("lecture 34, imagenet_eval: IDs 1 to 4 are classes 3 0 2 1: ID - 1 is right for one of them") {
  const std::vector<demo::OrderExample> e = demo::order_examples();
  REQUIRE(e.size() == 4);
  const std::int64_t classes[] = {3, 0, 2, 1};
  int agree = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(e[i].label == classes[i]);
    agree += e[i].label == e[i].id - 1;
  }
  CHECK(agree == 1);
}

TEST_CASE(
    "lecture 35, imagenet_eval: ten crops: corners for 224 and 227, and probabilities averaged rather than logits") {
  using Origins = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(demo::crop_origins(256, 224) == Origins{{0, 0}, {0, 32}, {32, 0}, {32, 32}, {16, 16}});
  CHECK(demo::crop_origins(256, 227) == Origins{{0, 0}, {0, 29}, {29, 0}, {29, 29}, {14, 14}});
  const demo::AveragingExample a = demo::averaging_example();
  const double expected[] = {0.4997, 0.4405, 0.0598};
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(a.mean_probability[i] - expected[i]) < 5e-5);
  CHECK(a.mean_logit == std::vector<double>{-0.5, 0, -1});
  CHECK(a.by_probability == 0);
  CHECK(a.by_logit == 1);
}

TEST_CASE("scores: logits rank one crop, mean probabilities several, no underflow hides an order") {
  const demo::Scores one = demo::scores_of(tensor({{0, -800, -900}}));
  CHECK(one.ranked == std::vector<double>{0, -800, -900});
  CHECK(demo::rank_of(one.ranked, 2) == 3);
  CHECK(one.probabilities[1] == 0);
  const demo::Scores two = demo::scores_of(tensor({{1, 0}, {0, 1}}));
  CHECK(two.ranked[0] == doctest::Approx(0.5));
}

TEST_CASE("Wilson's interval: known values, within [0, 1], narrower with more pictures") {
  // Newcombe 1998, table I: 81 of 263 and 0 of 20.
  const demo::Interval a = demo::wilson(81, 263);
  CHECK(std::abs(a.low - 0.2553) < 5e-5);
  CHECK(std::abs(a.high - 0.3662) < 5e-5);
  const demo::Interval b = demo::wilson(0, 20);
  CHECK(b.low == doctest::Approx(0));
  CHECK(std::abs(b.high - 0.1611) < 5e-5);
  const demo::Interval c = demo::wilson(20, 20);
  CHECK(c.high == doctest::Approx(1));
  CHECK(c.low == doctest::Approx(1 - b.high));
  CHECK(demo::wilson(0, 0).high == 1);
  CHECK(demo::wilson(25000, 50000).high - demo::wilson(25000, 50000).low < 0.01);
}
