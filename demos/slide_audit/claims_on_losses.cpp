// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/yhat.h>

#include <cmath>
#include <numeric>

#include "float32_trap/traps.h"
#include "mse_vs_cross_entropy/descent.h"
#include "slide_audit/claims.h"
#include "yhat_minus_y/collapse.h"
#include "yhat_minus_y/neuron.h"

namespace demo {

namespace {

double bits(const Tensor& y, const Tensor& p) { return information(y, p).cross_entropy; }

Claim errors_of_chance() {
  std::vector<std::int64_t> labels(1000);
  std::iota(labels.begin(), labels.end(), 0);
  const Tensor constant = yhat::zeros({1000, 1000});
  const double top1 = yhat::top_k_error(constant, labels, 1);
  const double top5 = yhat::top_k_error(constant, labels, 5);
  return {4, "Results are measured by top-1 and top-5 error.",
          fmt::format("constant scores for 1000 classes: {:.1f} % and {:.1f} %: chance.", 100 * top1, 100 * top5),
          "The share of images whose class is not among the 1 (5) best scores.",
          judged(std::abs(top1 - 0.999) < 1e-12 && std::abs(top5 - 0.995) < 1e-12)};
}

Claim two_losses() {
  const Likelihood normal = gaussian(1.3, 0.4, 0.5);
  const double squares = 0.9 * 0.9 / (2 * 0.5 * 0.5);
  const double mse = neuron_gradient(Loss::squared_error, 4, 0);
  const double ce = neuron_gradient(Loss::cross_entropy, 4, 0);
  const std::int64_t slow = first_below(train_neuron(Loss::squared_error, 2, 2, 0.15, 300).a, 0.5);
  const std::int64_t fast = first_below(train_neuron(Loss::cross_entropy, 2, 2, 0.15, 300).a, 0.5);
  // The likelihood of a normal distribution is the squared error and a constant; cross-entropy pushes harder.
  const bool holds = std::abs(normal.loss - squares - 0.225791352645) < 1e-12 && ce > mse && fast < slow;
  return {
      5, "Mean squared error is for regression, cross-entropy for classification.",
      fmt::format("-log of a normal density: {:.9f} = {:.2f} (squared error) + a constant. A neuron that is sure and "
                  "wrong: gradient {:.6f} with squared error, {:.6f} with cross-entropy.",
                  normal.loss, squares, mse, ce),
      fmt::format("A matter of likelihoods and of a missing s', not of what is allowed: squared error classifies too, "
                  "after {} updates instead of {}.",
                  slow, fast),
      judged(holds, slow < 0)};
}

Claim not_a_distance() {
  const Tensor y = tensor({0.5, 0.25, 0.25}, Dtype::f64);
  const Information i = information(y, tensor({0.25, 0.5, 0.25}, Dtype::f64));
  const Tensor a = tensor({0.9, 0.1}, Dtype::f64);
  const Tensor b = tensor({0.5, 0.5}, Dtype::f64);
  const bool distance = bits(y, y) == 0 && bits(a, b) == bits(b, a);
  return {
      6, "Cross-entropy measures the entropy between two distributions.",
      fmt::format("H(y,p) = {:g} = H(y) {:g} + KL {:g} bits; H(y,y) = {:g}, not 0. (0.9, 0.1) and (0.5, 0.5): {:.3f} "
                  "one way, {:.3f} the other.",
                  i.cross_entropy, i.entropy, i.divergence, bits(y, y), bits(a, b), bits(b, a)),
      "It is an entropy and a divergence, least at p = y, but neither symmetric nor a distance.",
      judged(std::abs(i.cross_entropy - i.entropy - i.divergence) < 1e-12, distance)};
}

Claim second_term() {
  const NeuronGradients n = neuron_gradients({2, 2, 1, 0});
  const double one_term = -0.0 * std::log(n.a);  // -y ln a, y = 0
  const double two_terms = one_term - 1.0 * std::log(1 - n.a);
  const double library = binary_cross_entropy_with_logits(tensor(4, Dtype::f64), tensor(0, Dtype::f64)).item();
  return {
      7, "The loss is -sum_i y_i log yhat_i; its derivative has a \"second term\".",
      fmt::format("a = {:.6f}, y = 0: -y ln a = {:g}; with -(1-y) ln(1-a) added {:.6f}, binary cross-entropy's {:.6f}.",
                  n.a, std::abs(one_term), two_terms, library),
      "The formula is that of categorical cross-entropy, the derivation that of the binary one, which has two terms.",
      judged_formula(std::abs(one_term - library) < 1e-12, std::abs(two_terms - library) < 1e-12)};
}

Claim sums_to_one() {
  const Tensor z = tensor({1, 2, 3}, Dtype::f64);
  const double softmax_sum = sum(softmax(z, 0)).item();
  const double sigmoid_sum = sum(sigmoid(z)).item();
  const AnyTarget two = any_target(tensor({2, 1, 0.1}, Dtype::f64), tensor({1, 1, 0}, Dtype::f64));
  const bool general = apart(two.gradient, two.on_paper) < 1e-14;
  return {8, "sum y_i = 1 and sum yhat_i = 1.",
          fmt::format("softmax of (1, 2, 3) sums to {:g}, three sigmoids to {:.4f}. y = (1, 1, 0): the gradient is not "
                      "p - y ({:.2f} apart), but 2 p - y.",
                      softmax_sum, sigmoid_sum, apart(two.gradient, two.p_minus_y)),
          "Softmax and one-hot labels, yes. If sum y = s the gradient is s p - y.",
          judged(std::abs(softmax_sum - 1) < 1e-15 && general, std::abs(sigmoid_sum - 1) < 1e-12)};
}

Claim derivation() {
  const NeuronGradients n = neuron_gradients({2, 2, 1, 0});
  return {9, "The derivation of dC/dw (all formulas lost).",
          fmt::format("((1-y)/(1-a) - y/a) s'(z) = {:.6f} x {:.9f} = {:.9f} = a - y; by the engine {:.9f}.",
                      n.bce_wrt_a, n.slope, n.bce, n.bce_fused),
          "s' = s (1-s) cancels the common denominator: dC/dw_j = 1/n sum_x x_j (s(z) - y).",
          judged_formula(false, std::abs(n.bce - n.a) < 1e-14 && std::abs(n.bce_fused - n.a) < 1e-15)};
}

Claim like_squares() {
  const Tensor z = tensor({2, 1, 0.1}, Dtype::f64).requires_grad_();
  const Tensor y = tensor({0, 0, 1}, Dtype::f64);
  const double linear = apart(grad(0.5 * sum((z - y) * (z - y)), {z})[0], z.detach() - y);
  const NeuronGradients n = neuron_gradients({2, 2, 1, 0});
  return {10, "The gradient is very similar to that of the mean square.",
          fmt::format("squared error on a linear output: z - y (differs by {:g}); behind a sigmoid at z = 4: {:.6f}, "
                      "cross-entropy {:.6f}, {:.1f} times more.",
                      linear, n.mse, n.bce, n.bce / n.mse),
          "The same form with a linear output; with a sigmoid, squared error has s'(z) more.",
          judged(linear < 1e-15, std::abs(n.mse - n.bce) < 1e-12)};
}

Claim softmax_formula() {
  const std::vector<double> z = {1, 2, 3};
  const Tensor written = written_out(z, 2, Dtype::f64, false).ops[3].value;
  const Tensor library = softmax(tensor({1, 2, 3}, Dtype::f64), 0);
  return {11, "a_j = e^{z_j} / sum_k e^{z_k}; the inputs are logits.",
          fmt::format("z = (1, 2, 3): ({:.6f}, {:.6f}, {:.6f}).", written.at({0}), written.at({1}), written.at({2})),
          "Code subtracts the largest logit first: the same, without overflow.",
          judged(apart(written, library) < 1e-15)};
}

Claim between_zero_and_one() {
  const Tensor small = softmax(tensor({1, 2, 3}, Dtype::f64), 0);
  const Tensor large = softmax(tensor({0, -800}, Dtype::f64), 0);
  const auto inside = [](const Tensor& p) {
    for (const double v : p.to_vector()) {
      if (v <= 0 || v >= 1) return false;
    }
    return true;
  };
  return {12, "Each output is between 0 and 1, and they add up to 1.",
          fmt::format("softmax(0, -800) in f64 = ({:g}, {:g}); from a gap of {:.2f} on the smaller is exactly 0.",
                      large.at({0}), large.at({1}), gap_edges(Dtype::f64).loss),
          "On paper, always. In floating point they round to 0 and 1.", judged(inside(small), inside(large))};
}

}  // namespace

std::vector<Claim> claims_on_losses() {
  return {{1, "ImageNet follows WordNet, only nouns.", "",
           "The 1000 classes of ILSVRC are leaves of its nouns, none an ancestor of another; the devkit lists 860 "
           "ancestors besides.",
           Verdict::right},
          {2, "Over five hundred images per node.", "",
           "An average of earlier years. ILSVRC-2012: 1.2 million for training, 50,000 for validation, 100,000 for the "
           "test (2010: 150,000).",
           Verdict::right},
          {3, "The challenge (LSVRC) started in 2010.", "", "Yes.", Verdict::right},
          errors_of_chance(),
          two_losses(),
          not_a_distance(),
          second_term(),
          sums_to_one(),
          derivation(),
          like_squares(),
          softmax_formula(),
          between_zero_and_one()};
}

}  // namespace demo
