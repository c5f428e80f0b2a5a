// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

/// One sigmoid neuron a = s(z), z = w x + b, in f64: the same collapse without a softmax.
namespace demo {

struct Neuron {
  double w, b, x, y;
};

/// The factors of dC/dz for both losses, and what comes out.
struct NeuronGradients {
  double z = 0, a = 0;
  double slope = 0;        ///< s'(z) = a (1 - a)
  double bce_wrt_a = 0;    ///< (1 - y)/(1 - a) - y/a
  double bce = 0;          ///< dC/dz, the two factors multiplied
  double bce_unfused = 0;  ///< by the engine, from sigmoid, log, ...
  double bce_fused = 0;    ///< by the engine, binary_cross_entropy_with_logits
  double bce_loss = 0;
  double mse_wrt_a = 0;  ///< a - y, of C = (a - y)^2 / 2
  double mse = 0;        ///< by the engine: s' stays
  double mse_loss = 0;
  double bce_wrt_w = 0, mse_wrt_w = 0;  ///< by the engine
};

inline NeuronGradients neuron_gradients(const Neuron& n) {
  using yhat::Dtype;
  using yhat::Tensor;
  const Tensor y = yhat::tensor(n.y, Dtype::f64);
  auto bce_of_a = [&](const Tensor& a) { return -(y * log(a) + (1 - y) * log(1 - a)); };
  auto mse_of_a = [&](const Tensor& a) { return 0.5 * (a - y) * (a - y); };

  NeuronGradients g;
  const Tensor w = yhat::tensor(n.w, Dtype::f64).requires_grad_(true);
  const Tensor z = yhat::tensor(n.w * n.x + n.b, Dtype::f64).requires_grad_(true);
  const Tensor a = sigmoid(z).detach().requires_grad_(true);
  g.z = z.item();
  g.a = a.item();
  g.slope = grad(sigmoid(z), {z})[0].item();
  g.bce_loss = bce_of_a(a).item();
  g.bce_wrt_a = grad(bce_of_a(a), {a})[0].item();
  g.bce = g.bce_wrt_a * g.slope;
  g.bce_unfused = grad(bce_of_a(sigmoid(z)), {z})[0].item();
  g.bce_fused = grad(binary_cross_entropy_with_logits(z, y), {z})[0].item();
  g.mse_loss = mse_of_a(a).item();
  g.mse_wrt_a = grad(mse_of_a(a), {a})[0].item();
  g.mse = grad(mse_of_a(sigmoid(z)), {z})[0].item();
  g.bce_wrt_w = grad(binary_cross_entropy_with_logits(w * n.x + n.b, y), {w})[0].item();
  g.mse_wrt_w = grad(mse_of_a(sigmoid(w * n.x + n.b)), {w})[0].item();
  return g;
}

}  // namespace demo
