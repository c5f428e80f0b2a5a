// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

/// Matrix product of row-major, contiguous matrices: c = op(a) op(b), or c += op(a) op(b) if accumulate.
/// op(a) is (m, k): a is stored as (m, k), or as (k, m) if transpose_a. op(b) is (k, n): stored as (k, n), or as (n, k)
/// if transpose_b. c is (m, n) and overlaps neither. k = 0 gives zeros. T is float or double.
template <class T>
void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b,
          T* c, bool accumulate = false);

namespace reference {
template <class T>
void gemm(bool transpose_a, bool transpose_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* a, const T* b,
          T* c, bool accumulate = false);
}

}  // namespace yhat::kernels
