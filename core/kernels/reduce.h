// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

/// The sum of n values: in blocks of a fixed size whose sums are added pairwise, so that the error grows with log n and
/// the bits depend on n alone. 0 for n = 0.
template <class T>
[[nodiscard]] T sum(std::int64_t n, const T* x);

/// x (outer, n, inner) -> y (outer, inner): the sum over the middle axis; every reduction over adjacent axes has this
/// form. Overwrites y.
template <class T>
void sum_axis(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* x, T* y);

/// x (rows, n) -> y (rows, n): softmax of each row, exp(x - max) / sum exp(x - max). A row with a NaN or +inf, or of
/// -inf only, is all NaN.
template <class T>
void softmax_rows(std::int64_t rows, std::int64_t n, const T* x, T* y);

/// x (rows, n) -> y (rows, n): x - max - log sum exp(x - max) of each row.
template <class T>
void log_softmax_rows(std::int64_t rows, std::int64_t n, const T* x, T* y);

namespace reference {
template <class T>
[[nodiscard]] T sum(std::int64_t n, const T* x);
template <class T>
void sum_axis(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* x, T* y);
template <class T>
void softmax_rows(std::int64_t rows, std::int64_t n, const T* x, T* y);
template <class T>
void log_softmax_rows(std::int64_t rows, std::int64_t n, const T* x, T* y);
}  // namespace reference

}  // namespace yhat::kernels
