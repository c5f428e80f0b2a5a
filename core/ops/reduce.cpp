// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "../kernels/reduce.h"
#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/elementwise.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {
namespace {

// A reduction seen as x (outer, n, inner) -> y (outer, inner). Axes that are reduced together but do not stand side by
// side are brought together by a permutation first.
struct Reduction {
  Shape kept, kept_with_ones;  // the result's shape without and with keepdim
  std::int64_t outer = 1, n = 1, inner = 1;
  std::vector<std::int64_t> order;  // empty: no permutation needed

  Reduction(const Shape& shape, const std::vector<bool>& reduced) {
    std::vector<std::int64_t> kept_sizes;
    std::vector<std::int64_t> with_ones;
    std::vector<std::int64_t> gone;
    int runs = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      with_ones.push_back(reduced[i] ? 1 : shape[i]);
      if (reduced[i]) {
        n *= shape[i];
        gone.push_back(static_cast<std::int64_t>(i));
        if (i == 0 || !reduced[i - 1]) ++runs;
      } else {
        kept_sizes.push_back(shape[i]);
        order.push_back(static_cast<std::int64_t>(i));
        (runs == 0 ? outer : inner) *= shape[i];
      }
    }
    kept = Shape(kept_sizes);
    kept_with_ones = Shape(with_ones);
    if (runs > 1) {
      order.insert(order.end(), gone.begin(), gone.end());
      outer *= inner;
      inner = 1;
    } else {
      order.clear();
    }
  }
};

// Runs `kernel(outer, n, inner, x, y)` over the reduced axes.
template <class Kernel>
Tensor reduce(const Tensor& x, const Reduction& r, Kernel kernel) {
  const NoGrad values_only;
  const Tensor source = r.order.empty() ? x : permute(x, r.order);
  Tensor y = empty(r.kept_with_ones, x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernel(r.outer, r.n, r.inner, source.data<T>().data(), y.mutable_data<T>().data());
  });
  return y;
}

Tensor with_shape(const Tensor& y, const Shape& shape) { return share(y.impl()->buffer, shape, y.dtype()); }

template <class T>
void max_axis(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* x, T* y) {
  for (std::int64_t o = 0; o < outer; ++o, x += n * inner, y += inner) {
    for (std::int64_t i = 0; i < inner; ++i) y[i] = x[i];
    for (std::int64_t j = 1; j < n; ++j) {
      for (std::int64_t i = 0; i < inner; ++i) {
        const T v = x[j * inner + i];
        if (v > y[i] || std::isnan(v)) y[i] = v;
      }
    }
  }
}

Tensor max_value(const Tensor& x, const Reduction& r) {
  return reduce(
      x, r, [](auto outer, auto n, auto inner, const auto* from, auto* to) { max_axis(outer, n, inner, from, to); });
}

}  // namespace

namespace detail {
Tensor sum_value(const Tensor& x, const std::vector<bool>& reduced) {
  // Axes that do not stand side by side, such as batch, height and width for a bias, are summed group by group, the
  // last group first: nothing is copied, and what is left is small.
  const auto group = std::find(reduced.rbegin(), reduced.rend(), true);
  const auto gap = std::find(group, reduced.rend(), false);
  if (std::find(gap, reduced.rend(), true) != reduced.rend()) {
    const auto first = reduced.rend() - gap;  // axis of the last group
    std::vector<bool> last = reduced;
    std::fill(last.begin(), last.begin() + first, false);
    std::vector<bool> others = reduced;
    std::fill(others.begin() + first, others.end(), false);
    return sum_value(sum_value(x, last), others);
  }
  return reduce(x, Reduction(x.shape(), reduced), [](auto outer, auto n, auto inner, const auto* from, auto* to) {
    if (outer == 1 && inner == 1) {
      *to = kernels::sum(n, from);
    } else {
      kernels::sum_axis(outer, n, inner, from, to);
    }
  });
}
}  // namespace detail

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) {
  const std::vector<bool> reduced = axes.mask("sum", x.shape());
  const Reduction r(x.shape(), reduced);
  Tensor y = with_shape(detail::sum_value(x, reduced), keepdim ? r.kept_with_ones : r.kept);
  return record("sum", std::move(y), edge(x, [r, from = x.shape()](const Tensor& g) {
                  return broadcast_to(reshape(g, r.kept_with_ones), from);
                }));
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) {
  const std::vector<bool> reduced = axes.mask("mean", x.shape());
  const Reduction r(x.shape(), reduced);
  const double n = static_cast<double>(r.n);
  Tensor y;
  {
    const NoGrad values_only;
    y = with_shape(detail::sum_value(x, reduced) / n, keepdim ? r.kept_with_ones : r.kept);
  }
  return record("mean", std::move(y), edge(x, [r, n, from = x.shape()](const Tensor& g) {
                  return broadcast_to(reshape(g / n, r.kept_with_ones), from);
                }));
}

namespace {
// 1 / (number of maxima) at each maximum, 0 elsewhere; where the maximum is NaN, the NaNs are the maxima.
Tensor share_of_max(const Tensor& x, const Tensor& y, const std::vector<bool>& reduced) {
  const NoGrad values_only;
  const Tensor is_max =
      zip(x, y, [](auto u, auto v) { return decltype(u)(u == v || (std::isnan(u) && std::isnan(v)) ? 1 : 0); });
  return is_max / detail::sum_value(is_max, reduced);
}
}  // namespace

Tensor max(const Tensor& x, const Axes& axes, bool keepdim) {
  const std::vector<bool> reduced = axes.mask("max", x.shape());
  const Reduction r(x.shape(), reduced);
  if (r.n == 0) {
    throw ArgumentError("max", fmt::format("{} is empty (at least one element per result)", x.shape()));
  }
  Tensor y = with_shape(max_value(x, r), keepdim ? r.kept_with_ones : r.kept);
  return record("max", std::move(y), edge(x, [r, x, reduced](const Tensor& g, const Tensor& top) {
                  const Shape& ones = r.kept_with_ones;
                  return reshape(g, ones) * share_of_max(x, with_shape(top, ones), reduced);
                }));
}

Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim) {
  const std::vector<bool> reduced = axes.mask("logsumexp", x.shape());
  const Reduction r(x.shape(), reduced);
  Tensor y;
  {
    const NoGrad values_only;
    if (r.n == 0) {
      y = full(r.kept_with_ones, -std::numeric_limits<double>::infinity(), x.dtype());
    } else {
      const Tensor top = max_value(x, r);
      // An infinite maximum is left out of the difference: inf - inf would be NaN.
      const Tensor shift = map(top, [](auto v) { return std::isinf(v) ? decltype(v)(0) : v; });
      y = log(detail::sum_value(exp(x - shift), reduced)) + shift;
    }
    y = with_shape(y, keepdim ? r.kept_with_ones : r.kept);
  }
  return record("logsumexp", std::move(y), edge(x, [r, x](const Tensor& g, const Tensor& total) {
                  const Shape& ones = r.kept_with_ones;
                  return reshape(g, ones) * exp(x - reshape(total, ones));
                }));
}

namespace {
// The first of the largest, or the first NaN, of n elements that stand `step` apart.
template <class T>
std::int64_t first_max(const T* x, std::int64_t n, std::int64_t step) {
  std::int64_t best = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (std::isnan(x[i * step])) return i;
    if (x[i * step] > x[best * step]) best = i;
  }
  return best;
}
}  // namespace

std::vector<std::int64_t> argmax(const Tensor& x, std::int64_t axis) {
  const std::size_t a = normalise_axis("argmax", axis, x.shape());
  const std::int64_t n = x.shape()[a];
  if (n == 0) throw ArgumentError("argmax", fmt::format("{} is empty (at least one element per result)", x.shape()));
  const std::int64_t inner = strides_of(x.shape())[a];
  std::vector<std::int64_t> best;
  dispatch(x.dtype(), [&](auto zero) {
    const auto* p = x.data<decltype(zero)>().data();
    for (std::int64_t outer = 0; outer < x.size() / n; outer += inner) {
      for (std::int64_t i = 0; i < inner; ++i) best.push_back(first_max(p + outer * n + i, n, inner));
    }
  });
  return best;
}

std::int64_t argmax(const Tensor& x) {
  if (x.size() == 0) {
    throw ArgumentError("argmax", fmt::format("{} is empty (at least one element per result)", x.shape()));
  }
  return dispatch(x.dtype(), [&](auto zero) { return first_max(x.data<decltype(zero)>().data(), x.size(), 1); });
}

}  // namespace yhat
