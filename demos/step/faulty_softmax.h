// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/autograd.h"
#include "yhat/observer.h"
#include "yhat/ops.h"

/// Two mistakes that people make in the gradient of softmax. Values are right.
namespace yhat::step {

/// What f() returns, computed while nobody watches: values that the library makes for an op which is somebody else's.
template <class F>
Tensor unobserved(F f) {
  Observer nobody;
  const Observe off(nobody);
  return f();
}

/// Only the diagonal of the Jacobian: p (1 - p). Missing are the cross terms -p_i p_k.
inline Tensor softmax_diagonal_only(const Tensor& z, std::int64_t axis) {
  return record("softmax", unobserved([&] { return softmax(z.detach(), axis); }),
                edge(z, [](const Tensor& g, const Tensor& p) { return g * p * (1 - p); }), attribute("axis", axis));
}

/// The Jacobian is skipped: what comes from upstream is handed on to z as it came.
inline Tensor softmax_without_jacobian(const Tensor& z, std::int64_t axis) {
  return record("softmax", unobserved([&] { return softmax(z.detach(), axis); }),
                edge(z, [](const Tensor& g) { return g; }), attribute("axis", axis));
}

}  // namespace yhat::step
