// SPDX-License-Identifier: MIT
// Checks of lab 7: max and average pooling.
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <algorithm>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

Tensor image(std::int64_t h, std::int64_t w, std::vector<double> values) {
  return from_values(values, {1, 1, h, w}, Dtype::f64);
}

Tensor gradient_of_sum(const std::function<Tensor(const Tensor&)>& op, const Tensor& x) {
  const Tensor leaf = x.clone().requires_grad_(true);
  const Tensor y = op(leaf);
  REQUIRE_MESSAGE(y.requires_grad(), "the result takes no part in the graph: return record(...)");
  return grad(y, {leaf}, {.seed = ones(y.shape(), Dtype::f64)})[0];
}

const MaxPool2dSpec overlapping{.kernel = 3, .stride = 2};

}  // namespace

TEST_CASE("7.1 max pooling") {
  Rng rng = seeded(71);
  const Tensor x = reshape(arange(1, 21, 1, Dtype::f64), {1, 1, 4, 5});
  expect("max_pool2d of 1..20 as 4x5, kernel 2", max_pool2d(x, {.kernel = 2}), {1, 1, 2, 2}, {7, 9, 17, 19}, exact);
  expect("the same, kernel 3, stride 1", max_pool2d(x, {.kernel = 3, .stride = 1}), {1, 1, 2, 3},
         {13, 14, 15, 18, 19, 20}, exact);
  const Tensor negative = image(2, 2, {-1, -2, -3, -4});
  expect("negative inputs with padding", max_pool2d(negative, {.kernel = 2, .stride = 2, .padding = 1}), {1, 1, 2, 2},
         {-1, -2, -3, -4}, exact, {{"pool.padding", {0, 0, 0, 0}}});
  // Every window by itself, in a batch with channels.
  const Tensor batch = distinct({3, 2, 5, 7}, rng);
  show("x", batch);
  const std::vector<double> in = batch.to_vector();
  std::vector<double> want;
  for (std::size_t plane = 0; plane < 6; ++plane) {
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        double highest = -1e9;
        for (std::size_t cell = 0; cell < 9; ++cell) {
          highest = std::max(highest, in[(plane * 5 + 2 * i + cell / 3) * 7 + 2 * j + cell % 3]);
        }
        want.push_back(highest);
      }
    }
  }
  expect("kernel 3, stride 2", max_pool2d(batch, overlapping), {3, 2, 2, 3}, want, exact);
  // AlexNet's three pools.
  Tensor map = zeros({1, 1, 55, 55}, Dtype::f64);
  for (std::int64_t size : {27, 13, 6}) {
    map = max_pool2d(map, overlapping);
    REQUIRE(map.shape() == Shape{1, 1, size, size});
  }
}

TEST_CASE("7.2 gradient of overlapping windows") {
  Rng rng = seeded(72);
  const auto pool = [](const Tensor& t) { return max_pool2d(t, overlapping); };
  std::vector<double> peak(25, 0), four(25, 0), one(25, 0);
  for (std::size_t i = 0; i < 25; ++i) peak[i] = -0.1 * static_cast<double>(i);
  peak[12] = 5, four[12] = 4, one[12] = 1;
  const Tensor x = image(5, 5, peak);
  show("x", x);
  expect("gradient of sum(max_pool2d(x)), the largest element in the centre", gradient_of_sum(pool, x), x.shape(), four,
         exact, {{"pool.overwritten", one}});
  for (std::int64_t n : {1, 3}) {
    CHECK(gradient_of([&](const Tensors& in) { return pool(in[0]); }, {distinct({n, 2, 5, 7}, rng)}));
  }
}

TEST_CASE("7.3 ties") {
  const auto pool = [](const Tensor& t) { return max_pool2d(t, overlapping); };
  const auto at = [](std::vector<std::size_t> places) {
    std::vector<double> values(25, 0);
    for (std::size_t p : places) values[p] += 1;
    return values;
  };
  std::vector<double> all(25, 0);  // every cell of every window
  for (std::size_t i = 0; i < 25; ++i) all[i] = (i / 5 == 2 ? 2 : 1) * (i % 5 == 2 ? 2 : 1);
  expect("gradient of sum(max_pool2d(x)), x all 0, 5x5", gradient_of_sum(pool, zeros({1, 1, 5, 5}, Dtype::f64)),
         {1, 1, 5, 5}, at({0, 2, 10, 12}), exact, {{"pool.ties", all}, {"pool.ties", at({12, 14, 22, 24})}});
}

TEST_CASE("7.4 average pooling") {
  Rng rng = seeded(74);
  const Tensor x = image(2, 2, {1, 2, 3, 4});
  const AvgPool2dSpec padded{.kernel = 2, .stride = 2, .padding = 1};
  AvgPool2dSpec without = padded;
  without.count_include_pad = false;
  expect("avg_pool2d([[1, 2], [3, 4]]), kernel 2, stride 2, padding 1", avg_pool2d(x, padded), {1, 1, 2, 2},
         {0.25, 0.5, 0.75, 1}, exact, {{"pool.divisor", {1, 2, 3, 4}}});
  expect("the same with count_include_pad = false", avg_pool2d(x, without), {1, 1, 2, 2}, {1, 2, 3, 4}, exact,
         {{"pool.without_padding", {0.25, 0.5, 0.75, 1}}});
  expect("avg_pool2d([[1, 2], [3, 4]]), kernel 2", avg_pool2d(x, {.kernel = 2}), {1, 1, 1, 1}, {2.5}, exact);
  CHECK(gradient_of([&](const Tensors& in) { return avg_pool2d(in[0], {.kernel = 3, .stride = 2}); },
                    {distinct({2, 2, 5, 7}, rng)}));
}
