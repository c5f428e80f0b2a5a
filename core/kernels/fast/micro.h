// SPDX-License-Identifier: MIT
#pragma once
#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// The tile of the output that is computed at once: as large as the registers hold, since each value loaded is then used
// tile-width or tile-height times. 16 registers hold 6 x 2 sums, 2 of b and 1 of a; 32 registers hold 14 x 2.
inline constexpr int tile_rows = YHAT_TILE_ROWS;
template <class T>
inline constexpr int tile_cols = 2 * lanes<T>;

// The heart of every matrix product and convolution: c[i][j] (+)= sum over p of a[p][i] * b[row[p]][j], for R rows i
// and C registers of columns j. Where a is packed, the R values of step p stand side by side; else row i lies at a +
// i * lda. Row p of b starts at b + row[p]. To the sums is added c (if accumulate) or bias[i] (if there is one): at the
// end, since a short sum that starts at 0 is rounded less than one that goes on from a large value.
template <class T, int R, int C, bool packed>
void micro(int64_t k, const T* a, int64_t lda, const T* b, const int64_t* row, const T* bias, T* c, int64_t ldc,
           bool accumulate) {
  Vec<T> sum[R][C] = {};
  for (int64_t p = 0; p < k; ++p) {
    Vec<T> right[C];
    YHAT_UNROLL for (int j = 0; j < C; ++j) right[j] = load(b + row[p] + j * lanes<T>);
    YHAT_UNROLL for (int i = 0; i < R; ++i) {
      const T left = packed ? a[p * R + i] : a[i * lda + p];
      YHAT_UNROLL for (int j = 0; j < C; ++j) sum[i][j] += left * right[j];
    }
  }
  if (accumulate) {
    YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j) sum[i][j] +=
        load(c + i * ldc + j * lanes<T>);
  } else if (bias) {
    YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j) sum[i][j] += broadcast(bias[i]);
  }
  YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j)
      store(c + i * ldc + j * lanes<T>, sum[i][j]);
}

// A stretch of memory that all rows of a product read one after the other.
struct Run {
  int64_t start, length;
};

// The same tile with the left factor as it lies in memory: row i of a is the values at a + row[i], run after run. b is
// packed.
template <class T, int R, int C>
void micro_runs(const Run* run, int64_t runs, const T* a, const int64_t* row, const T* b, T* c, int64_t ldc,
                bool accumulate) {
  Vec<T> sum[R][C] = {};
  for (; runs > 0; --runs, ++run) {
    const T* left[R];
    YHAT_UNROLL for (int i = 0; i < R; ++i) left[i] = a + run->start + row[i];
    const int64_t length = run->length;
    for (int64_t p = 0; p < length; ++p, b += C * lanes<T>) {
      Vec<T> right[C];
      YHAT_UNROLL for (int j = 0; j < C; ++j) right[j] = load(b + j * lanes<T>);
      YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j) sum[i][j] +=
          left[i][p] * right[j];
    }
  }
  if (accumulate) {
    YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j) sum[i][j] +=
        load(c + i * ldc + j * lanes<T>);
  }
  YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j)
      store(c + i * ldc + j * lanes<T>, sum[i][j]);
}

template <class T>
using MicroRuns = void (*)(const Run*, int64_t, const T*, const int64_t*, const T*, T*, int64_t, bool);

template <class T, int C, int R = 2 / C* tile_rows>
MicroRuns<T> micro_runs_for(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return micro_runs_for<T, C, R - 1>(rows);
  }
  return &micro_runs<T, R, C>;
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
