// SPDX-License-Identifier: MIT
#pragma once
#include <math.h>

#include "../reduce.h"
#include "exp.h"
#include "parallel.h"
#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// Sums are the same bits on every machine: 32 partial sums side by side, whatever the width of a register, and a fixed
// tree above them.
inline constexpr int64_t sum_width = 32, sum_block = 4096;

template <class T>
T sum_of_block(int64_t n, const T* x) {
  T part[sum_width] = {};
  int64_t i = 0;
  for (; i + sum_width <= n; i += sum_width) {
    for (int64_t j = 0; j < sum_width; ++j) part[j] += x[i + j];
  }
  for (int64_t j = 0; i + j < n; ++j) part[j] += x[i + j];
  for (int64_t half = sum_width / 2; half > 0; half /= 2) {
    for (int64_t j = 0; j < half; ++j) part[j] += part[j + half];
  }
  return part[0];
}

// The sum of n values, n > 0, in place: neighbours are added until one is left.
template <class T>
T sum_pairwise(int64_t n, T* x) {
  for (; n > 1; n = ceil_div(n, 2)) {
    for (int64_t i = 0; i < n / 2; ++i) x[i] = x[2 * i] + x[2 * i + 1];
    if (n % 2) x[n / 2] = x[n - 1];
  }
  return x[0];
}

template <class T>
T sum(int64_t n, const T* x) {
  if (n <= sum_block) return sum_of_block(n, x);
  const int64_t blocks = ceil_div(n, sum_block);
  const Scratch scratch(blocks * int64_t{sizeof(T)});
  T* sums = static_cast<T*>(scratch.data);
  parallel_for(blocks, 16, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) sums[b] = sum_of_block(min(sum_block, n - b * sum_block), x + b * sum_block);
  });
  return sum_pairwise(blocks, sums);
}

// The sum of n rows, some columns of them: 64 rows at a time are added one after the other, and these sums pairwise:
// level l of the stack holds the sum of 2^l times 64 rows if bit l of the count of such sums is set.
template <class T>
void sum_rows(int64_t n, int64_t cols, int64_t stride, const T* x, T* y, T* stack) {
  int64_t count = 0;
  for (int64_t row = 0; row < n; row += 64, ++count) {
    T* top = stack;
    for (int64_t i = 0; i < cols; ++i) top[i] = 0;
    for (int64_t r = row; r < min(n, row + 64); ++r) {
      for (int64_t i = 0; i < cols; ++i) top[i] += x[r * stride + i];
    }
    int64_t level = 1;
    for (int64_t c = count; c & 1; c >>= 1, ++level) {
      for (int64_t i = 0; i < cols; ++i) stack[i] += stack[level * cols + i];
    }
    for (int64_t i = 0; i < cols; ++i) stack[level * cols + i] = stack[i];
  }
  for (int64_t i = 0; i < cols; ++i) y[i] = 0;
  for (int64_t level = 1; count; count >>= 1, ++level) {
    for (int64_t i = 0; i < cols && (count & 1); ++i) y[i] += stack[level * cols + i];
  }
}

template <class T>
void sum_axis(int64_t outer, int64_t n, int64_t inner, const T* x, T* y) {
  if (n == 0) {
    for (int64_t i = 0; i < outer * inner; ++i) y[i] = 0;
  } else if (inner == 1 && n > 1024 * sum_block) {
    for (int64_t o = 0; o < outer; ++o) y[o] = sum(n, x + o * n);
  } else if (inner == 1) {
    parallel_for(outer, max(1, 30000 / max(1, n)), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) y[o] = sum(n, x + o * n);
    });
  } else {
    constexpr int64_t most = 256;
    const int64_t pieces = ceil_div(inner, most);
    const int64_t grain = max(1, 30000 / max(1, n * min(inner, most)));
    parallel_for_with_scratch<T>(
        outer * pieces, grain, 64 * min(inner, most), [&](int64_t begin, int64_t end, T* stack) {
          for (int64_t i = begin; i < end; ++i) {
            const int64_t o = i / pieces, at = i % pieces * most;
            sum_rows(n, min(most, inner - at), inner, x + o * n * inner + at, y + o * inner + at, stack);
          }
        });
  }
}

// The largest; a NaN if there is one.
template <class T>
T largest(int64_t n, const T* x) {
  T part[sum_width];
  for (int64_t j = 0; j < sum_width; ++j) part[j] = x[0];
  const auto larger = [](T a, T b) { return ((b <= a) | (a != a)) ? a : b; };
  int64_t i = 0;
  for (; i + sum_width <= n; i += sum_width) {
    for (int64_t j = 0; j < sum_width; ++j) part[j] = larger(part[j], x[i + j]);
  }
  T best = x[0];
  for (; i < n; ++i) best = larger(best, x[i]);
  for (int64_t j = 0; j < sum_width; ++j) best = larger(best, part[j]);
  return best;
}

template <class T>
void softmax_rows(int64_t rows, int64_t n, const T* x, T* y) {
  if (n == 0) return;
  parallel_for(rows, max(1, 4000 / n), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* from = x + row * n;
      T* to = y + row * n;
      exp_of_difference(n, from, largest(n, from), to);
      const T total = sum(n, to);
      for (int64_t i = 0; i < n; ++i) to[i] /= total;
    }
  });
}

inline float logarithm(float x) { return ::logf(x); }
inline double logarithm(double x) { return ::log(x); }

template <class T>
void log_softmax_rows(int64_t rows, int64_t n, const T* x, T* y) {
  if (n == 0) return;
  parallel_for(rows, max(1, 4000 / n), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* from = x + row * n;
      T* to = y + row * n;
      const T top = largest(n, from);
      exp_of_difference(n, from, top, to);
      const T log_total = logarithm(sum(n, to));
      for (int64_t i = 0; i < n; ++i) to[i] = from[i] - top - log_total;
    }
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
