// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/optimizer.h"

namespace yhat {

/// Settings of SGD.
struct SGDOptions {
  double lr = 1e-3;             ///< learning rate, >= 0
  double momentum = 0;          ///< mu >= 0: how much of the velocity stays
  double dampening = 0;         ///< >= 0: how much less of a new gradient enters the velocity
  bool nesterov = false;        ///< look ahead by mu; wants momentum > 0 and dampening = 0
  double weight_decay = 0;      ///< >= 0: adds weight_decay p to the gradient
  bool lr_in_velocity = false;  ///< the AlexNet paper's form, v = mu v - lr g; without dampening and nesterov
  bool check_finite = true;     ///< scan the gradients before the update
};

/// Stochastic gradient descent. With g the gradient plus weight_decay p: velocity = g in the first step, then
/// mu velocity + (1 - dampening) g; p -= lr velocity, or lr (g + mu velocity) with nesterov. With lr_in_velocity:
/// velocity = mu velocity - lr g, p += velocity (Krizhevsky et al. 2012, section 5). The two forms of momentum are the
/// same while the learning rate is constant.
class SGD : public Optimizer {
 public:
  /// Throws ArgumentError for an option outside its range, options that exclude each other, or parameters that
  /// Optimizer refuses.
  SGD(Tensors parameters, const SGDOptions& options);
  void step() override;
  void visit_state(const StateVisitor& f) override;
  /// As given; the learning rate of the next step is lr().
  const SGDOptions& options() const { return options_; }

 private:
  SGDOptions options_;
  Tensors velocity_;  // of each parameter, undefined before its first step and without momentum
};

}  // namespace yhat
