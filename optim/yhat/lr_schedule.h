// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "yhat/optimizer.h"

namespace yhat {

/// Sets an optimiser's learning rate as a function of the number of steps t, in closed form, so that nothing drifts.
/// The base is the rate that the optimiser has when the schedule is made. The optimiser must outlive the schedule.
class LRSchedule {
 public:
  virtual ~LRSchedule() = default;
  /// The learning rate after t steps.
  virtual double lr_at(std::int64_t t) const = 0;
  /// Counts one step (usually an epoch) and sets the rate.
  void step() { set_steps(steps_ + 1); }
  /// The steps counted so far.
  std::int64_t steps() const { return steps_; }
  /// Goes to step t, as when training is resumed. Throws ArgumentError for t < 0, or if the rate there is not finite or
  /// below 0.
  void set_steps(std::int64_t t);

 protected:
  /// Takes the optimiser's rate as the base.
  explicit LRSchedule(Optimizer& optimizer) : optimizer_(optimizer), base_(optimizer.lr()) {}
  /// That rate.
  double base() const { return base_; }

 private:
  Optimizer& optimizer_;
  double base_;
  std::int64_t steps_ = 0;
};

/// Settings of StepLR.
struct StepLROptions {
  std::int64_t step_size = 1;  ///< >= 1
  double gamma = 0.1;          ///< >= 0
};
/// base gamma^floor(t / step_size)
class StepLR : public LRSchedule {
 public:
  /// Throws ArgumentError for an option outside its range.
  StepLR(Optimizer& optimizer, const StepLROptions& options);
  double lr_at(std::int64_t t) const override;

 private:
  StepLROptions options_;
};

/// Settings of MultiStepLR.
struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  ///< at which the rate falls, in any order
  double gamma = 0.1;                         ///< >= 0
};
/// base gamma^(number of milestones <= t)
class MultiStepLR : public LRSchedule {
 public:
  /// Throws ArgumentError for an option outside its range.
  MultiStepLR(Optimizer& optimizer, const MultiStepLROptions& options);
  double lr_at(std::int64_t t) const override;

 private:
  MultiStepLROptions options_;
};

/// Settings of ExponentialLR.
struct ExponentialLROptions {
  double gamma = 0.9;  ///< >= 0
};
/// base gamma^t
class ExponentialLR : public LRSchedule {
 public:
  /// Throws ArgumentError for an option outside its range.
  ExponentialLR(Optimizer& optimizer, const ExponentialLROptions& options);
  double lr_at(std::int64_t t) const override;

 private:
  ExponentialLROptions options_;
};

/// Settings of CosineLR.
struct CosineLROptions {
  std::int64_t period = 1;  ///< T >= 1
  double min = 0;           ///< reached at t = T, >= 0
};
/// min + (base - min) (1 + cos(pi t / T)) / 2, which rises again after T (Loshchilov and Hutter 2017, without restarts)
class CosineLR : public LRSchedule {
 public:
  /// Throws ArgumentError for an option outside its range.
  CosineLR(Optimizer& optimizer, const CosineLROptions& options);
  double lr_at(std::int64_t t) const override;

 private:
  CosineLROptions options_;
};

}  // namespace yhat
