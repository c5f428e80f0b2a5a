// SPDX-License-Identifier: MIT
#include "yhat/sgd.h"

#include <fmt/format.h>

#include "check.h"

namespace yhat {

SGD::SGD(Tensors parameters, const SGDOptions& o)
    : Optimizer("SGD", std::move(parameters), o.lr), options_(o), velocity_(parameters_.size()) {
  optim::require_not_negative("SGD", "momentum", o.momentum);
  optim::require_not_negative("SGD", "dampening", o.dampening);
  optim::require_not_negative("SGD", "weight_decay", o.weight_decay);
  if (o.nesterov && (o.momentum <= 0 || o.dampening > 0)) {
    throw ArgumentError("SGD", fmt::format("nesterov requires momentum > 0 and dampening = 0 (got momentum {}, "
                                           "dampening {})",
                                           o.momentum, o.dampening));
  }
  if (o.lr_in_velocity && (o.nesterov || o.dampening > 0)) {
    throw ArgumentError("SGD", fmt::format("lr_in_velocity goes with neither dampening nor nesterov (got dampening {}, "
                                           "nesterov {})",
                                           o.dampening, o.nesterov));
  }
}

void SGD::step() {
  if (options_.check_finite) require_finite_gradients();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Tensor& p = parameters_[i];
    if (!p.has_grad()) continue;
    const optim::Announce announce(p, "sgd");
    const bool has_velocity = options_.momentum > 0 || options_.lr_in_velocity;
    const bool first = has_velocity && optim::prepare(velocity_[i], p);
    dispatch(p.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto lr = static_cast<T>(this->lr());
      const auto mu = static_cast<T>(options_.momentum);
      const auto decay = static_cast<T>(options_.weight_decay);
      const auto fresh = static_cast<T>(first ? 1 : 1 - options_.dampening);
      const bool paper = options_.lr_in_velocity;
      const bool nesterov = options_.nesterov;
      const T* gradient = p.grad().template data<T>().data();
      T* w = p.mutable_data<T>("SGD").data();
      T* velocity = has_velocity ? velocity_[i].mutable_data<T>("SGD").data() : nullptr;
      parallel_for(p.size(), detail::elementwise_grain, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
          const T g = gradient[j] + decay * w[j];
          if (paper) {
            velocity[j] = mu * velocity[j] - lr * g;
            w[j] += velocity[j];
          } else if (velocity) {
            velocity[j] = mu * velocity[j] + fresh * g;
            w[j] -= lr * (nesterov ? g + mu * velocity[j] : velocity[j]);
          } else {
            w[j] -= lr * g;
          }
        }
      });
    });
    announce(std::array{attribute("lr", lr()), attribute("momentum", options_.momentum),
                        attribute("weight_decay", options_.weight_decay)});
  }
}

void SGD::visit_state(const StateVisitor& f) { visit_listed("velocity", velocity_, f); }

}  // namespace yhat
