// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// Settings of a fully connected layer. `in` and `out` must be given.
struct LinearOptions {
  std::int64_t in = 0;    ///< features per sample, >= 1
  std::int64_t out = 0;   ///< >= 1
  bool bias = true;       ///< add a number per output
  std::string hint = {};  ///< added to the error if the input has another number of features

  /// For an input of one sample, (F) or (C,H,W). Throws ShapeError unless it has `in` elements.
  LayerInfo info(const Shape& input) const;
};

/// A fully connected layer. x (N,in) -> x weight^T + bias (N,out). Throws ShapeError for another x.
struct Linear : Module {
  /// Weight and bias start uniform in +-1/sqrt(in). Throws ArgumentError for a size below 1.
  Linear(Rng& rng, const LinearOptions& options);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return options.info(input); }

  LinearOptions options;
  Tensor weight;  ///< (out,in)
  Tensor bias;    ///< (out), undefined without bias
};

}  // namespace yhat
