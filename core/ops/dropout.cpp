// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "../yhat/autograd.h"
#include "../yhat/elementwise.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {
namespace {
// 0 with probability p, else 1/(1-p)
Tensor dropout_mask(const Tensor& x, double p, Rng& rng) {
  if (p == 0) return ones_like(x);
  if (p == 1) return zeros_like(x);
  Tensor mask = empty(x.shape(), x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (T& m : mask.mutable_data<T>()) m = static_cast<T>(rng.uniform() < p ? 0 : 1 / (1 - p));
  });
  return mask;
}
}  // namespace

Tensor dropout(const Tensor& x, double p, Rng& rng) {
  if (!(p >= 0 && p <= 1)) throw ArgumentError("dropout", fmt::format("p {} (must be in [0, 1])", p));
  const Tensor mask = dropout_mask(x, p, rng);
  Tensor y = p == 1 ? zeros_like(x) : zip(x, mask, [](auto v, auto m) { return v * m; });
  return record("dropout", std::move(y), edge(x, [mask](const Tensor& g) { return g * mask; }), attribute("p", p));
}

}  // namespace yhat
