// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "yhat/layer_info.h"
#include "yhat/module.h"

/// Functions as modules. None has parameters.
namespace yhat {

/// Any function of a tensor. Tables take it for one that works element by element and keeps the shape.
struct Function : Module {
  /// `function` must keep the shape if the module is to stand in tables.
  explicit Function(std::function<Tensor(const Tensor&)> function) : f(std::move(function)) {}
  Tensor forward(const Tensor& x) override { return f(x); }
  LayerInfo info(const Shape& input) const override { return {.output = input, .activation = true}; }

  std::function<Tensor(const Tensor&)> f;  ///< what forward() calls
};

/// max(x, 0).
struct ReLU : Function {
  ReLU() : Function(relu) {}
};
/// x for x > 0, else slope x.
struct LeakyReLU : Function {
  /// `slope` is usually in [0, 1).
  explicit LeakyReLU(double slope = 0.01) : Function([slope](const Tensor& x) { return leaky_relu(x, slope); }) {}
};
/// 1 / (1 + exp(-x)).
struct Sigmoid : Function {
  Sigmoid() : Function(sigmoid) {}
};
/// (e^x - e^-x) / (e^x + e^-x).
struct Tanh : Function {
  Tanh() : Function([](const Tensor& x) { return yhat::tanh(x); }) {}
};
/// log(1 + exp(x)).
struct Softplus : Function {
  Softplus() : Function(softplus) {}
};
/// exp(x) / sum(exp(x)) along one axis; the default is the last. Not before cross_entropy, which wants logits.
struct Softmax : Function {
  /// Negative axes count from the end.
  explicit Softmax(std::int64_t axis = -1) : Function([axis](const Tensor& x) { return softmax(x, axis); }) {}
};
/// The logarithm of that, along one axis; the default is the last. What nll_loss wants.
struct LogSoftmax : Function {
  /// Negative axes count from the end.
  explicit LogSoftmax(std::int64_t axis = -1) : Function([axis](const Tensor& x) { return log_softmax(x, axis); }) {}
};

/// (N, ...) -> (N, everything else): between the last pooling and the first Linear.
struct Flatten : Module {
  Tensor forward(const Tensor& x) override { return flatten(x, 1); }
};

}  // namespace yhat
