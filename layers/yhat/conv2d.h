// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

struct Conv2dOptions {
  std::int64_t in = 0;      ///< channels, >= 1
  std::int64_t out = 0;     ///< channels, >= 1
  Pair kernel = 0;          ///< >= 1
  Pair stride = 1;          ///< >= 1
  Pair padding = 0;         ///< >= 0
  Pair dilation = 1;        ///< >= 1
  std::int64_t groups = 1;  ///< divides in and out
  bool bias = true;         ///< add a number per output channel

  /// For an input (C,H,W). Throws ShapeError, ArgumentError.
  LayerInfo info(const Shape& input) const;
};

/// A convolution: `Conv2d conv1{rng, {.in = 1, .out = 6, .kernel = 5, .padding = 2}}`. x (N,in,H,W) -> (N,out,H',W').
struct Conv2d : Module {
  /// Weight and bias start uniform in +-1/sqrt(in/groups kernel.h kernel.w). Throws ArgumentError.
  Conv2d(Rng& rng, const Conv2dOptions& options);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return options.info(input); }

  Conv2dOptions options;
  Tensor weight;  ///< (out,in/groups,kernel.h,kernel.w)
  Tensor bias;    ///< (out), undefined without bias
};

}  // namespace yhat
