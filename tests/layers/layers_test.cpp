// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;

namespace {
const auto f64 = Dtype::f64;

double largest(const Tensor& x) { return max(abs(x)).item(); }
double std_of(const Tensor& x) {
  const Tensor centred = x - mean(x);
  return std::sqrt(mean(centred * centred).item());
}
}  // namespace

TEST_CASE("Linear and Conv2d compute what the ops compute, and start uniform in +-1/sqrt(fan_in)") {
  Rng rng(1);
  Linear fc{rng, {.in = 100, .out = 50}};
  CHECK(fc.weight.shape() == Shape{50, 100});
  CHECK(largest(fc.weight) <= 0.1);
  CHECK(largest(fc.weight) > 0.099);
  CHECK(largest(fc.bias) <= 0.1);
  CHECK(largest(fc.bias) > 0.08);
  const Tensor x = randn({3, 100}, rng);
  CHECK(difference(fc(x), linear(x, fc.weight, fc.bias)) == 0);

  const Conv2dOptions options{.in = 8, .out = 6, .kernel = {3, 5}, .stride = {2, 1}, .padding = {1, 2}, .groups = 2};
  Conv2d conv{rng, options};
  CHECK(conv.weight.shape() == Shape{6, 4, 3, 5});
  const double bound = 1 / std::sqrt(4 * 3 * 5.0);  // a grouped convolution sums over C/g channels
  CHECK(largest(conv.weight) <= bound);
  CHECK(largest(conv.weight) > 0.98 * bound);
  CHECK(std::abs(mean(conv.weight).item()) <= 3 * bound / std::sqrt(3.0 * 360));
  const Tensor image = randn({2, 8, 7, 6}, rng);
  CHECK(difference(conv(image),
                   conv2d(image, conv.weight, conv.bias, {.stride = {2, 1}, .padding = {1, 2}, .groups = 2})) == 0);
  Conv2d bare{rng, {.in = 1, .out = 2, .kernel = 1, .bias = false}};
  CHECK(!bare.bias.defined());
  CHECK(bare(ones({1, 1, 2, 2})).shape() == Shape{1, 2, 2, 2});
  Rng again(1);
  CHECK(difference(Linear(again, {.in = 100, .out = 50}).weight, fc.weight) == 0);
}

TEST_CASE("layers: settings that cannot be are errors that name the layer") {
  Rng rng(1);
  CHECK(error_of<ArgumentError>([&] { Linear(rng, {.out = 3}); }) == "Linear: in 0 (must be >= 1)");
  CHECK(error_of<ArgumentError>([&] { Conv2d(rng, {.in = 1, .out = 6}); }) == "Conv2d: kernel 0 (must be >= 1)");
  CHECK(error_of<ArgumentError>([&] { Conv2d(rng, {.in = 4, .out = 8, .kernel = 3, .groups = 3}); }) ==
        "Conv2d: groups 3 does not divide C = 4, O = 8 (must divide both)");
  CHECK(error_of<ArgumentError>([&] { Dropout(rng, {.p = 1.5}); }) == "Dropout: p 1.5 (must be in [0, 1])");
  CHECK(error_of<ArgumentError>([&] { BatchNorm2d({.channels = 0}); }) == "BatchNorm2d: channels 0 (must be >= 1)");
}

TEST_CASE("layers without parameters compute what their ops compute") {
  Rng rng(2);
  const Tensor x = randn({2, 3, 6, 5}, rng);
  CHECK(difference(MaxPool2d{{.kernel = 3, .stride = 2}}(x), max_pool2d(x, {.kernel = 3, .stride = 2})) == 0);
  CHECK(difference(AvgPool2d{}(x), avg_pool2d(x, {.kernel = 2})) == 0);
  CHECK(difference(LocalResponseNorm{}(x), local_response_norm(x)) == 0);
  CHECK(difference(ReLU{}(x), relu(x)) == 0);
  CHECK(difference(LeakyReLU{0.2}(x), leaky_relu(x, 0.2)) == 0);
  CHECK(difference(Sigmoid{}(x), sigmoid(x)) == 0);
  CHECK(difference(Tanh{}(x), yhat::tanh(x)) == 0);
  CHECK(difference(Softplus{}(x), softplus(x)) == 0);
  CHECK(difference(Softmax{}(x), softmax(x, -1)) == 0);
  CHECK(difference(Softmax{1}(x), softmax(x, 1)) == 0);
  CHECK(difference(LogSoftmax{}(x), log_softmax(x, -1)) == 0);
  CHECK(Flatten{}(x).shape() == Shape{2, 90});
}

TEST_CASE("Dropout 71: scales what it keeps, is the identity in evaluation, and repeats with its seed") {
  Rng rng(3);
  Dropout drop{rng, {.p = 0.25}};
  const Tensor x = ones({100, 100});
  const Tensor y = drop(x);
  std::int64_t kept = 0;
  for (double v : y.to_vector()) {
    CHECK((v == 0 || std::abs(v - 1 / 0.75) < 1e-6));
    kept += v != 0;
  }
  CHECK(std::abs(static_cast<double>(kept) / 1e4 - 0.75) < 0.02);
  CHECK(difference(drop(x), y) > 0);
  drop.eval();
  CHECK(difference(drop(x), x) == 0);

  Rng same(3);
  CHECK(difference(Dropout{same, {.p = 0.25}}(x), y) == 0);
  Rng shared(5);
  Rng copy(5);
  Dropout follows{rng};
  follows.draw_from(shared);
  CHECK(difference(follows(x), dropout(x, 0.5, copy)) == 0);
  CHECK(follows.generators() == std::vector<Rng*>{&shared});
}

namespace {
// The definition in plain loops; x (N,C,H,W) as f64.
std::vector<double> normalised(const Tensor& x, double eps) {
  const std::vector<double> v = x.to_vector();
  const auto n = static_cast<std::size_t>(x.dim(0));
  const auto c = static_cast<std::size_t>(x.dim(1));
  const std::size_t hw = v.size() / n / c;
  std::vector<double> y(v.size());
  for (std::size_t k = 0; k < c; ++k) {
    double m = 0;
    double var = 0;
    const auto each = [&](const auto& f) {
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t p = 0; p < hw; ++p) f((i * c + k) * hw + p);
      }
    };
    each([&](std::size_t at) { m += v[at] / static_cast<double>(n * hw); });
    each([&](std::size_t at) { var += (v[at] - m) * (v[at] - m) / static_cast<double>(n * hw); });
    each([&](std::size_t at) { y[at] = (v[at] - m) / std::sqrt(var + eps); });
  }
  return y;
}
}  // namespace

TEST_CASE("batch_norm: the batch's statistics in training, running ones in evaluation") {
  Rng rng(4);
  const Tensor x = 2 * randn({3, 2, 4, 5}, rng, f64) + 1.5;
  BatchNorm2d norm{{.channels = 2}};
  norm.to(f64);
  CHECK(difference(norm(x), normalised(x, 1e-5)) <= 1e-12);
  const Tensor average = mean(x, {0, 2, 3});
  const Tensor centred = x - reshape(average, {1, 2, 1, 1});
  const Tensor unbiased = sum(centred * centred, {0, 2, 3}) / 59;
  CHECK(difference(norm.running_mean, 0.1 * average) <= 1e-14);
  CHECK(difference(norm.running_var, 0.9 + 0.1 * unbiased) <= 1e-14);
  norm.eval();
  const Tensor expected =
      (x - reshape(norm.running_mean, {1, 2, 1, 1})) / sqrt(reshape(norm.running_var, {1, 2, 1, 1}) + 1e-5);
  CHECK(difference(norm(x), expected) <= 1e-14);
  CHECK(difference(norm(slice(x, 0, 0, 1)), slice(expected, 0, 0, 1)) <= 1e-14);
}

TEST_CASE("batch_norm: gradients of all three inputs agree with differences, also of second order") {
  Rng rng(5);
  const Tensor x = randn({2, 2, 3, 2}, rng, f64).requires_grad_(true);
  const Tensor w = randn({2}, rng, f64).requires_grad_(true);
  const Tensor b = randn({2}, rng, f64).requires_grad_(true);
  const Tensor v = randn({2, 2, 3, 2}, rng, f64);
  for (bool training : {true, false}) {
    CAPTURE(training);
    const auto f = [&](const Tensor& input, const Tensor& weight, const Tensor& bias) {
      Tensor running_mean = tensor({0.1, -0.2}, f64);
      Tensor running_var = tensor({0.8, 1.5}, f64);
      return sum(v * batch_norm(input, running_mean, running_var, weight, bias, {.training = training}));
    };
    const Tensors g = grad(f(x, w, b), {x, w, b});
    CHECK(difference(g[0], near::numeric([&](const Tensor& t) { return f(t, w, b); }, x.detach())) <= 1e-8);
    CHECK(difference(g[1], near::numeric([&](const Tensor& t) { return f(x, t, b); }, w.detach())) <= 1e-8);
    CHECK(difference(g[2], near::numeric([&](const Tensor& t) { return f(x, w, t); }, b.detach())) <= 1e-8);
    if (!training) continue;
    const auto slope = [&](const Tensor& t) {
      const Tensor d = grad(f(t, w, b), {t}, {.create_graph = true})[0];
      return sum(d * d);
    };
    CHECK(difference(grad(slope(x), {x})[0],
                     near::numeric([&](const Tensor& t) { return slope(t.clone().requires_grad_(true)); },
                                   x.detach())) <= 1e-6);
  }
}

TEST_CASE("batch_norm 72: one value per channel cannot be normalised in training, but in evaluation") {
  BatchNorm2d norm{{.channels = 3}};
  CHECK(error_of<ArgumentError>([&] {
          norm(ones({1, 3, 1, 1}));
        }) == "batch_norm: [1, 3, 1, 1] has 1 value per channel (training needs at least 2)");
  CHECK(norm.running_mean.version() == 0);
  CHECK(error_of<ShapeError>([&] {
          norm(ones({2, 4, 2, 2}));
        }) == "batch_norm: running_mean [3] for 4 channels (one per channel)");
  CHECK(error_of<ShapeError>([&] { norm(ones({2, 3})); }) == "batch_norm: input [2, 3] (an image batch, [N, C, H, W])");
  Tensor none;
  CHECK(error_of<ArgumentError>([&] {
          batch_norm(ones({2, 3}), none, none, none, none, {.training = false});
        }) == "batch_norm: evaluation without running statistics (running_mean and running_var)");
  CHECK(batch_norm(ones({2, 3}), none, none, none, none).shape() == Shape{2, 3});
  norm.eval();
  CHECK(norm(ones({1, 3, 1, 1})).shape() == Shape{1, 3, 1, 1});
}

TEST_CASE("init: bounds and deviations follow fan_in and fan_out") {
  Rng rng(6);
  CHECK(fan_of({10, 4, 3, 5}).in == 60);
  CHECK(fan_of({10, 4, 3, 5}).out == 150);
  CHECK(fan_of({10, 4}).in == 4);
  Tensor w = zeros({128, 64, 3, 3}, f64);
  kaiming_normal_(w, rng);
  CHECK(std::abs(std_of(w) / .05893 - 1) <= 0.01);
  CHECK(std::abs(mean(w).item()) <= 3 * .05893 / std::sqrt(73728.0));
  kaiming_uniform_(w, rng);
  CHECK(largest(w) <= std::sqrt(6.0 / 576));
  CHECK(largest(w) > 0.999 * std::sqrt(6.0 / 576));
  xavier_uniform_(w, rng);
  CHECK(largest(w) <= std::sqrt(6.0 / 1728));
  CHECK(largest(w) > 0.999 * std::sqrt(6.0 / 1728));
  xavier_normal_(w, rng);
  CHECK(std::abs(std_of(w) / std::sqrt(2.0 / 1728) - 1) <= 0.01);
  normal_(w, 1, 0.01, rng);
  CHECK(std::abs(mean(w).item() - 1) <= 3e-2 / std::sqrt(73728.0));
  constant_(w, 0.5);
  CHECK(w.at({127, 63, 2, 2}) == 0.5);
  CHECK(w.version() == 6);
  Tensor grouped = zeros({256, 48, 5, 5});
  kaiming_uniform_(grouped, rng);
  CHECK(largest(grouped) <= std::sqrt(6.0 / 1200));
  CHECK(error_of<ShapeError>([&] {
          Tensor b = zeros({3});
          kaiming_normal_(b, rng);
        }) == "fan_of: weight [3] (at least 2 axes)");
}
