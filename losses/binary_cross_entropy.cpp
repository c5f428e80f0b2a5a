// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include "reduction.h"
#include "yhat/autograd.h"
#include "yhat/elementwise.h"
#include "yhat/ops.h"

namespace yhat {

// z, t of one shape; L = max(z, 0) - z t + log1p(exp(-|z|)), dL/dz = sigmoid(z) - t: yhat - y again.
Tensor binary_cross_entropy_with_logits(const Tensor& z, const Tensor& t, const LossSpec& spec) {
  const char* op = "binary_cross_entropy_with_logits";
  losses::require_same(op, "logits", z, t);
  losses::require_unit_interval(op, "target", t);
  const auto reduction = spec.reduction;
  const auto n = static_cast<double>(z.size());
  const Tensor values = zip(
      z, t, [](auto v, auto y) { return (v > 0 ? v : decltype(v)(0)) - v * y + std::log1p(std::exp(-std::abs(v))); });
  return record(op, losses::reduce(op, values, reduction),  //
                edge(z, [=](const Tensor& g) { return losses::factor(g, reduction, n) * (sigmoid(z) - t); }),
                edge(t, [=](const Tensor& g) { return losses::factor(g, reduction, n) * -z; }));
}

namespace {
// log(p), at least -100, so that a certain and wrong prediction costs 100 and not infinity.
template <class T>
T bounded_log(T p) {
  const T bound = -100;
  return std::log(p) < bound ? bound : std::log(p);
}
Tensor bounded_log_of(const Tensor& p) { return clamp(log(p), -100, std::numeric_limits<double>::infinity()); }
}  // namespace

Tensor binary_cross_entropy(const Tensor& p, const Tensor& t, const LossSpec& spec) {
  const char* op = "binary_cross_entropy";
  losses::require_same(op, "p", p, t);
  losses::require_unit_interval(op, "p", p);
  losses::require_unit_interval(op, "target", t);
  const auto reduction = spec.reduction;
  const auto n = static_cast<double>(p.size());
  const Tensor values = zip(p, t, [](auto v, auto y) { return -(y * bounded_log(v) + (1 - y) * bounded_log(1 - v)); });
  const auto gradient = [=](const Tensor& g) {
    const Tensor slope = clamp(p * (1 - p), 1e-12, std::numeric_limits<double>::infinity());
    return losses::factor(g, reduction, n) * ((p - t) / slope);
  };
  return record(op, losses::reduce(op, values, reduction),  //
                edge(p, gradient), edge(t, [=](const Tensor& g) {
                  return losses::factor(g, reduction, n) * (bounded_log_of(1 - p) - bounded_log_of(p));
                }));
}

}  // namespace yhat
