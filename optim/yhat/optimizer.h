// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "yhat/observer.h"
#include "yhat/state_dict.h"
#include "yhat/tensor.h"

namespace yhat {

/// Changes parameters by their gradients, in place:
///
///     Rng rng{42};
///     Linear net{rng, {.in = 2, .out = 2}};
///     SGD sgd{net.parameters(), {.lr = 0.5, .momentum = 0.9}};
///     for (int step = 0; step < 20; ++step) {
///       sgd.zero_grad();
///       cross_entropy(net(tensor({{1, 0}, {0, 1}})), {0, 1}).backward();
///       sgd.step();
///     }
///
/// A parameter without gradient is skipped, its state untouched. Neither copied nor moved: schedules refer to it.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One update. Throws NumericError, before anything has changed, if a gradient is not finite (with check_finite).
  virtual void step() = 0;
  /// Forgets the gradients of all parameters.
  void zero_grad();

  /// The learning rate of the next step.
  double lr() const { return lr_; }
  /// Changes it. Throws ArgumentError unless finite and >= 0.
  void set_lr(double lr);
  /// What it changes, in the order given.
  const Tensors& parameters() const { return parameters_; }
  /// "SGD", "Adam", for messages.
  const char* name() const { return name_; }

  /// Calls f for everything that is remembered between steps: "velocity.0", undefined where there has been no step yet,
  /// with the shape and dtype it has to have. What state_dict and load_state_dict of an optimiser rest on.
  using StateVisitor = std::function<void(const std::string& name, Tensor& state, const Shape& shape, Dtype dtype)>;
  /// A derived class calls f for its own state.
  virtual void visit_state(const StateVisitor& f) = 0;

 protected:
  /// Throws ArgumentError: no parameters, a parameter that is not a leaf or is given twice, a bad learning rate.
  Optimizer(const char* name, Tensors parameters, double lr);
  /// Throws NumericError that names the first gradient element that is NaN or infinite.
  void require_finite_gradients() const;
  /// visit_state for one state per parameter, of the parameter's shape and dtype.
  void visit_listed(const char* what, Tensors& states, const StateVisitor& f);

  Tensors parameters_;

 private:
  const char* name_;
  double lr_;
};

/// What an optimiser remembers, for checkpoints; the tensors share memory with it.
StateDict state_dict(Optimizer& optimizer);
/// Brings it back. Throws FormatError that lists what is unknown or of wrong shape, before anything has changed.
void load_state_dict(Optimizer& optimizer, const StateDict& state);

}  // namespace yhat
