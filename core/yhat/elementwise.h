// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "yhat/parallel.h"
#include "yhat/tensor.h"

/// Loops for ops that work element by element. They compute values only; `record` adds the gradient.
namespace yhat {

namespace detail {

void require_same_dtype(const char* op, const Tensor& a, const Tensor& b);

// Below this many elements a second thread costs more than it gains.
inline constexpr std::int64_t elementwise_grain = 1 << 15;

/// The sum over the flagged axes, each left with size 1, as a value without gradient.
Tensor sum_value(const Tensor& x, const std::vector<bool>& reduced);

/// How two operands are walked to make a result: sizes, outermost first, and each operand's steps (0: broadcast).
struct ZipPlan {
  Shape result;
  std::vector<std::int64_t> sizes, step_a, step_b;
};
/// x repeated to `shape`, as a value without gradient; x itself if it has that shape.
Tensor broadcast_value(const Tensor& x, const Shape& shape);

/// Neighbouring axes that both operands walk alike are merged, so that most cases are one long inner loop.
ZipPlan plan_zip(const char* op, const Shape& a, const Shape& b);

template <class T, class F>
void zip_rows(const ZipPlan& plan, const T* a, const T* b, T* y, F f) {
  const std::size_t last = plan.sizes.size() - 1;
  const std::int64_t n = plan.sizes[last];
  const std::int64_t sa = plan.step_a[last];
  const std::int64_t sb = plan.step_b[last];
  std::vector<std::int64_t> index(last, 0);
  const std::int64_t rows = n == 0 ? 0 : plan.result.numel() / n;
  for (std::int64_t row = 0; row < rows; ++row, y += n) {
    if (sa == 1 && sb == 1) {
      for (std::int64_t i = 0; i < n; ++i) y[i] = f(a[i], b[i]);
    } else if (sb == 0 && sa == 1) {
      for (std::int64_t i = 0; i < n; ++i) y[i] = f(a[i], *b);
    } else if (sa == 0 && sb == 1) {
      for (std::int64_t i = 0; i < n; ++i) y[i] = f(*a, b[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) y[i] = f(a[i * sa], b[i * sb]);
    }
    for (std::size_t axis = last; axis-- > 0;) {  // the next row, like an odometer
      a += plan.step_a[axis];
      b += plan.step_b[axis];
      if (++index[axis] < plan.sizes[axis]) break;
      a -= plan.step_a[axis] * plan.sizes[axis];
      b -= plan.step_b[axis] * plan.sizes[axis];
      index[axis] = 0;
    }
  }
}

template <class F>
Tensor zip_broadcast(const char* op, const Tensor& a, const Tensor& b, F f) {
  const ZipPlan plan = plan_zip(op, a.shape(), b.shape());
  Tensor y = empty(plan.result, a.dtype());
  dispatch(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    zip_rows(plan, a.data<T>().data(), b.data<T>().data(), y.mutable_data<T>().data(),
             [f](T u, T v) { return static_cast<T>(f(u, v)); });
  });
  return y;
}

/// zip: tensors of one shape go through `block`(n, a, b, y), in parallel; f is for those that are broadcast.
template <class F, class Block>
Tensor zip_blocks(const char* op, const Tensor& a, const Tensor& b, F f, Block block) {
  detail::require_same_dtype(op, a, b);
  if (a.shape() != b.shape()) return zip_broadcast(op, a, b, f);
  Tensor y = empty(a.shape(), a.dtype());
  dispatch(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* pa = a.data<T>().data();
    const T* pb = b.data<T>().data();
    T* to = y.mutable_data<T>().data();
    parallel_for(y.size(), elementwise_grain,
                 [=](std::int64_t begin, std::int64_t end) { block(end - begin, pa + begin, pb + begin, to + begin); });
  });
  return y;
}

}  // namespace detail

/// y[i] = f(x[i]), shape and dtype of x. `f` is generic: it is called with float or double, from several threads.
template <class F>
Tensor map(const Tensor& x, F f) {
  Tensor y = empty(x.shape(), x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = x.data<T>().data();
    T* to = y.mutable_data<T>().data();
    parallel_for(x.size(), detail::elementwise_grain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] = static_cast<T>(f(from[i]));
    });
  });
  return y;
}

/// y[i] = f(a[i], b[i]) with broadcasting. Throws ShapeError (shapes that do not broadcast) or ArgumentError (two
/// dtypes), naming `op`.
template <class F>
Tensor zip(const char* op, const Tensor& a, const Tensor& b, F f) {
  return detail::zip_blocks(op, a, b, f, [f](std::int64_t n, const auto* u, const auto* v, auto* y) {
    using T = std::remove_pointer_t<decltype(y)>;
    for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(f(u[i], v[i]));
  });
}
/// The same under the name "zip".
template <class F>
Tensor zip(const Tensor& a, const Tensor& b, F f) {
  return zip("zip", a, b, f);
}
/// The same for the four operations of arithmetic, by kernels that are compiled for each instruction set.
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::plus<> f);
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::minus<> f);
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::multiplies<> f);
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::divides<> f);

}  // namespace yhat
