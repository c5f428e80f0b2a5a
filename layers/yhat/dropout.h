// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"
#include "yhat/module.h"

namespace yhat {

/// Settings of Dropout.
struct DropoutOptions {
  double p = 0.5;  ///< probability of an element becoming 0, in [0, 1]
};

/// In training, sets elements to 0 with probability p and divides the others by 1 - p; in evaluation, the identity.
/// x of any shape.
struct Dropout : Module {
  /// Draws from a generator of its own that starts from a number taken from `rng`. Throws ArgumentError unless
  /// 0 <= p <= 1.
  explicit Dropout(Rng& rng, const DropoutOptions& options = {});
  /// Draws from `shared` from now on, which must outlive this module.
  void draw_from(Rng& shared) { shared_ = &shared; }
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override { return {.output = input}; }

  DropoutOptions options;

 private:
  Rng own_;
  Rng* shared_ = nullptr;
};

}  // namespace yhat
