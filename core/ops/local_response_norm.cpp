// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "../kernels/lrn.h"
#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {
namespace {

kernels::LrnGeometry geometry(const Shape& x, const LocalResponseNormSpec& spec) {
  const std::int64_t n = x[0];
  const std::int64_t c = x[1];
  std::int64_t hw = 1;
  for (std::size_t i = 2; i < x.size(); ++i) hw *= x[i];
  return {n, c, hw, spec.size, spec.alpha, spec.beta, spec.k};
}

// y_c = sum of x_j over the channels c - before .. c + after. Linear; its adjoint looks the other way.
Tensor channel_window_sum(const Tensor& x, std::int64_t before, std::int64_t after) {
  const kernels::LrnGeometry geo = geometry(x.shape(), {});
  Tensor y = zeros(x.shape(), x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = x.data<T>().data();
    T* to = y.mutable_data<T>().data();
    for (std::int64_t n = 0; n < geo.n; ++n, from += geo.c * geo.hw, to += geo.c * geo.hw) {
      for (std::int64_t c = 0; c < geo.c; ++c) {
        for (std::int64_t j = std::max<std::int64_t>(0, c - before); j <= std::min(geo.c - 1, c + after); ++j) {
          for (std::int64_t i = 0; i < geo.hw; ++i) to[c * geo.hw + i] += from[j * geo.hw + i];
        }
      }
    }
  });
  return record("channel_window_sum", std::move(y),
                edge(x, [before, after](const Tensor& g) { return channel_window_sum(g, after, before); }));
}

// The gradient spelled out in differentiable ops; the kernel below computes the same in one pass.
// dx_i = g_i S_i^-beta - 2 alpha beta x_i sum of g_c x_c S_c^(-beta-1) over the channels c whose window holds i
Tensor composed_grad(const Tensor& g, const Tensor& x, const LocalResponseNormSpec& spec) {
  const std::int64_t before = spec.size / 2;
  const std::int64_t after = (spec.size - 1) / 2;
  const Tensor s = spec.k + spec.alpha * channel_window_sum(x * x, before, after);
  const Tensor cross = channel_window_sum(g * x * pow(s, -spec.beta - 1), after, before);
  return g * pow(s, -spec.beta) - (2 * spec.alpha * spec.beta) * x * cross;
}

}  // namespace

Tensor local_response_norm(const Tensor& x, const LocalResponseNormSpec& spec) {
  if (x.ndim() < 2) {
    throw ShapeError("local_response_norm", fmt::format("input {} (at least 2 axes, [N, C, ...])", x.shape()));
  }
  if (spec.size < 1) throw ArgumentError("local_response_norm", fmt::format("size {} (must be >= 1)", spec.size));
  const kernels::LrnGeometry geo = geometry(x.shape(), spec);
  Tensor y = empty(x.shape(), x.dtype());
  const bool keep_scale = grad_enabled() && x.requires_grad();
  Tensor scale = keep_scale ? empty(x.shape(), x.dtype()) : Tensor();
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::local_response_norm(geo, x.data<T>().data(), y.mutable_data<T>().data(),
                                 keep_scale ? scale.mutable_data<T>().data() : nullptr);
  });
  return record("local_response_norm", std::move(y),
                edge(x,
                     [x, scale, spec, geo](const Tensor& g) {
                       if (grad_enabled()) return composed_grad(g, x, spec);
                       Tensor gx = empty(x.shape(), x.dtype());
                       dispatch(x.dtype(), [&](auto zero) {
                         using T = decltype(zero);
                         kernels::local_response_norm_grad(geo, g.data<T>().data(), x.data<T>().data(),
                                                           scale.data<T>().data(), gx.mutable_data<T>().data());
                       });
                       return gx;
                     }),
                attribute("size", spec.size), attribute("alpha", spec.alpha), attribute("beta", spec.beta),
                attribute("k", spec.k));
}

}  // namespace yhat
