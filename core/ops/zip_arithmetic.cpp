// SPDX-License-Identifier: MIT
#include <functional>

#include "../kernels/elementwise.h"
#include "../yhat/elementwise.h"

namespace yhat {
namespace {

template <class F>
Tensor combine(const char* op, const Tensor& a, const Tensor& b, F f, kernels::Arithmetic arithmetic) {
  return detail::zip_blocks(op, a, b, f, [arithmetic](std::int64_t n, const auto* u, const auto* v, auto* y) {
    kernels::arithmetic(arithmetic, n, u, v, y);
  });
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
