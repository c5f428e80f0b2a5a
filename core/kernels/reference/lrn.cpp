// SPDX-License-Identifier: MIT
#include "../lrn.h"

#include <cmath>

namespace yhat::kernels::reference {
namespace {

bool in_window(const LrnGeometry& g, std::int64_t c, std::int64_t j) {
  return j >= c - g.size / 2 && j <= c + (g.size - 1) / 2;
}

}  // namespace

template <class T>
void local_response_norm(const LrnGeometry& g, const T* x, T* y, T* scale) {
  const T alpha = static_cast<T>(g.alpha), beta = static_cast<T>(g.beta), k = static_cast<T>(g.k);
  for (std::int64_t n = 0; n < g.n; ++n) {
    for (std::int64_t c = 0; c < g.c; ++c) {
      for (std::int64_t p = 0; p < g.hw; ++p) {
        T squares = 0;
        for (std::int64_t j = 0; j < g.c; ++j) {
          const T xj = x[(n * g.c + j) * g.hw + p];
          if (in_window(g, c, j)) squares += xj * xj;
        }
        const std::int64_t at = (n * g.c + c) * g.hw + p;
        const T s = k + alpha * squares;
        y[at] = x[at] * std::pow(s, -beta);
        if (scale) scale[at] = s;
      }
    }
  }
}

template <class T>
void local_response_norm_grad(const LrnGeometry& g, const T* gy, const T* x, const T* scale, T* gx) {
  const T alpha = static_cast<T>(g.alpha), beta = static_cast<T>(g.beta);
  for (std::int64_t n = 0; n < g.n; ++n) {
    for (std::int64_t i = 0; i < g.c; ++i) {
      for (std::int64_t p = 0; p < g.hw; ++p) {
        T sum = 0;
        for (std::int64_t c = 0; c < g.c; ++c) {
          const std::int64_t at = (n * g.c + c) * g.hw + p;
          if (in_window(g, c, i)) sum += gy[at] * x[at] * std::pow(scale[at], -beta - 1);
        }
        const std::int64_t at = (n * g.c + i) * g.hw + p;
        gx[at] = gy[at] * std::pow(scale[at], -beta) - 2 * alpha * beta * x[at] * sum;
      }
    }
  }
}

template void local_response_norm(const LrnGeometry&, const float*, float*, float*);
template void local_response_norm(const LrnGeometry&, const double*, double*, double*);
template void local_response_norm_grad(const LrnGeometry&, const float*, const float*, const float*, float*);
template void local_response_norm_grad(const LrnGeometry&, const double*, const double*, const double*, double*);

}  // namespace yhat::kernels::reference
