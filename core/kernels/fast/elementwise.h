// SPDX-License-Identifier: MIT
#pragma once
#include "../elementwise.h"
#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// Registers of a and b -> registers of y, four at a time: arrays that lie in the caches come faster than a loop of one
// register asks for them, most of all where two threads share a core.
template <class T, class F>
inline void combine(int64_t n, const T* a, const T* b, T* y, F f) {
  constexpr int at_once = 4;
  int64_t i = 0;
  for (; i + at_once * lanes<T> <= n; i += at_once * lanes<T>) {
    Vec<T> result[at_once];
    YHAT_UNROLL for (int j = 0; j < at_once; ++j) result[j] = f(load(a + i + j * lanes<T>), load(b + i + j * lanes<T>));
    YHAT_UNROLL for (int j = 0; j < at_once; ++j) store(y + i + j * lanes<T>, result[j]);
  }
  for (; i < n; ++i) y[i] = f(a[i], b[i]);
}

template <class T>
void arithmetic(Arithmetic op, int64_t n, const T* a, const T* b, T* y) {
  switch (op) {
    case Arithmetic::add:
      return combine(n, a, b, y, [](auto u, auto v) { return u + v; });
    case Arithmetic::sub:
      return combine(n, a, b, y, [](auto u, auto v) { return u - v; });
    case Arithmetic::mul:
      return combine(n, a, b, y, [](auto u, auto v) { return u * v; });
    case Arithmetic::div:
      return combine(n, a, b, y, [](auto u, auto v) { return u / v; });
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
