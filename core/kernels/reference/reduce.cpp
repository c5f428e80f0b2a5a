// SPDX-License-Identifier: MIT
#include "../reduce.h"

#include <cmath>

namespace yhat::kernels::reference {

// Pairwise: halves, down to blocks that are added one after the other.
template <class T>
T sum(std::int64_t n, const T* x) {
  if (n <= 128) {
    T total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += x[i];
    return total;
  }
  return sum(n / 2, x) + sum(n - n / 2, x + n / 2);
}

template <class T>
void sum_axis(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* x, T* y) {
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < inner; ++i) {
      T total = 0;
      for (std::int64_t j = 0; j < n; ++j) total += x[(o * n + j) * inner + i];
      y[o * inner + i] = total;
    }
  }
}

namespace {

template <class T>
T row_max(std::int64_t n, const T* x) {
  T best = x[0];  // from the data, not 0: a row may be far below zero
  for (std::int64_t i = 0; i < n; ++i) {
    if (x[i] > best || x[i] != x[i]) best = x[i];
  }
  return best;
}

}  // namespace

template <class T>
void softmax_rows(std::int64_t rows, std::int64_t n, const T* x, T* y) {
  for (std::int64_t row = 0; row < rows && n > 0; ++row, x += n, y += n) {
    const T max = row_max(n, x);
    T total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += y[i] = std::exp(x[i] - max);
    for (std::int64_t i = 0; i < n; ++i) y[i] /= total;
  }
}

template <class T>
void log_softmax_rows(std::int64_t rows, std::int64_t n, const T* x, T* y) {
  for (std::int64_t row = 0; row < rows && n > 0; ++row, x += n, y += n) {
    const T max = row_max(n, x);
    T total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += std::exp(x[i] - max);
    const T log_total = std::log(total);
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] - max - log_total;
  }
}

template float sum(std::int64_t, const float*);
template double sum(std::int64_t, const double*);
template void sum_axis(std::int64_t, std::int64_t, std::int64_t, const float*, float*);
template void sum_axis(std::int64_t, std::int64_t, std::int64_t, const double*, double*);
template void softmax_rows(std::int64_t, std::int64_t, const float*, float*);
template void softmax_rows(std::int64_t, std::int64_t, const double*, double*);
template void log_softmax_rows(std::int64_t, std::int64_t, const float*, float*);
template void log_softmax_rows(std::int64_t, std::int64_t, const double*, double*);

}  // namespace yhat::kernels::reference
