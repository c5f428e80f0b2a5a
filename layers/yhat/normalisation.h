// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// Divides by a norm over neighbouring channels, as AlexNet does; alpha is not divided by size (Krizhevsky et al. 2012,
/// section 3.3). x (N,C,...), same shape out. Throws as local_response_norm does.
struct LocalResponseNorm : Module {
  /// `spec` is checked by forward.
  explicit LocalResponseNorm(const LocalResponseNormSpec& spec = {}) : options(spec) {}
  Tensor forward(const Tensor& x) override { return local_response_norm(x, options); }
  LayerInfo info(const Shape& input) const override { return info_of(options, input); }

  LocalResponseNormSpec options;
};

/// Settings of BatchNorm2d. `channels` must be given.
struct BatchNorm2dOptions {
  std::int64_t channels = 0;  ///< >= 1
  double eps = 1e-5;          ///< >= 0, added to the variance
  double momentum = 0.1;      ///< in [0, 1]: running = (1 - momentum) running + momentum batch
  bool affine = true;         ///< learn a weight and a bias per channel

  /// For an input (C,H,W). Throws ShapeError for another number of axes.
  LayerInfo info(const Shape& input) const;
};

/// Normalises each channel by the batch in training, by running statistics in evaluation (Ioffe and Szegedy 2015).
/// x (N,C,H,W), same shape out. Throws ShapeError, ArgumentError for fewer than 2 values per channel in training.
struct BatchNorm2d : Module {
  /// Weight 1, bias 0, running mean 0 and variance 1. Throws ArgumentError for an option outside its range.
  explicit BatchNorm2d(const BatchNorm2dOptions& options);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return options.info(input); }

  BatchNorm2dOptions options;
  Tensor weight, bias;               ///< (C), undefined unless affine
  Tensor running_mean, running_var;  ///< (C), buffers
};

}  // namespace yhat
