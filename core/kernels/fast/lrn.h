// SPDX-License-Identifier: MIT
#pragma once
#include <math.h>

#include "../lrn.h"
#include "parallel.h"
#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

inline float square_root(float x) { return ::sqrtf(x); }
inline double square_root(double x) { return ::sqrt(x); }
inline float power(float x, float y) { return ::powf(x, y); }
inline double power(double x, double y) { return ::pow(x, y); }

// p = s^-beta. The paper's 0.75 takes two square roots, which processors have; a power takes a hundred times as long.
template <class T>
void inverse_power(int64_t n, T beta, const T* __restrict s, T* __restrict p) {
  if (beta == T(0.75)) {
    for (int64_t i = 0; i < n; ++i) {
      const T root = square_root(s[i]);
      p[i] = 1 / (root * square_root(root));
    }
  } else if (beta == T(0.5)) {
    for (int64_t i = 0; i < n; ++i) p[i] = 1 / square_root(s[i]);
  } else if (beta == T(1)) {
    for (int64_t i = 0; i < n; ++i) p[i] = 1 / s[i];
  } else {
    for (int64_t i = 0; i < n; ++i) p[i] = power(s[i], -beta);
  }
}

// Calls f(offset of channel 0, number of positions, scratch) for pieces of the images small enough for the caches, in
// parallel. The scratch has room for `rows` elements of each position.
template <class T, class F>
void for_each_piece(const LrnGeometry& g, int64_t rows, F f) {
  constexpr int64_t piece = 256;
  const int64_t pieces = ceil_div(g.hw, piece);
  const int64_t grain = max(1, 64 / max(1, g.c)), size = rows * min(piece, g.hw);
  parallel_for_with_scratch<T>(g.n * pieces, grain, size, [&](int64_t begin, int64_t end, T* scratch) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = i % pieces * piece;
      f(i / pieces * g.c * g.hw + at, min(piece, g.hw - at), scratch);
    }
  });
}

template <class T>
void local_response_norm(const LrnGeometry& g, const T* x, T* y, T* scale) {
  const T alpha = static_cast<T>(g.alpha), beta = static_cast<T>(g.beta), k = static_cast<T>(g.k);
  for_each_piece<T>(g, 2, [&](int64_t first, int64_t n, T* s) {
    T* p = s + n;
    for (int64_t c = 0; c < g.c; ++c) {
      const int64_t at = first + c * g.hw;
      for (int64_t i = 0; i < n; ++i) s[i] = 0;
      for (int64_t j = max(0, c - g.size / 2); j <= min(g.c - 1, c + (g.size - 1) / 2); ++j) {
        const T* xj = x + first + j * g.hw;
        for (int64_t i = 0; i < n; ++i) s[i] += xj[i] * xj[i];
      }
      for (int64_t i = 0; i < n; ++i) s[i] = k + alpha * s[i];
      inverse_power(n, beta, s, p);
      for (int64_t i = 0; i < n; ++i) y[at + i] = x[at + i] * p[i];
      for (int64_t i = 0; i < n && scale; ++i) scale[at + i] = s[i];
    }
  });
}

template <class T>
void local_response_norm_grad(const LrnGeometry& g, const T* gy, const T* x, const T* scale, T* gx) {
  const T factor = 2 * static_cast<T>(g.alpha) * static_cast<T>(g.beta);
  for_each_piece<T>(g, 2 * g.c + 1, [&](int64_t first, int64_t n, T* power_of) {  // S_c^-beta
    T* term = power_of + g.c * n;                                                 // gy_c x_c S_c^(-beta - 1)
    T* sum = term + g.c * n;
    for (int64_t c = 0; c < g.c; ++c) {
      const int64_t at = first + c * g.hw;
      T* p = power_of + c * n;
      T* t = term + c * n;
      inverse_power(n, static_cast<T>(g.beta), scale + at, p);
      for (int64_t i = 0; i < n; ++i) t[i] = gy[at + i] * x[at + i] * p[i] / scale[at + i];
    }
    for (int64_t c = 0; c < g.c; ++c) {
      const int64_t at = first + c * g.hw;
      for (int64_t i = 0; i < n; ++i) sum[i] = 0;
      for (int64_t j = max(0, c - (g.size - 1) / 2); j <= min(g.c - 1, c + g.size / 2); ++j) {  // the window, mirrored
        for (int64_t i = 0; i < n; ++i) sum[i] += term[j * n + i];
      }
      for (int64_t i = 0; i < n; ++i) gx[at + i] = gy[at + i] * power_of[c * n + i] - factor * x[at + i] * sum[i];
    }
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
