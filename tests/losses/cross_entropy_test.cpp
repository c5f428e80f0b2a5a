// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;
using near::f64;

namespace {

using Labels = std::vector<std::int64_t>;

Tensor row(std::initializer_list<double> z) {
  return from_values(z, {1, static_cast<std::int64_t>(z.size())}, f64).requires_grad_(true);
}

// The definition, in plain loops: q_nc = w_c ((1-e) t_nc + e/C), L_n = -sum_c q_nc log p_nc.
std::vector<double> losses_by_hand(const Tensor& logits, const Tensor& target, const std::vector<double>& w, double e) {
  const auto n = static_cast<std::size_t>(logits.dim(0));
  const auto classes = static_cast<std::size_t>(logits.dim(1));
  const std::vector<double> z = logits.to_vector();
  const std::vector<double> t = target.to_vector();
  std::vector<double> losses;
  for (std::size_t i = 0; i < n; ++i) {
    double total = 0;
    for (std::size_t c = 0; c < classes; ++c) total += std::exp(z[i * classes + c]);
    double loss = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      const double q = w[c] * ((1 - e) * t[i * classes + c] + e / static_cast<double>(classes));
      loss -= q * std::log(std::exp(z[i * classes + c]) / total);
    }
    losses.push_back(loss);
  }
  return losses;
}

}  // namespace

TEST_CASE("cross_entropy 41: its gradient is (softmax - one_hot) / N, three ways") {
  Rng rng(7);
  for (std::int64_t n : {1, 2, 5}) {
    CAPTURE(n);
    const Tensor z = (3 * randn({n, 4}, rng, f64)).requires_grad_(true);
    Labels labels;
    for (std::int64_t i = 0; i < n; ++i) labels.push_back((3 * i + 1) % 4);
    const Tensor fused = grad(cross_entropy(z, labels), {z})[0];
    const Tensor yhat = softmax(z.detach(), 1);
    const Tensor y = one_hot(labels, 4, f64);
    CHECK(difference(fused, (yhat - y) / static_cast<double>(n)) <= 1e-15);

    const Tensor composed = -mean(gather(log(softmax(z, 1)), 1, {labels, {n, 1}}));
    CHECK(std::abs(composed.item() - cross_entropy(z, labels).item()) <= 1e-12);
    CHECK(difference(fused, grad(composed, {z})[0]) <= 1e-12);

    const auto f = [&](const Tensor& x) { return cross_entropy(x, labels); };
    CHECK(difference(fused, near::numeric(f, z.detach())) <= 1e-9);
  }
}

TEST_CASE("cross_entropy 42: every row of its gradient sums to 0") {
  Rng rng(8);
  const Tensor z = (5 * randn({6, 7}, rng, f64)).requires_grad_(true);
  const Tensor g = grad(cross_entropy(z, Labels{0, 6, 3, 3, 1, 5}), {z})[0];
  for (double total : sum(g, 1).to_vector()) CHECK(std::abs(total) <= 1e-15);
}

TEST_CASE("cross_entropy 43: adding a constant to all logits changes nothing") {
  const Labels label = {2};
  for (double shift : {-1000.0, -1.0, 1.0, 1000.0}) {
    const Tensor z = row({1 + shift, 2 + shift, 3 + shift});
    CHECK(std::abs(cross_entropy(z, label).item() - 0.4076059644443804) <= 1e-15);
    CHECK(difference(grad(cross_entropy(z, label), {z})[0],
                     {.09003057317038046, .24472847105479764, -.3347590442251782}) <= 1e-15);
  }
}

TEST_CASE("cross_entropy 44: its Hessian is diag(p) - p p^T") {
  const Tensor z = row({1, 2, 3});
  const Tensor first = grad(cross_entropy(z, Labels{2}), {z}, {.create_graph = true})[0];
  const std::vector<std::vector<double>> expected = {{.08192506906499321, -.02203304452017429, -.05989202454481891},
                                                     {-.02203304452017429, .1848364465099787, -.1628034019898044},
                                                     {-.05989202454481891, -.1628034019898044, .2226954265346234}};
  for (std::int64_t i = 0; i < 3; ++i) {
    const Tensor hessian_row = grad(sum(slice(first, 1, i, i + 1)), {z}, {.retain_graph = true})[0];
    CHECK(difference(hessian_row, expected[static_cast<std::size_t>(i)]) <= 1e-14);
  }
}

TEST_CASE("cross_entropy 39: extreme logits give exact values and gradients") {
  const Tensor z = row({1000, 0, -1000});
  CHECK(cross_entropy(z, Labels{2}).item() == 2000);
  CHECK(grad(cross_entropy(z, Labels{2}), {z})[0].to_vector() == std::vector<double>{1, 0, -1});
  const Tensor huge = row({1e308, -1e308});
  CHECK(cross_entropy(huge, Labels{0}).item() == 0);
  const Tensor low = row({-1000, -1000});
  CHECK(std::abs(cross_entropy(low, Labels{0}).item() - std::log(2.0)) <= 1e-15);
  const Tensor single = from_values({120., 0., 0.}, {1, 3}).requires_grad_(true);  // f32: softmax rounds to (1, 0, 0)
  CHECK(cross_entropy(single, Labels{2}).item() == 120);
  CHECK(grad(cross_entropy(single, Labels{2}), {single})[0].to_vector() == std::vector<double>{1, 0, -1});
}

TEST_CASE("cross_entropy 40, 50: a logit of -inf counts only where the target is not 0") {
  const double inf = INFINITY;
  const Tensor masked = row({1, -inf, 2});
  CHECK(std::abs(cross_entropy(masked, Labels{0}).item() - std::log(1 + std::exp(1.0))) <= 1e-15);
  CHECK(grad(cross_entropy(masked, Labels{0}), {masked})[0].to_vector()[1] == 0);
  CHECK(cross_entropy(masked, Labels{1}).item() == inf);
  const Tensor p = softmax(masked.detach(), 1);
  CHECK(difference(grad(cross_entropy(masked, Labels{1}), {masked})[0], p - one_hot({1}, 3, f64)) == 0);
  CHECK(cross_entropy(masked, Labels{0}, {.label_smoothing = 0.1}).item() == inf);
  CHECK(cross_entropy(masked, tensor({{0.5, 0, 0.5}}, f64)).item() < 2);
  const Tensor all = row({-inf, -inf});
  CHECK(std::isnan(cross_entropy(all, Labels{0}).item()));
}

TEST_CASE("cross_entropy 45-48, 55: weights, ignored rows, smoothing and reductions follow the definition") {
  Rng rng(9);
  const Tensor z = randn({4, 3}, rng, f64).requires_grad_(true);
  const Tensor cotangent = tensor({0.37, -1.25, 2, 0.5}, f64);
  for (double e : {0.0, 0.1, 1.0}) {
    for (bool weighted : {false, true}) {
      for (bool ignoring : {false, true}) {
        CAPTURE(e);
        CAPTURE(weighted);
        CAPTURE(ignoring);
        const std::vector<double> w = weighted ? std::vector<double>{0.5, 2, 3.25} : std::vector<double>{1, 1, 1};
        Labels labels = {2, 0, 1, 0};
        Tensor target = one_hot(labels, 3, f64);
        std::vector<double> by_hand = losses_by_hand(z, target, w, e);
        if (ignoring) labels[1] = -7, by_hand[1] = 0;
        double divisor = 0;
        for (std::int64_t label : labels) divisor += label < 0 ? 0 : w[static_cast<std::size_t>(label)];
        double total = 0;
        for (double v : by_hand) total += v;
        CrossEntropySpec spec{.ignore_index = -7, .label_smoothing = e};
        if (weighted) spec.weight = from_values(w, {3}, f64);

        spec.reduction = Reduction::none;
        const Tensor each = cross_entropy(z, labels, spec);
        CHECK(difference(each, by_hand) <= 1e-14);
        if (ignoring) CHECK(each.at({1}) == 0);
        const auto weighted_sum = [&](const Tensor& x) { return sum(cross_entropy(x, labels, spec) * cotangent); };
        const Tensor g = grad(weighted_sum(z), {z})[0];
        CHECK(difference(g, near::numeric(weighted_sum, z.detach())) <= 1e-9);
        if (ignoring) {
          for (std::int64_t c : {0, 1, 2}) CHECK(g.at({1, c}) == 0);
        }

        spec.reduction = Reduction::sum;
        CHECK(std::abs(cross_entropy(z, labels, spec).item() - total) <= 1e-13);
        spec.reduction = Reduction::mean;
        const auto f = [&](const Tensor& x) { return cross_entropy(x, labels, spec); };
        CHECK(std::abs(f(z).item() - total / divisor) <= 1e-14);
        CHECK(difference(grad(0.37 * f(z), {z})[0],
                         near::numeric([&](const Tensor& x) { return 0.37 * f(x); }, z.detach())) <= 1e-9);
      }
    }
  }
}

TEST_CASE(
    "cross_entropy 45, 46: an ignored row stays out of it even with NaN logits, all ignored is an error for mean") {
  const Tensor z = from_values({1., 2., NAN, NAN}, {2, 2}, f64).requires_grad_(true);
  CHECK(std::abs(cross_entropy(z, Labels{1, -100}).item() - std::log1p(std::exp(-1.0))) <= 1e-15);
  const std::vector<double> g = grad(cross_entropy(z, Labels{1, -100}), {z})[0].to_vector();
  CHECK(g[2] == 0);
  CHECK(g[3] == 0);
  CHECK(cross_entropy(z, Labels{-100, -100}, {.reduction = Reduction::sum}).item() == 0);
  CHECK(cross_entropy(z, Labels{-100, -100}, {.reduction = Reduction::none}).to_vector() == std::vector<double>{0, 0});
  CHECK(error_of<ArgumentError>([&] {
          cross_entropy(z, Labels{-100, -100});
        }) == "cross_entropy: 0 of 2 labels kept, mean over 0 samples is undefined; hint: reduction sum");
  CHECK(error_of<ArgumentError>([&] {
          cross_entropy(z, Labels{0, 0}, {.weight = tensor({0, 1}, f64)});
        }) == "cross_entropy: 2 labels kept, their weights add up to 0, the mean is undefined; hint: reduction sum");
}

TEST_CASE("cross_entropy 49: a target distribution, with weights and smoothing, and its own gradient") {
  Rng rng(10);
  const Tensor z = randn({3, 4}, rng, f64).requires_grad_(true);
  const Tensor t = softmax(randn({3, 4}, rng, f64), 1).requires_grad_(true);
  const Tensor w = tensor({0.5, 2, 1, 3}, f64);
  for (double e : {0.0, 0.25}) {
    for (Reduction reduction : {Reduction::mean, Reduction::sum}) {
      CAPTURE(e);
      const CrossEntropySpec spec{.weight = w, .label_smoothing = e, .reduction = reduction};
      const Tensor loss = cross_entropy(z, t, spec);
      double total = 0;
      for (double v : losses_by_hand(z, t, w.to_vector(), e)) total += v;
      CHECK(std::abs(loss.item() - (reduction == Reduction::mean ? total / 3 : total)) <= 1e-14);
      const Tensor composed =
          -sum(w * ((1 - e) * t + e / 4) * log(softmax(z, 1))) / (reduction == Reduction::mean ? 3.0 : 1.0);
      const Tensors fused = grad(loss, {z, t});
      const Tensors expected = grad(composed, {z, t});
      CHECK(difference(fused[0], expected[0]) <= 1e-12);
      CHECK(difference(fused[1], expected[1]) <= 1e-12);
    }
  }
  const Labels labels = {3, 0, 2};
  CHECK(difference(grad(cross_entropy(z, labels), {z})[0], grad(cross_entropy(z, one_hot(labels, 4, f64)), {z})[0]) ==
        0);
}

TEST_CASE("cross_entropy: second derivatives agree with differences of the first, in logits and target") {
  Rng rng(11);
  const Tensor z = randn({2, 3}, rng, f64).requires_grad_(true);
  const Tensor t = softmax(randn({2, 3}, rng, f64), 1).requires_grad_(true);
  const Tensor v = randn({2, 3}, rng, f64);
  const CrossEntropySpec spec{.weight = tensor({1, 0.5, 2}, f64), .label_smoothing = 0.2};
  const auto slope = [&](const Tensor& a, const Tensor& b) {  // v . dL/dz
    return sum(v * grad(cross_entropy(a, b, spec), {a}, {.create_graph = true})[0]);
  };
  const Tensors second = grad(slope(z, t), {z, t});
  const auto along_z = [&](const Tensor& a) { return slope(a.clone().requires_grad_(true), t.detach()); };
  CHECK(difference(second[0], near::numeric(along_z, z.detach())) <= 1e-8);
  const double step = 1e-4;  // keep the target a distribution: move probability from class 0 to class 1
  const Tensor move = tensor({{-step, step, 0}, {0, 0, 0}}, f64);
  const double numeric = (slope(z, t.detach() + move).item() - slope(z, t.detach() - move).item()) / (2 * step);
  CHECK(std::abs(second[1].at({0, 1}) - second[1].at({0, 0}) - numeric) <= 1e-8);
}

TEST_CASE("cross_entropy 51: wrong labels, shapes, probabilities and settings are errors that name them") {
  const Tensor z = zeros({4, 10});
  CHECK(error_of<ShapeError>([&] {
          cross_entropy(z, Labels{1, 2, 3});
        }) == "cross_entropy: 4 rows of logits, 3 labels (one label per row)");
  for (std::int64_t label : {std::int64_t{-1}, std::int64_t{10}, std::int64_t{255}, std::int64_t{1} << 40}) {
    CHECK(error_of<IndexError>([&] {
            cross_entropy(z, Labels{0, 0, label, 0});
          }) == "cross_entropy: target[2] = " + std::to_string(label) + " (valid: [0, 9], or ignore_index -100)");
  }
  CHECK(error_of<ArgumentError>([&] {
          cross_entropy(z, Labels{0, 0, 0, 0}, {.label_smoothing = 1.5});
        }) == "cross_entropy: label_smoothing 1.5 (must be in [0, 1])");
  CHECK(error_of<ShapeError>([&] {
          cross_entropy(z, Labels{0, 0, 0, 0}, {.weight = ones({3})});
        }) == "cross_entropy: weight [3] for 10 classes (one per class)");
  CHECK(error_of<ShapeError>([] { cross_entropy(zeros({3}), Labels{0}); }) ==
        "cross_entropy: logits [3] (rows of scores, [N, C]); hint: reshape(x, {1, -1})");
  const Tensor pair = zeros({3, 2}, f64);
  CHECK(error_of<ArgumentError>([&] {
          cross_entropy(pair, tensor({{1, 0}, {0, 1}, {0.5, 0.4}}, f64));
        }) == "cross_entropy: probabilities of row 2 sum to 0.9 (must be 1 within 1e-06)");
  CHECK(error_of<ArgumentError>([&] {
          cross_entropy(pair, tensor({{1, 0}, {0, 1}, {1.1, -0.1}}, f64));
        }) == "cross_entropy: probability [2, 0] = 1.1 (must be in [0, 1])");
  CHECK(error_of<ArgumentError>([&] {
          cross_entropy(pair, one_hot({0, 1, 1}, 2, f64), {.ignore_index = 0});
        }) == "cross_entropy: ignore_index 0 with probabilities (labels only)");
  CHECK(error_of<ArgumentError>([&] { cross_entropy(pair, ones({3, 2})); }).find("cross_entropy: dtypes") == 0);
}

TEST_CASE("cross_entropy 52: one class, one row, no row") {
  const Tensor one = from_values({3., -5.}, {2, 1}, f64).requires_grad_(true);
  CHECK(cross_entropy(one, {0, 0}).item() == 0);
  CHECK(grad(cross_entropy(one, {0, 0}), {one})[0].to_vector() == std::vector<double>{0, 0});
  const Tensor none = zeros({0, 3}, f64).requires_grad_(true);
  CHECK(cross_entropy(none, Labels{}, {.reduction = Reduction::sum}).item() == 0);
  CHECK(cross_entropy(none, Labels{}, {.reduction = Reduction::none}).shape() == Shape{0});
  CHECK(grad(cross_entropy(none, Labels{}, {.reduction = Reduction::sum}), {none})[0].shape() == Shape{0, 3});
  CHECK(error_of<ArgumentError>([&] { cross_entropy(none, Labels{}); }).find("0 of 0 labels kept") !=
        std::string::npos);
  CHECK(cross_entropy(row({0, 0}), {0}).item() == doctest::Approx(std::log(2.0)));
}

TEST_CASE("nll_loss of log_softmax is cross_entropy, with the same weights, ignored rows and reductions") {
  Rng rng(12);
  const Tensor z = randn({4, 3}, rng, f64).requires_grad_(true);
  const Labels labels = {2, -100, 1, 0};
  const Tensor w = tensor({0.5, 2, 3}, f64);
  for (Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    const Tensor a = nll_loss(log_softmax(z, 1), labels, {.weight = w, .reduction = reduction});
    const Tensor b = cross_entropy(z, labels, {.weight = w, .reduction = reduction});
    CHECK(difference(a, b) <= 1e-14);
    CHECK(difference(grad(sum(a * a), {z})[0], grad(sum(b * b), {z})[0]) <= 1e-14);
  }
  CHECK(error_of<IndexError>([&] {
          nll_loss(z, Labels{0, 0, 3, 0});
        }) == "nll_loss: target[2] = 3 (valid: [0, 2], or ignore_index -100)");
  CHECK(error_of<ShapeError>([&] { nll_loss(z, Labels{0}); }) ==
        "nll_loss: 4 rows of log-probabilities, 1 labels (one label per row)");
  CHECK(error_of<ArgumentError>([&] {
          nll_loss(z, Labels{-100, -100, -100, -100});
        }).find("0 of 4 labels kept") != std::string::npos);
}
