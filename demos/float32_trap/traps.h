// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <string>
#include <vector>

/// Where losses written out from exp, log and / break in f32 and f64, and the fused ones do not.
namespace demo {

/// One op of a loss, seen from both sides.
struct OpSeen {
  std::string op;         ///< "p = e / sum(e)"
  yhat::Tensor value;     ///< what it computed
  yhat::Tensor gradient;  ///< dL/d(value), as it arrives in backward
};

/// Softmax and cross-entropy written out, op by op: e = exp(z - max z), s = sum(e), p = e / s, L = -log(p[label]).
/// With `subtract` false the maximum is not subtracted, as in the lecture's formula.
struct WrittenOut {
  std::vector<OpSeen> ops;  ///< from z to L
  std::string first_bad;    ///< where the first NaN or infinity came up, in words; empty if nowhere
  const OpSeen& z() const { return ops.front(); }
  double loss() const { return ops.back().value.item(); }
};
WrittenOut written_out(const std::vector<double>& z, std::int64_t label, yhat::Dtype dtype, bool subtract = true);

/// A loss and its gradient in z.
struct LossAndGradient {
  double loss = 0;
  std::vector<double> gradient;
  bool finite() const;
};
LossAndGradient fused(const std::vector<double>& z, std::int64_t label, yhat::Dtype dtype);
LossAndGradient unfused(const std::vector<double>& z, std::int64_t label, yhat::Dtype dtype);

/// Logits (0, -gap), class 1: the gaps from which on the written-out gradient, and then the loss, is not finite.
struct GapEdges {
  double gradient = 0, loss = 0;
};
GapEdges gap_edges(yhat::Dtype dtype);

/// The least z from which on 1/(1 + exp(-z)), written out, is exactly 1.
double sigmoid_is_one_from(yhat::Dtype dtype);

/// Binary cross-entropy of a logit z and target y, three ways.
struct BinaryLosses {
  LossAndGradient naive;    ///< -(y log a + (1-y) log(1-a)), a = 1/(1 + exp(-z)), written out
  LossAndGradient clamped;  ///< binary_cross_entropy(sigmoid(z))
  LossAndGradient fused;    ///< binary_cross_entropy_with_logits(z)
};
BinaryLosses binary_losses(double z, double y, yhat::Dtype dtype);

/// Central differences of cross-entropy at z = (1, 2, 3), class 2, against p - y: the largest error, relative to the
/// gradient's largest element.
double central_difference_error(double h, yhat::Dtype dtype);

}  // namespace demo
