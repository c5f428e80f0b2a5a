// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/tensor.h>

/// One neuron, a = sigmoid(w . x + b), and two losses for it (Nielsen, Neural Networks and Deep Learning, chapter 3).
namespace yhat::labs {

/// The gradient of a loss in the neuron's parameters.
struct NeuronGradient {
  Tensor dw;      ///< (D) f64
  double db = 0;  ///< a number
};

/// The gradient of the quadratic loss, the mean over the batch of (a - y)^2 / 2.
/// w (D), x (N,D), y (N), all f64; y in [0, 1].
NeuronGradient quadratic_gradient(const Tensor& w, double b, const Tensor& x, const Tensor& y);

/// The gradient of the cross-entropy, the mean over the batch of -(y ln a + (1 - y) ln(1 - a)). Shapes as above.
NeuronGradient cross_entropy_gradient(const Tensor& w, double b, const Tensor& x, const Tensor& y);

enum class NeuronLoss { quadratic, cross_entropy };

/// How often w and b, both at once, have to be moved by -eta times the loss's gradient until the output for the single
/// input x = 1 with the label y = 0 is below `a`. 0 if it is from the start; -1 if max_epochs steps do not suffice.
int epochs_until(NeuronLoss loss, double w, double b, double eta, double a, int max_epochs);

}  // namespace yhat::labs
