// SPDX-License-Identifier: MIT
#include "yhat/adam.h"

#include "check.h"

namespace yhat {

Adam::Adam(const char* name, Tensors parameters, const AdamOptions& o, bool decoupled)
    : Optimizer(name, std::move(parameters), o.lr),
      options_(o),
      decoupled_(decoupled),
      mean_(parameters_.size()),
      square_(parameters_.size()),
      steps_(parameters_.size()) {
  optim::require_beta(name, "beta1", o.beta1);
  optim::require_beta(name, "beta2", o.beta2);
  optim::require_not_negative(name, "eps", o.eps);
  optim::require_not_negative(name, "weight_decay", o.weight_decay);
}

Adam::Adam(Tensors parameters, const AdamOptions& o) : Adam("Adam", std::move(parameters), o, false) {}

AdamW::AdamW(Tensors parameters, const AdamWOptions& o)
    : Adam("AdamW", std::move(parameters), {o.lr, o.beta1, o.beta2, o.eps, o.weight_decay, o.check_finite}, true) {}

void Adam::step() {
  if (options_.check_finite) require_finite_gradients();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Tensor& p = parameters_[i];
    if (!p.has_grad()) continue;
    const optim::Announce announce(p, decoupled_ ? "adamw" : "adam");
    optim::prepare(mean_[i], p);
    optim::prepare(square_[i], p);
    const double t = steps_[i].defined() ? steps_[i].item() + 1 : 1;
    steps_[i] = full({}, t, Dtype::f64);
    dispatch(p.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto b1 = static_cast<T>(options_.beta1);
      const auto b2 = static_cast<T>(options_.beta2);
      const auto fresh1 = static_cast<T>(1 - options_.beta1);
      const auto fresh2 = static_cast<T>(1 - options_.beta2);
      // Both means start at 0, so the first ones are too small by a known factor.
      const auto step_size = static_cast<T>(lr() / (1 - std::pow(options_.beta1, t)));
      const auto root = static_cast<T>(std::sqrt(1 - std::pow(options_.beta2, t)));
      const auto eps = static_cast<T>(options_.eps);
      const auto decay = static_cast<T>(decoupled_ ? 0 : options_.weight_decay);
      const auto shrink = static_cast<T>(decoupled_ ? 1 - lr() * options_.weight_decay : 1);
      const T* gradient = p.grad().template data<T>().data();
      T* w = p.mutable_data<T>(name()).data();
      T* m = mean_[i].mutable_data<T>(name()).data();
      T* v = square_[i].mutable_data<T>(name()).data();
      parallel_for(p.size(), detail::elementwise_grain, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
          const T g = gradient[j] + decay * w[j];
          m[j] = b1 * m[j] + fresh1 * g;
          v[j] = b2 * v[j] + fresh2 * g * g;
          w[j] = shrink * w[j] - step_size * m[j] / (std::sqrt(v[j]) / root + eps);
        }
      });
    });
    announce(std::array{attribute("lr", lr()), attribute("betas", options_.beta1, options_.beta2), attribute("t", t)});
  }
}

void Adam::visit_state(const StateVisitor& f) {
  visit_listed("mean", mean_, f);
  visit_listed("square", square_, f);
  for (std::size_t i = 0; i < steps_.size(); ++i) f("steps." + std::to_string(i), steps_[i], {}, Dtype::f64);
}

}  // namespace yhat
