// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/optimizer.h"

namespace yhat {

/// Settings of Adam.
struct AdamOptions {
  double lr = 1e-3;          ///< >= 0
  double beta1 = 0.9;        ///< decay of the mean of gradients, in [0, 1)
  double beta2 = 0.999;      ///< decay of the mean of their squares, in [0, 1)
  double eps = 1e-8;         ///< >= 0, added to the root after the correction
  double weight_decay = 0;   ///< >= 0: adds weight_decay p to the gradient
  bool check_finite = true;  ///< scan the gradients before the update
};

/// Settings of AdamW.
struct AdamWOptions {
  double lr = 1e-3;            ///< >= 0
  double beta1 = 0.9;          ///< in [0, 1)
  double beta2 = 0.999;        ///< in [0, 1)
  double eps = 1e-8;           ///< >= 0
  double weight_decay = 0.01;  ///< >= 0: multiplies p by 1 - lr weight_decay before the update
  bool check_finite = true;    ///< scan the gradients before the update
};

/// Algorithm 1 of Kingma and Ba 2015: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, t = 1, 2, ...,
/// p -= lr (m / (1 - b1^t)) / (sqrt(v) / sqrt(1 - b2^t) + eps).
class Adam : public Optimizer {
 public:
  /// Throws ArgumentError for an option outside its range, or parameters that Optimizer refuses.
  Adam(Tensors parameters, const AdamOptions& options);
  void step() override;
  void visit_state(const StateVisitor& f) override;
  /// As given; the learning rate of the next step is lr().
  const AdamOptions& options() const { return options_; }

 protected:
  /// The same for a class derived from it; `decoupled`: weight decay apart from the gradient.
  Adam(const char* name, Tensors parameters, const AdamOptions& options, bool decoupled);

 private:
  AdamOptions options_;
  bool decoupled_;         // weight decay apart from the gradient
  Tensors mean_, square_;  // of each parameter, undefined before its first step
  Tensors steps_;          // t of each parameter, a scalar
};

/// Adam with weight decay that does not pass through the gradient's statistics (Loshchilov and Hutter 2019).
class AdamW : public Adam {
 public:
  /// Throws ArgumentError for an option outside its range, or parameters that Optimizer refuses.
  AdamW(Tensors parameters, const AdamWOptions& options);
};

}  // namespace yhat
