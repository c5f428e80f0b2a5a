// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "yhat/elementwise.h"
#include "yhat/error.h"
#include "yhat/observer.h"
#include "yhat/tensor.h"

namespace yhat::optim {

inline void require_not_negative(const char* op, const char* what, double value) {
  if (!(std::isfinite(value) && value >= 0)) {
    throw ArgumentError(op, fmt::format("{} {} (must be finite and >= 0)", what, value));
  }
}
inline void require_beta(const char* op, const char* what, double value) {
  if (!(value >= 0 && value < 1)) throw ArgumentError(op, fmt::format("{} {} (must be in [0, 1))", what, value));
}

/// A state tensor ready for a step: zeros if there is none yet, in the parameter's dtype. True if it was made.
inline bool prepare(Tensor& state, const Tensor& parameter) {
  if (!state.defined()) {
    state = zeros(parameter.shape(), parameter.dtype());
    return true;
  }
  state = state.to(parameter.dtype());
  return false;
}

/// Tells the observer, if there is one, of an update. Made before the update, it keeps the old value.
class Announce {
 public:
  Announce(const Tensor& parameter, const char* rule) : parameter_(parameter), rule_(rule) {
    if (!current_observer()) return;
    before_ = empty(parameter.shape(), parameter.dtype());
    dispatch(parameter.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto from = parameter.data<T>();
      std::copy(from.begin(), from.end(), before_.mutable_data<T>().begin());
    });
  }
  void operator()(std::span<const Attribute> settings) const {
    if (Observer* observer = current_observer()) observer->update({parameter_, rule_, settings, before_});
  }

 private:
  const Tensor& parameter_;
  const char* rule_;
  Tensor before_;
};

}  // namespace yhat::optim
