// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "tests/near.h"

using namespace yhat;
using near::error_of;

namespace {
using Labels = std::vector<std::int64_t>;
}

TEST_CASE("top_k_error: the share of rows whose label is not among the k best") {
  const Tensor scores = tensor({{0.1, 0.7, 0.2}, {0.5, 0.3, 0.2}, {0, 1, 2}, {3, 2, 1}});
  const Labels labels = {1, 2, 1, 0};
  CHECK(top_k_error(scores, labels, 1) == 0.5);
  CHECK(top_k_error(scores, labels, 2) == 0.25);
  CHECK(top_k_error(scores, labels, 3) == 0);
  CHECK(top_k_error(scores, labels, 100) == 0);
}

TEST_CASE("top_k_error: equal scores rank by class, so constant scores are chance") {
  Labels labels;
  for (std::int64_t i = 0; i < 1000; ++i) labels.push_back(i);
  CHECK(top_k_error(zeros({1000, 1000}), labels, 5) == doctest::Approx(0.995).epsilon(1e-12));
  CHECK(top_k_error(zeros({1000, 1000}), labels, 1) == doctest::Approx(0.999).epsilon(1e-12));
}

TEST_CASE("top_k_error: a NaN at the label is wrong for every k, elsewhere it takes a place") {
  const Tensor nan_at_label = tensor({{1, NAN, 0}});
  for (std::int64_t k : {1, 2, 3, 4}) CHECK(top_k_error(nan_at_label, {1}, k) == 1);
  CHECK(top_k_error(nan_at_label, {0}, 1) == 1);
  CHECK(top_k_error(nan_at_label, {0}, 2) == 0);
  CHECK(top_k_error(tensor({{INFINITY, -INFINITY}}), {1}, 2) == 0);
}

TEST_CASE("top_k_error: wrong arguments are errors") {
  const Tensor s = zeros({2, 3});
  CHECK(error_of<ArgumentError>([&] { top_k_error(s, {0, 1}, 0); }) == "top_k_error: k 0 (must be >= 1)");
  CHECK(error_of<IndexError>([&] { top_k_error(s, {0, 3}, 1); }) == "top_k_error: target[1] = 3 (valid: [0, 2])");
  CHECK(error_of<IndexError>([&] { top_k_error(s, {-100, 0}, 1); }) == "top_k_error: target[0] = -100 (valid: [0, 2])");
  CHECK(error_of<ShapeError>([&] { top_k_error(s, {0}, 1); }) ==
        "top_k_error: 2 rows of scores, 1 labels (one label per row)");
  CHECK(error_of<ArgumentError>([] {
          top_k_error(zeros({0, 3}), {}, 1);
        }) == "top_k_error: 0 rows, the share of 0 samples is undefined (at least 1)");
}
