// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "../kernels/gemm.h"
#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {

// op(a) (m,k) x op(b) (k,n) -> y (m,n). Each gradient is again a product, of g and the other operand.
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  require_same_dtype("matmul", a, b);
  if (a.ndim() != 2 || b.ndim() != 2) {
    throw ShapeError("matmul", fmt::format("{} x {} (two matrices); hint: reshape", a.shape(), b.shape()));
  }
  const std::int64_t m = a.shape()[transpose_a ? 1 : 0];
  const std::int64_t k = a.shape()[transpose_a ? 0 : 1];
  const std::int64_t kb = b.shape()[transpose_b ? 1 : 0];
  const std::int64_t n = b.shape()[transpose_b ? 0 : 1];
  if (k != kb) {
    throw ShapeError("matmul", fmt::format("{}{} x {}{}, inner sizes {} != {} (must be equal)", a.shape(),
                                           transpose_a ? "^T" : "", b.shape(), transpose_b ? "^T" : "", k, kb));
  }
  Tensor y = empty({m, n}, a.dtype());
  dispatch(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::gemm(transpose_a, transpose_b, m, n, k, a.data<T>().data(), b.data<T>().data(),
                  y.mutable_data<T>().data());
  });
  return record("matmul", std::move(y),
                edge(a,
                     [b, transpose_a, transpose_b](const Tensor& g) {
                       return transpose_a ? matmul(b, g, transpose_b, true) : matmul(g, b, false, !transpose_b);
                     }),
                edge(b,
                     [a, transpose_a, transpose_b](const Tensor& g) {
                       return transpose_b ? matmul(g, a, true, transpose_a) : matmul(a, g, !transpose_a, false);
                     }),
                attribute("transposed", transpose_a, transpose_b));
}

// x (N,in), weight (out,in), bias (out) -> y (N,out)
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  require_same_dtype("linear", x, weight);
  if (weight.ndim() != 2) throw ShapeError("linear", fmt::format("weight {} (out, in)", weight.shape()));
  const std::int64_t out = weight.shape()[0];
  const std::int64_t in = weight.shape()[1];
  if (x.ndim() != 2) {
    throw ShapeError("linear", fmt::format("input {} (a batch of rows, [N, {}]); hint: flatten(x, 1)", x.shape(), in));
  }
  if (x.shape()[1] != in) {
    throw ShapeError("linear", fmt::format("input {} has {} features, weight {} takes {} (must be equal)", x.shape(),
                                           x.shape()[1], weight.shape(), in));
  }
  if (bias.defined()) {
    require_same_dtype("linear", x, bias);
    if (bias.shape() != Shape{out}) {
      throw ShapeError("linear", fmt::format("bias {} (expected [{}], one per output)", bias.shape(), out));
    }
  }
  const std::int64_t rows = x.shape()[0];
  Tensor y = empty({rows, out}, x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* to = y.mutable_data<T>().data();
    if (bias.defined()) {
      const T* b = bias.data<T>().data();
      for (std::int64_t row = 0; row < rows; ++row) std::copy(b, b + out, to + row * out);
    }
    kernels::gemm(false, true, rows, out, in, x.data<T>().data(), weight.data<T>().data(), to, bias.defined());
  });
  return record("linear", std::move(y), edge(x, [weight](const Tensor& g) { return matmul(g, weight); }),
                edge(weight, [x](const Tensor& g) { return matmul(g, x, true, false); }),
                bias.defined() ? edge(bias, [](const Tensor& g) { return sum(g, 0); }) : Edge{});
}

Tensor linear(const Tensor& x, const Tensor& weight) { return linear(x, weight, Tensor()); }

}  // namespace yhat
