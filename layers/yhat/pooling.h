// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// The largest element of each window: `MaxPool2d{{.kernel = 3, .stride = 2}}`. x (N,C,H,W) -> (N,C,H',W'), sizes and
/// errors as in max_pool2d.
struct MaxPool2d : Module {
  /// `spec` is checked by forward.
  explicit MaxPool2d(const MaxPool2dSpec& spec = {}) : options(spec) {}
  Tensor forward(const Tensor& x) override { return max_pool2d(x, options); }
  LayerInfo info(const Shape& input) const override { return info_of(options, input); }

  MaxPool2dSpec options;
};

/// The mean of each window. x (N,C,H,W) -> (N,C,H',W'), sizes and errors as in avg_pool2d.
struct AvgPool2d : Module {
  /// `spec` is checked by forward.
  explicit AvgPool2d(const AvgPool2dSpec& spec = {}) : options(spec) {}
  Tensor forward(const Tensor& x) override { return avg_pool2d(x, options); }
  LayerInfo info(const Shape& input) const override { return info_of(options, input); }

  AvgPool2dSpec options;
};

}  // namespace yhat
