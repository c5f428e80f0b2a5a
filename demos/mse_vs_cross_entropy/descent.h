// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cmath>
#include <cstdint>
#include <vector>

/// Squared error against cross-entropy where nothing but the loss differs: one neuron, then bare logits. Every gradient
/// comes from the engine, in f64. Squared error is the lecture's 1/2 sum, written out.
namespace demo {

using yhat::Dtype;
using yhat::Tensor;

enum class Loss { cross_entropy, squared_error };

// --- One sigmoid neuron: x = 1, y = 0, w and b updated together (Nielsen's example) ---

/// C of a neuron's z for the target y.
inline Tensor neuron_loss(Loss loss, const Tensor& z, const Tensor& y) {
  if (loss == Loss::cross_entropy) return binary_cross_entropy_with_logits(z, y);
  const Tensor a = sigmoid(z);
  return 0.5 * (a - y) * (a - y);
}

struct NeuronRun {
  std::vector<double> a;         ///< a[e]: the output after e updates
  std::vector<double> gradient;  ///< gradient[e]: |dC/dz| there
};

inline NeuronRun train_neuron(Loss loss, double w0, double b0, double eta, int updates) {
  Tensor w = yhat::tensor(w0, Dtype::f64).requires_grad_(true);
  Tensor b = yhat::tensor(b0, Dtype::f64).requires_grad_(true);
  const Tensor x = yhat::tensor(1, Dtype::f64);
  const Tensor y = yhat::tensor(0, Dtype::f64);
  NeuronRun run;
  for (int e = 0;; ++e) {
    const Tensor z = w * x + b;
    const yhat::Tensors g = grad(neuron_loss(loss, z, y), {w, b, z});
    run.a.push_back(sigmoid(z.detach()).item());
    run.gradient.push_back(std::abs(g[2].item()));
    if (e == updates) return run;
    w.mutable_data<double>()[0] -= eta * g[0].item();
    b.mutable_data<double>()[0] -= eta * g[1].item();
  }
}

/// The first number of updates after which a is below `level`, -1 if none.
inline std::int64_t first_below(const std::vector<double>& a, double level) {
  for (std::size_t e = 0; e < a.size(); ++e) {
    if (a[e] < level) return static_cast<std::int64_t>(e);
  }
  return -1;
}

/// dC/dz of a neuron at z.
inline double neuron_gradient(Loss loss, double z, double y) {
  const Tensor leaf = yhat::tensor(z, Dtype::f64).requires_grad_(true);
  return grad(neuron_loss(loss, leaf, yhat::tensor(y, Dtype::f64)), {leaf})[0].item();
}

/// Where squared error's gradient for the target y, 0 or 1, is largest: Newton's method on the second derivative, which
/// the engine gets by differentiating twice and three times.
inline double steepest_z(double y = 0) {
  double z = 0;
  for (int i = 0; i < 20; ++i) {
    const Tensor leaf = yhat::tensor(z, Dtype::f64).requires_grad_(true);
    const Tensor loss = neuron_loss(Loss::squared_error, leaf, yhat::tensor(y, Dtype::f64));
    const Tensor first = grad(loss, {leaf}, {.create_graph = true})[0];
    const Tensor second = grad(first, {leaf}, {.create_graph = true})[0];
    const double third = grad(second, {leaf})[0].item();
    z -= second.item() / third;
  }
  return z;
}

// --- Bare logits: z itself is trained, behind a softmax ---

/// The loss of logits z (K) for a label.
inline Tensor logit_loss(Loss loss, const Tensor& z, std::int64_t label) {
  if (loss == Loss::cross_entropy) return yhat::cross_entropy(reshape(z, {1, z.size()}), {label});
  const Tensor d = softmax(z, 0) - reshape(yhat::one_hot({label}, z.size(), Dtype::f64), z.shape());
  return 0.5 * sum(d * d);
}

inline Tensor logit_gradient(Loss loss, const Tensor& z, std::int64_t label) {
  const Tensor leaf = z.detach().clone().requires_grad_(true);
  return grad(logit_loss(loss, leaf, label), {leaf})[0];
}

struct LogitRun {
  std::int64_t steps = 0;        ///< until p(label) > 0.9; -1 if `most` were not enough
  std::vector<double> p;         ///< p[s]: p(label) after s steps
  std::vector<double> gradient;  ///< gradient[s]: its norm there
};

inline LogitRun descend(Loss loss, const std::vector<double>& start, std::int64_t label, double lr,
                        std::int64_t most = 20000) {
  std::vector<double> z = start;
  LogitRun run;
  for (run.steps = 0;; ++run.steps) {
    const Tensor at = yhat::from_values(z, {static_cast<std::int64_t>(z.size())}, Dtype::f64);
    const Tensor g = logit_gradient(loss, at, label);
    const auto slope = g.data<double>();
    run.p.push_back(softmax(at, 0).at({label}));
    double square = 0;
    for (const double v : slope) square += v * v;
    run.gradient.push_back(std::sqrt(square));
    if (run.p.back() > 0.9) return run;
    if (run.steps == most) break;
    for (std::size_t i = 0; i < z.size(); ++i) z[i] -= lr * slope[i];
  }
  run.steps = -1;
  return run;
}

/// The rates of the printed grid.
inline const std::vector<double>& rate_grid() {
  static const std::vector<double> rates = {0.1, 0.2, 0.5, 1, 2, 5, 10};
  return rates;
}

/// The place of the fewest steps; the smaller rate of ties.
inline std::size_t best_rate(const std::vector<std::int64_t>& steps) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (steps[i] >= 0 && (steps[best] < 0 || steps[i] < steps[best])) best = i;
  }
  return best;
}

// --- Where the two losses come from ---

/// Entropy of y, cross-entropy of y and p, and the divergence between them, in bits.
struct Information {
  double entropy, cross_entropy, divergence;
};
inline Information information(const Tensor& y, const Tensor& p) {
  const double ln2 = std::log(2.0);
  const Tensor logits = reshape(log(p), {1, p.size()});  // a softmax gives them back: p sums to 1
  const double h = -sum(y * log(y)).item() / ln2;
  const double ce = yhat::cross_entropy(logits, reshape(y, {1, y.size()})).item() / ln2;
  return {h, ce, sum(y * log(y / p)).item() / ln2};
}

/// -log of the normal density of y: (y - mu)^2 / (2 s^2) + 1/2 log(2 pi s^2), and its gradient in mu.
struct Likelihood {
  double loss, wrt_mu;
};
inline Likelihood gaussian(double y, double mu, double s) {
  const Tensor leaf = yhat::tensor(mu, Dtype::f64).requires_grad_(true);
  const double pi = 3.14159265358979323846;
  const Tensor loss = (y - leaf) * (y - leaf) / (2 * s * s) + 0.5 * std::log(2 * pi * s * s);
  return {loss.item(), grad(loss, {leaf})[0].item()};
}

}  // namespace demo
