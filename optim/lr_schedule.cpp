// SPDX-License-Identifier: MIT
#include "yhat/lr_schedule.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "check.h"

namespace yhat {
namespace {
void require_count(const char* op, const char* what, std::int64_t n) {
  if (n < 1) throw ArgumentError(op, fmt::format("{} {} (must be >= 1)", what, n));
}
double power(double gamma, std::int64_t n) { return std::pow(gamma, static_cast<double>(n)); }
}  // namespace

void LRSchedule::set_steps(std::int64_t t) {
  if (t < 0) throw ArgumentError("LRSchedule", fmt::format("steps {} (must be >= 0)", t));
  optimizer_.set_lr(lr_at(t));
  steps_ = t;
}

StepLR::StepLR(Optimizer& optimizer, const StepLROptions& o) : LRSchedule(optimizer), options_(o) {
  require_count("StepLR", "step_size", o.step_size);
  optim::require_not_negative("StepLR", "gamma", o.gamma);
}
double StepLR::lr_at(std::int64_t t) const { return base() * power(options_.gamma, t / options_.step_size); }

MultiStepLR::MultiStepLR(Optimizer& optimizer, const MultiStepLROptions& o) : LRSchedule(optimizer), options_(o) {
  optim::require_not_negative("MultiStepLR", "gamma", o.gamma);
}
double MultiStepLR::lr_at(std::int64_t t) const {
  std::int64_t passed = 0;
  for (std::int64_t milestone : options_.milestones) passed += milestone <= t;
  return base() * power(options_.gamma, passed);
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, const ExponentialLROptions& o) : LRSchedule(optimizer), options_(o) {
  optim::require_not_negative("ExponentialLR", "gamma", o.gamma);
}
double ExponentialLR::lr_at(std::int64_t t) const { return base() * power(options_.gamma, t); }

CosineLR::CosineLR(Optimizer& optimizer, const CosineLROptions& o) : LRSchedule(optimizer), options_(o) {
  require_count("CosineLR", "period", o.period);
  optim::require_not_negative("CosineLR", "min", o.min);
}
double CosineLR::lr_at(std::int64_t t) const {
  const double angle = std::numbers::pi * static_cast<double>(t) / static_cast<double>(options_.period);
  return options_.min + (base() - options_.min) * (1 + std::cos(angle)) / 2;
}

}  // namespace yhat
