// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// Divides by a norm over neighbouring channels, as AlexNet does; alpha is not divided by size. Keeps the shape.
struct LocalResponseNorm : Module {
  explicit LocalResponseNorm(const LocalResponseNormSpec& spec = {}) : options(spec) {}
  Tensor forward(const Tensor& x) override { return local_response_norm(x, options); }
  LayerInfo info(const Shape& input) const override { return info_of(options, input); }

  LocalResponseNormSpec options;
};

struct BatchNorm2dOptions {
  std::int64_t channels = 0;  ///< >= 1
  double eps = 1e-5;          ///< added to the variance
  double momentum = 0.1;      ///< of the running statistics: running = (1 - momentum) running + momentum batch
  bool affine = true;         ///< learn a weight and a bias per channel

  /// For an input (C,H,W). Throws ShapeError.
  LayerInfo info(const Shape& input) const;
};

/// Normalises each channel by the batch in training, by running statistics in evaluation. x (N,C,H,W), same shape out.
struct BatchNorm2d : Module {
  /// Weight 1, bias 0, running mean 0 and variance 1. Throws ArgumentError.
  explicit BatchNorm2d(const BatchNorm2dOptions& options);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return options.info(input); }

  BatchNorm2dOptions options;
  Tensor weight, bias;               ///< (C), undefined unless affine
  Tensor running_mean, running_var;  ///< (C), buffers
};

}  // namespace yhat
