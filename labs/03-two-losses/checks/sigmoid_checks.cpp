// SPDX-License-Identifier: MIT
// Checks of lab 3: sigmoid, and binary cross-entropy from logits.
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include <cmath>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {
Tensor list(const std::vector<double>& values) {
  return from_values(values, {static_cast<std::int64_t>(values.size())}, Dtype::f64);
}
}  // namespace

TEST_CASE("3.1 sigmoid and its gradient") {
  Rng rng = seeded(31);
  const std::vector<double> ends = sigmoid(list({1000, -1000})).to_vector();
  for (double v : ends) {
    if (std::isnan(v)) note("sigmoid.overflow");
  }
  expect("sigmoid([1000, -1000])", ends, {1, 0}, exact);
  expect("sigmoid([0, 4, 1.5, -0.75])", sigmoid(list({0, 4, 1.5, -0.75})), {4},
         {0.5, 0.9820137900379085, 0.8175744761936437, 0.320821300824607}, {0, 1e-15});
  const Tensor x = uniform({3, 2}, -3, 3, rng, Dtype::f64).requires_grad_(true);
  const Tensor g = uniform({3, 2}, 0.5, 1.5, rng, Dtype::f64);
  std::vector<double> right, no_rest;
  const std::vector<double> xs = x.to_vector(), gs = g.to_vector();
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double s = 1 / (1 + std::exp(-xs[i]));
    right.push_back(gs[i] * s * (1 - s));
    no_rest.push_back(gs[i] * s);
  }
  expect("gradient of sigmoid for a random upstream gradient", grad(sigmoid(x), {x}, {.seed = g})[0], {3, 2}, right, {},
         {{"sigmoid.slope", no_rest}});
  CHECK(gradient_of([](const Tensors& in) { return sigmoid(in[0]); }, {x}));
}

TEST_CASE("3.4 cross-entropy from logits") {
  Rng rng = seeded(34);
  const auto loss = [](double z, double y) {
    return binary_cross_entropy_with_logits(list({z}), list({y})).to_vector();
  };
  const double far = loss(1000, 0)[0];
  if (!std::isfinite(far)) note("bce.infinite");
  expect("loss of z = 1000, y = 0", {far}, {1000}, exact);
  expect("loss of z = -1000, y = 0", loss(-1000, 0), {0}, exact);
  expect("loss of z = -30, y = 1", loss(-30, 1), {30.000000000000092}, {1e-15, 0});
  expect("loss of z = 4, y = 0", loss(4, 0), {4.0181499279178094});
  const Tensor z = uniform({3}, -2, 2, rng, Dtype::f64).requires_grad_(true);
  const Tensor y = uniform({3}, 0, 1, rng, Dtype::f64);
  std::vector<double> mean, total;
  const std::vector<double> zs = z.to_vector(), ys = y.to_vector();
  double value = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double a = 1 / (1 + std::exp(-zs[i]));
    value -= ys[i] * std::log(a) + (1 - ys[i]) * std::log(1 - a);
    total.push_back(0.37 * (a - ys[i]));
    mean.push_back(total.back() / 3);
  }
  const Tensor batch = binary_cross_entropy_with_logits(z, y);
  expect("loss of a batch of 3", batch, {}, {value / 3}, {}, {{"bce.mean", {value}}});
  expect("its gradient for the incoming gradient 0.37", grad(batch, {z}, {.seed = tensor(0.37, Dtype::f64)})[0], {3},
         mean, {}, {{"bce.mean", total}});
  CHECK(gradient_of([&](const Tensors& in) { return binary_cross_entropy_with_logits(in[0], y); }, {z}));
}
