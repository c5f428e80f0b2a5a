// SPDX-License-Identifier: MIT
#include "yhat/batches.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "yhat/error.h"

namespace {

/// Image i is full of i, its label is i mod 3.
yhat::Dataset numbered(std::int64_t n) {
  yhat::Dataset data;
  data.images = yhat::empty({n, 2, 1, 3});
  const auto x = data.images.mutable_data<float>();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i / 6);
  for (std::int64_t i = 0; i < n; ++i) data.labels.push_back(i % 3);
  data.classes = {"a", "b", "c"};
  return data;
}

void check_consistent(const yhat::Batch& batch) {
  REQUIRE(batch.images.dim(0) == static_cast<std::int64_t>(batch.index.size()));
  REQUIRE(batch.labels.size() == batch.index.size());
  for (std::size_t i = 0; i < batch.index.size(); ++i) {
    CHECK(batch.labels[i] == batch.index[i] % 3);
    const auto row = static_cast<std::int64_t>(i);
    CHECK(batch.images.at({row, 0, 0, 0}) == static_cast<double>(batch.index[i]));
    CHECK(batch.images.at({row, 1, 0, 2}) == static_cast<double>(batch.index[i]));
  }
}

}  // namespace

TEST_CASE("batches go through a dataset in order, the last one is shorter") {
  const yhat::Dataset data = numbered(10);
  std::vector<std::int64_t> seen;
  std::vector<std::size_t> sizes;
  for (const yhat::Batch& batch : yhat::batches(data, {.size = 4})) {
    check_consistent(batch);
    CHECK(batch.images.shape() == yhat::Shape{static_cast<std::int64_t>(batch.index.size()), 2, 1, 3});
    seen.insert(seen.end(), batch.index.begin(), batch.index.end());
    sizes.push_back(batch.index.size());
  }
  CHECK(seen == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(sizes == std::vector<std::size_t>{4, 4, 2});
  CHECK(yhat::batches(data, {.size = 4, .drop_last = true}).size() == 2);
  CHECK(yhat::batches(data, {.size = 5, .drop_last = true}).size() == 2);
  CHECK(yhat::batches(data, {.size = 11}).size() == 1);
  CHECK(yhat::batches(data, {.size = 11, .drop_last = true}).size() == 0);
  const yhat::Dataset none = numbered(0);
  CHECK(yhat::batches(none).size() == 0);
}

TEST_CASE("shuffled batches contain every sample once, in an order the seed decides") {
  const yhat::Dataset data = numbered(101);
  const auto pass = [&](yhat::Rng& rng) {
    std::vector<std::int64_t> seen;
    for (const yhat::Batch& batch : yhat::batches(data, {.size = 8, .shuffle = &rng})) {
      check_consistent(batch);
      seen.insert(seen.end(), batch.index.begin(), batch.index.end());
    }
    return seen;
  };
  yhat::Rng rng(1);
  yhat::Rng same(1);
  const std::vector<std::int64_t> first = pass(rng);
  const std::vector<std::int64_t> second = pass(rng);
  CHECK(first != second);
  CHECK(pass(same) == first);
  CHECK(pass(same) == second);
  std::vector<std::int64_t> sorted = first;
  std::sort(sorted.begin(), sorted.end());
  CHECK_FALSE(sorted == first);
  for (std::size_t i = 0; i < sorted.size(); ++i) CHECK(sorted[i] == static_cast<std::int64_t>(i));
}

TEST_CASE("batches refuse what makes no sense") {
  const yhat::Dataset data = numbered(3);
  CHECK_THROWS_WITH_AS(yhat::batches(data, {.size = 0}), "batches: size 0 (must be >= 1)", yhat::ArgumentError);
  CHECK_THROWS_WITH_AS(yhat::batches(data)[1], "batches: batch 1 of 1", yhat::IndexError);
  yhat::Dataset bad = numbered(3);
  bad.labels.pop_back();
  CHECK_THROWS_WITH_AS(yhat::batches(bad), "batches: images [3, 2, 1, 3], 2 labels (one label per image)",
                       yhat::ShapeError);
}

TEST_CASE("take_rows gathers rows of any shape and dtype") {
  const yhat::Tensor x = yhat::tensor({{1, 2}, {3, 4}, {5, 6}}, yhat::Dtype::f64);
  CHECK(yhat::take_rows(x, {2, 0, 2}).to_vector() == std::vector<double>{5, 6, 1, 2, 5, 6});
  CHECK(yhat::take_rows(x, {}).shape() == yhat::Shape{0, 2});
  CHECK(yhat::take_rows(yhat::arange(4), {3}).to_vector() == std::vector<double>{3});
  CHECK_THROWS_WITH_AS(yhat::take_rows(x, {0, 3}), "take_rows: index[1] = 3 (valid: [0, 2])", yhat::IndexError);
  CHECK_THROWS_AS(yhat::take_rows(x, {-1}), yhat::IndexError);
  CHECK_THROWS_AS(yhat::take_rows(yhat::zeros({0, 2}), {0}), yhat::IndexError);
  CHECK_THROWS_AS(yhat::take_rows(yhat::tensor(1), {0}), yhat::ShapeError);
}

TEST_CASE("a subset keeps images, labels and class names together") {
  const yhat::Dataset part = numbered(9).subset({4, 8});
  CHECK(part.labels == std::vector<std::int64_t>{1, 2});
  CHECK(part.images.at({1, 0, 0, 0}) == 8);
  CHECK(part.classes.size() == 3);
}

TEST_CASE("a sample without label, and a label without class, are index errors") {
  yhat::Dataset bad = numbered(3);
  bad.labels = {0, 3};
  CHECK_THROWS_WITH_AS(bad.subset({1, 2}), "subset: sample 2 (there are 2 labels)", yhat::IndexError);
  CHECK_THROWS_WITH_AS(bad.class_counts(), "class_counts: label[1] = 3 (there are 3 classes)", yhat::IndexError);
  bad.labels = {-1};
  CHECK_THROWS_WITH_AS(bad.class_counts(), "class_counts: label[0] = -1 (there are 3 classes)", yhat::IndexError);
}

TEST_CASE("normalise subtracts the mean and divides by the deviation, per channel") {
  const yhat::Tensor x = yhat::tensor({{{{1, 3}}, {{10, 30}}}, {{{5, 7}}, {{50, 70}}}});  // (2,2,1,2)
  const yhat::Normalisation by = yhat::channel_statistics(x);
  CHECK(by.mean == std::vector<double>{4, 40});
  CHECK(by.std[0] == doctest::Approx(std::sqrt(5.0)));
  CHECK(by.std[1] == doctest::Approx(10 * std::sqrt(5.0)));
  const yhat::Normalisation after = yhat::channel_statistics(yhat::normalise(x, by));
  for (std::size_t c = 0; c < 2; ++c) {
    CHECK(std::abs(after.mean[c]) < 1e-6);
    CHECK(after.std[c] == doctest::Approx(1));
  }
  CHECK(yhat::normalise(x, {{1, 10}, {2, 20}}).to_vector() == std::vector<double>{0, 1, 0, 1, 2, 3, 2, 3});
  CHECK(yhat::normalise(x, {{1}, {2}}).to_vector() == std::vector<double>{0, 1, 4.5, 14.5, 2, 3, 24.5, 34.5});
  CHECK_THROWS_WITH_AS(yhat::normalise(x, {{1, 2, 3}, {1, 1, 1}}),
                       "normalise: 3 means and 3 stds for images [2, 2, 1, 2] (1 or 2 of each)", yhat::ShapeError);
  CHECK_THROWS_WITH_AS(yhat::normalise(x, {{1, 2}, {1, 0}}), "normalise: mean 2, std 0 of channel 1 (finite, std > 0)",
                       yhat::ArgumentError);
  CHECK_THROWS_AS(yhat::normalise(yhat::ones({2, 2}), {{0}, {1}}), yhat::ShapeError);
  CHECK_THROWS_AS(yhat::channel_statistics(yhat::ones({0, 1, 2, 2})), yhat::ArgumentError);
}

TEST_CASE("pad puts each image in the middle of a larger one") {
  const yhat::Tensor x = yhat::tensor({{{{1, 2}}}, {{{3, 4}}}});  // (2,1,1,2)
  const yhat::Tensor y = yhat::pad(x, 4, -1);
  CHECK(y.shape() == yhat::Shape{2, 1, 4, 4});
  CHECK(y.to_vector() == std::vector<double>{-1, -1, -1, -1, -1, 1, 2, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                             -1, -1, -1, -1, -1, 3, 4, -1, -1, -1, -1, -1, -1, -1, -1, -1});
  CHECK(yhat::pad(yhat::ones({1, 1, 28, 28}), 32).at({0, 0, 1, 2}) == 0);
  CHECK(yhat::pad(yhat::ones({1, 1, 28, 28}), 32).at({0, 0, 2, 2}) == 1);
  CHECK(yhat::pad(yhat::ones({1, 1, 28, 28}), 32).at({0, 0, 29, 29}) == 1);
  CHECK(yhat::pad(yhat::ones({1, 1, 28, 28}), 32).at({0, 0, 30, 29}) == 0);
  CHECK_THROWS_WITH_AS(yhat::pad(x, 1), "pad: images [2, 1, 1, 2] to 1 x 1 (must not be smaller)", yhat::ShapeError);
}
