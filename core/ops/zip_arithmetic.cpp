// SPDX-License-Identifier: MIT
#include <functional>

#include "../kernels/elementwise.h"
#include "../yhat/elementwise.h"

namespace yhat {
namespace {

template <class F>
Tensor combine(const char* op, const Tensor& a, const Tensor& b, F f, kernels::Arithmetic arithmetic) {
  detail::require_same_dtype(op, a, b);
  if (a.shape() != b.shape()) return detail::zip_broadcast(op, a, b, f);
  Tensor y = empty(a.shape(), a.dtype());
  dispatch(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* pa = a.data<T>().data();
    const T* pb = b.data<T>().data();
    T* to = y.mutable_data<T>().data();
    parallel_for(y.size(), detail::elementwise_grain, [=](std::int64_t begin, std::int64_t end) {
      kernels::arithmetic(arithmetic, end - begin, pa + begin, pb + begin, to + begin);
    });
  });
  return y;
}

}  // namespace

using kernels::Arithmetic;

Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::plus<> f) {
  return combine(op, a, b, f, Arithmetic::add);
}
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::minus<> f) {
  return combine(op, a, b, f, Arithmetic::sub);
}
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::multiplies<> f) {
  return combine(op, a, b, f, Arithmetic::mul);
}
Tensor zip(const char* op, const Tensor& a, const Tensor& b, std::divides<> f) {
  return combine(op, a, b, f, Arithmetic::div);
}

}  // namespace yhat
