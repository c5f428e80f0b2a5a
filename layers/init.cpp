// SPDX-License-Identifier: MIT
#include "yhat/init.h"

#include <fmt/format.h>

#include <cmath>

#include "core/uniform_in.h"
#include "yhat/error.h"

namespace yhat {
namespace {
template <class F>
void fill(const char* who, Tensor& x, F next) {
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (T& v : x.mutable_data<T>(who)) v = static_cast<T>(next());
  });
}
double root(double numerator, std::int64_t fan) { return std::sqrt(numerator / static_cast<double>(fan)); }
}  // namespace

Fan fan_of(const Shape& weight) {
  if (weight.ndim() < 2) throw ShapeError("fan_of", fmt::format("weight {} (at least 2 axes)", weight));
  std::int64_t kernel = 1;
  for (std::size_t i = 2; i < weight.size(); ++i) kernel *= weight[i];
  return {weight[1] * kernel, weight[0] * kernel};
}

void constant_(Tensor& x, double value) {
  fill("constant_", x, [=] { return value; });
}
void uniform_(Tensor& x, double lo, double hi, Rng& rng) {
  if (!(lo <= hi)) throw ArgumentError("uniform_", fmt::format("limits {} and {} (lo must be <= hi)", lo, hi));
  if (!std::isfinite(hi - lo))
    throw ArgumentError("uniform_", fmt::format("limits {} and {} (finite hi - lo)", lo, hi));
  fill("uniform_", x, [&] { return uniform_in(rng, lo, hi, x.dtype()); });
}
void normal_(Tensor& x, double mean, double std, Rng& rng) {
  if (!(std >= 0)) throw ArgumentError("normal_", fmt::format("std {} (must be >= 0)", std));
  fill("normal_", x, [&] { return mean + std * rng.normal(); });
}

void kaiming_uniform_(Tensor& w, Rng& rng) {
  const double bound = root(6, fan_of(w.shape()).in);
  uniform_(w, -bound, bound, rng);
}
void kaiming_normal_(Tensor& w, Rng& rng) { normal_(w, 0, root(2, fan_of(w.shape()).in), rng); }

void xavier_uniform_(Tensor& w, Rng& rng) {
  const Fan fan = fan_of(w.shape());
  const double bound = root(6, fan.in + fan.out);
  uniform_(w, -bound, bound, rng);
}
void xavier_normal_(Tensor& w, Rng& rng) {
  const Fan fan = fan_of(w.shape());
  normal_(w, 0, root(2, fan.in + fan.out), rng);
}

}  // namespace yhat
