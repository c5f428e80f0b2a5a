// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;
using near::f64;

TEST_CASE("mse_loss 54: mean over all elements, gradient 2 (yhat - y) / numel, equal shapes only") {
  const Tensor pred = tensor({{1, 2, 3}, {4, 5, 7}}, f64).requires_grad_(true);
  const Tensor target = tensor({{1, 1, 1}, {2, 2, 2}}, f64).requires_grad_(true);
  const Tensor loss = mse_loss(pred, target);
  CHECK(std::abs(loss.item() - (0 + 1 + 4 + 4 + 9 + 25) / 6.0) <= 1e-15);
  const Tensors g = grad(loss, {pred, target});
  const std::vector<double> expected = {0, 1 / 3., 2 / 3., 2 / 3., 1, 5 / 3.};
  CHECK(difference(g[0], expected) <= 1e-15);
  CHECK(difference(-g[1], expected) <= 1e-15);
  CHECK(mse_loss(pred, target, {.reduction = Reduction::sum}).item() == 43);
  const Tensor each = mse_loss(pred, target, {.reduction = Reduction::none});
  CHECK(each.to_vector() == std::vector<double>{0, 1, 4, 4, 9, 25});
  const Tensor cotangent = tensor({{1, -2, 0.5}, {3, 0, 1}}, f64);
  CHECK(difference(grad(sum(each * cotangent), {pred})[0], {0, -4, 2, 12, 0, 10}) <= 1e-15);
  CHECK(error_of<ShapeError>([] {
          mse_loss(zeros({3, 1}), zeros({3}));
        }) == "mse_loss: pred [3, 1], target [3] (shapes must be equal); hint: no broadcasting in losses, reshape one");
  CHECK(error_of<ArgumentError>([] { mse_loss(zeros({0}), zeros({0})); }) ==
        "mse_loss: mean over 0 elements is undefined; hint: reduction sum");
  CHECK(mse_loss(zeros({0}), zeros({0}), {.reduction = Reduction::sum}).item() == 0);
}

TEST_CASE("mse_loss 54: behind a saturated sigmoid its gradient vanishes, that of cross-entropy does not") {
  const std::vector<double> z_values = {-10, -2, 0, 2, 10};
  const std::vector<double> half_mse = {-4.5393746863032435e-05, -.09247804322982978, -.125, -.012515542173676753,
                                        -2.060872919233693e-09};
  const std::vector<double> bce = {-.9999546021312976, -.8807970779778824, -.5, -.11920292202211769,
                                   -4.5397868702390376e-05};
  for (std::size_t i = 0; i < z_values.size(); ++i) {
    CAPTURE(z_values[i]);
    const Tensor z = full({1}, z_values[i], f64).requires_grad_(true);
    const Tensor one = ones({1}, f64);
    const double m = grad(0.5 * mse_loss(sigmoid(z), one), {z})[0].item();
    CHECK(std::abs(m - half_mse[i]) <= 1e-12 * std::abs(half_mse[i]));
    const double b = grad(binary_cross_entropy_with_logits(z, one), {z})[0].item();
    CHECK(std::abs(b - bce[i]) <= 1e-12 * std::abs(bce[i]));
    const double p = grad(binary_cross_entropy(sigmoid(z), one), {z})[0].item();
    CHECK(std::abs(p - bce[i]) <= 1e-9 * std::abs(bce[i]));
  }
}

TEST_CASE("softmax with squared error, against cross-entropy on the same logits") {
  const Tensor z = tensor({{2, 1, 0.1}}, f64).requires_grad_(true);
  const Tensor y = one_hot({0}, 3, f64);
  const Tensor se = mse_loss(softmax(z, 1), y, {.reduction = Reduction::sum});
  CHECK(std::abs(se.item() - .18476920331796134) <= 1e-15);
  CHECK(difference(grad(se, {z})[0], {-.243526230835179, .19329793067278994, .05022830016238902}) <= 1e-14);
  const Tensor ce = cross_entropy(z, {0});
  CHECK(std::abs(ce.item() - .41703001627783354) <= 1e-15);
  CHECK(difference(grad(ce, {z})[0], {-.3409988611140321, .2424329707047139, .0985658904093182}) <= 1e-15);
}

TEST_CASE("binary_cross_entropy_with_logits 53: exact far out, x_j (yhat - y) for a neuron") {
  const Tensor z = tensor({1000, -1000, 0, -30}, f64).requires_grad_(true);
  const Tensor t = tensor({0, 0, 0, 1}, f64);
  const Tensor each = binary_cross_entropy_with_logits(z, t, {.reduction = Reduction::none});
  CHECK(difference(each, {1000, 0, .6931471805599453, 30.000000000000092}) == 0);
  const Tensor g = grad(sum(each), {z})[0];
  CHECK(difference(g, {1, 0, .5, -0.9999999999999064}) <= 1e-16);

  Rng rng(3);
  const Tensor x = randn({5, 2}, rng, f64);
  const Tensor w = randn({2, 1}, rng, f64).requires_grad_(true);
  const Tensor y = tensor({{1}, {0}, {1}, {1}, {0}}, f64);
  const Tensor dw = grad(binary_cross_entropy_with_logits(matmul(x, w), y), {w})[0];
  const Tensor yhat = sigmoid(matmul(x, w.detach()));
  CHECK(difference(dw, matmul(x, yhat - y, true) / 5) <= 1e-15);
}

TEST_CASE("binary cross-entropies: both forms agree, and agree with differences in both arguments and orders") {
  Rng rng(4);
  const Tensor z = (2 * randn({2, 3}, rng, f64)).requires_grad_(true);
  const Tensor t = uniform({2, 3}, 0.1, 0.9, rng, f64).requires_grad_(true);
  const Tensor v = randn({2, 3}, rng, f64);
  for (Reduction reduction : {Reduction::mean, Reduction::sum}) {
    const auto logits_form = [=](const Tensor& a, const Tensor& b) {
      return binary_cross_entropy_with_logits(a, b, {.reduction = reduction});
    };
    const auto plain_form = [=](const Tensor& a, const Tensor& b) {
      return binary_cross_entropy(a, b, {.reduction = reduction});
    };
    CHECK(std::abs(logits_form(z, t).item() - plain_form(sigmoid(z), t).item()) <= 1e-13);
    const Tensors a = grad(logits_form(z, t), {z, t});
    const Tensors b = grad(plain_form(sigmoid(z), t), {z, t});
    CHECK(difference(a[0], b[0]) <= 1e-12);
    CHECK(difference(a[1], b[1]) <= 1e-12);
    CHECK(difference(a[0], near::numeric([&](const Tensor& x) { return logits_form(x, t); }, z.detach())) <= 1e-9);
    CHECK(difference(a[1], near::numeric([&](const Tensor& x) { return logits_form(z, x); }, t.detach())) <= 1e-9);

    const auto slope = [&](const auto& form, const Tensor& x) {
      return sum(v * grad(form(x, t), {x}, {.create_graph = true})[0]);
    };
    const Tensor p = sigmoid(z.detach()).requires_grad_(true);
    const auto fresh = [](const Tensor& x) { return x.clone().requires_grad_(true); };
    CHECK(difference(grad(slope(logits_form, z), {z})[0],
                     near::numeric([&](const Tensor& x) { return slope(logits_form, fresh(x)); }, z.detach())) <= 1e-8);
    CHECK(difference(grad(slope(plain_form, p), {p})[0],
                     near::numeric([&](const Tensor& x) { return slope(plain_form, fresh(x)); }, p.detach())) <= 1e-7);
  }
}

TEST_CASE("binary_cross_entropy 53: logs are bounded, and a sigmoid that has rounded to 1 lets no gradient through") {
  const Tensor p = tensor({0, 1, 1, 0}, f64).requires_grad_(true);
  const Tensor each = binary_cross_entropy(p, tensor({0, 1, 0, 1}, f64), {.reduction = Reduction::none});
  CHECK(each.to_vector() == std::vector<double>{0, 0, 100, 100});
  CHECK(grad(sum(each), {p})[0].to_vector() == std::vector<double>{0, 0, 1e12, -1e12});
  const Tensor z = full({1}, 1000, f64).requires_grad_(true);
  const Tensor zero = zeros({1}, f64);
  CHECK(binary_cross_entropy(sigmoid(z), zero).item() == 100);
  CHECK(grad(binary_cross_entropy(sigmoid(z), zero), {z})[0].item() == 0);
  CHECK(binary_cross_entropy_with_logits(z, zero).item() == 1000);
  CHECK(grad(binary_cross_entropy_with_logits(z, zero), {z})[0].item() == 1);
}

TEST_CASE("binary cross-entropies: values outside [0, 1], shapes and emptiness are errors that name them") {
  const Tensor two = tensor({{0.5, 0.5}}, f64);
  CHECK(error_of<ArgumentError>([&] {
          binary_cross_entropy(tensor({{0.5, 1.5}}, f64), two);
        }) == "binary_cross_entropy: p [0, 1] = 1.5 (must be in [0, 1])");
  CHECK(error_of<ArgumentError>([&] {
          binary_cross_entropy(two, tensor({{NAN, 1}}, f64));
        }) == "binary_cross_entropy: target [0, 0] = nan (must be in [0, 1])");
  CHECK(error_of<ArgumentError>([&] {
          binary_cross_entropy_with_logits(two, tensor({{-1, 1}}, f64));
        }) == "binary_cross_entropy_with_logits: target [0, 0] = -1 (must be in [0, 1])");
  CHECK(error_of<ShapeError>([&] { binary_cross_entropy_with_logits(two, zeros({2}, f64)); }) ==
        "binary_cross_entropy_with_logits: logits [1, 2], target [2] (shapes must be equal); hint: no broadcasting in "
        "losses, reshape one");
  CHECK(error_of<ArgumentError>([&] {
          binary_cross_entropy(two, zeros({1, 2}));
        }).find("binary_cross_entropy: dtypes") == 0);
  CHECK(error_of<ArgumentError>([] { binary_cross_entropy(zeros({0}), zeros({0})); }) ==
        "binary_cross_entropy: mean over 0 elements is undefined; hint: reduction sum");
}
