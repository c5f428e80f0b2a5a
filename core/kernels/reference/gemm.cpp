// SPDX-License-Identifier: MIT
#include "../gemm.h"

namespace yhat::kernels::reference {

template <class T>
void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b,
          T* c, bool accumulate) {
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      T sum = 0;
      for (std::int64_t p = 0; p < k; ++p) {
        const T left = transpose_a ? a[p * m + i] : a[i * k + p];
        const T right = transpose_b ? b[j * k + p] : b[p * n + j];
        sum += left * right;
      }
      c[i * n + j] = accumulate ? c[i * n + j] + sum : sum;
    }
  }
}

template void gemm(bool, bool, std::int64_t, std::int64_t, std::int64_t, const float*, const float*, float*, bool);
template void gemm(bool, bool, std::int64_t, std::int64_t, std::int64_t, const double*, const double*, double*, bool);

}  // namespace yhat::kernels::reference
