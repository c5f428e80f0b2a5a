// SPDX-License-Identifier: MIT
#include "neuron.h"

#include <yhat/ops.h>

namespace yhat::labs {

namespace {
// x (N,D) w (D) -> the outputs (N)
Tensor output(const Tensor& w, double b, const Tensor& x) {
  return sigmoid(reshape(matmul(x, reshape(w, {-1, 1})), {-1}) + b);
}
}  // namespace

// dC/dw_j is the mean of (a - y) a (1 - a) x_j; for b, x_j is 1.
NeuronGradient quadratic_gradient(const Tensor& w, double b, const Tensor& x, const Tensor& y) {
  const Tensor a = output(w, b, x);
  const Tensor delta = (a - y) * a * (1 - a);
  return {mean(reshape(delta, {-1, 1}) * x, 0), mean(delta).item()};
}

// dC/dw_j is the mean of (a - y) x_j: sigma' has cancelled.
NeuronGradient cross_entropy_gradient(const Tensor& w, double b, const Tensor& x, const Tensor& y) {
  const Tensor delta = output(w, b, x) - y;
  return {mean(reshape(delta, {-1, 1}) * x, 0), mean(delta).item()};
}

int epochs_until(NeuronLoss loss, double w, double b, double eta, double a, int max_epochs) {
  const Tensor x = ones({1, 1}, Dtype::f64);
  const Tensor y = zeros({1}, Dtype::f64);
  const auto gradient = loss == NeuronLoss::quadratic ? quadratic_gradient : cross_entropy_gradient;
  for (int epoch = 0; epoch <= max_epochs; ++epoch) {
    if (sigmoid(tensor(w + b, Dtype::f64)).item() < a) return epoch;
    const NeuronGradient g = gradient(full({1}, w, Dtype::f64), b, x, y);
    w -= eta * g.dw.at({0});
    b -= eta * g.db;
  }
  return -1;
}

}  // namespace yhat::labs
