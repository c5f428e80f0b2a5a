// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// Settings of a convolution. `in`, `out` and `kernel` must be given.
struct Conv2dOptions {
  std::int64_t in = 0;      ///< channels, >= 1
  std::int64_t out = 0;     ///< channels, >= 1
  Pair kernel = 0;          ///< >= 1
  Pair stride = 1;          ///< >= 1
  Pair padding = 0;         ///< >= 0
  Pair dilation = 1;        ///< >= 1
  std::int64_t groups = 1;  ///< divides in and out
  bool bias = true;         ///< add a number per output channel

  /// For an input (C,H,W). Throws ShapeError (not (in,H,W), or the kernel does not fit), ArgumentError for a setting
  /// outside its range.
  LayerInfo info(const Shape& input) const;
};

/// A convolution: `Conv2d conv1{rng, {.in = 1, .out = 6, .kernel = 5, .padding = 2}}`. x (N,in,H,W) -> (N,out,H',W'),
/// sizes and errors as in conv2d.
struct Conv2d : Module {
  /// Weight and bias start uniform in +-1/sqrt(in/groups kernel.h kernel.w). Throws ArgumentError for in, out or kernel
  /// below 1, or groups that do not divide both; the other settings are checked by forward.
  Conv2d(Rng& rng, const Conv2dOptions& options);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return options.info(input); }

  Conv2dOptions options;
  Tensor weight;  ///< (out,in/groups,kernel.h,kernel.w)
  Tensor bias;    ///< (out), undefined without bias
};

}  // namespace yhat
