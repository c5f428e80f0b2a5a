// SPDX-License-Identifier: MIT
// Products of a large matrix with a few rows or columns, such as a layer's weights with a small batch. Reading the
// large one takes longest, so it is read once, as it lies.
#pragma once
#include "pack.h"
#include "parallel.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// For few columns: the rows of a are read as they lie, once; b (k x n, n at most two panels) is packed.
// Element (i, j) of the result goes to c[i * c_row + j * c_col].
template <class T>
void gemm_tall(const T* a, View<T> b, int64_t m, int64_t n, int64_t k, T* c, int64_t c_row, int64_t c_col,
               bool accumulate) {
  const int64_t width = n <= lanes<T> ? lanes<T> : tile_cols<T>, panels = ceil_div(n, width);
  const int64_t height = width == lanes<T> ? 2 * tile_rows : tile_rows, task_rows = 8 * height,
                tasks = ceil_div(m, task_rows);
  constexpr int64_t block = 1024;
  const Scratch scratch((k * panels * width) * int64_t{sizeof(T)});
  T* packed = static_cast<T*>(scratch.data);  // (block of k, panel, step, width)
  for (int64_t k0 = 0; k0 < k; k0 += block) {
    for (int64_t j = 0; j < n; j += width) {
      const View<T> panel{b.at(k0, j).data, b.col, b.row};
      const int64_t kb = min(block, k - k0);
      pack_panel(panel, min(width, n - j), kb, width, packed + k0 * panels * width + j * kb);
    }
  }
  const int64_t size = task_rows * panels * width, grain = max(1, 250000 / max(1, size * k));
  // sums: (row, panel, width)
  parallel_for_with_scratch<T>(tasks, grain, size, [&](int64_t begin, int64_t end, T* sums) {
    int64_t row[2 * tile_rows];
    for (int64_t i = 0; i < 2 * tile_rows; ++i) row[i] = i * k;
    for (int64_t i0 = begin * task_rows; i0 < min(m, end * task_rows); i0 += task_rows) {
      const int64_t i1 = min(m, i0 + task_rows);
      for (int64_t k0 = 0; k0 < k; k0 += block) {
        const Run run{0, min(block, k - k0)};
        for (int64_t i = i0; i < i1; i += height) {
          const int64_t rows = min(height, i1 - i);
          for (int64_t j = 0; j < panels; ++j) {
            const auto kernel = width == lanes<T> ? micro_runs_for<T, 1>(rows) : micro_runs_for<T, 2>(rows);
            kernel(&run, 1, a + i * k + k0, row, packed + (k0 * panels + j * run.length) * width,
                   sums + ((i - i0) * panels + j) * width, panels * width, k0 > 0);
          }
        }
      }
      for (int64_t i = i0; i < i1; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          T& to = c[i * c_row + j * c_col];
          to = accumulate ? to + sums[(i - i0) * panels * width + j] : sums[(i - i0) * panels * width + j];
        }
      }
    }
  });
}

// sums (R, C registers) (+)= the products of R rows of a and C rows of b, k long, both as they lie: the lanes run along
// the rows.
template <class T, int R, int C>
void dots(int64_t k, const T* a, const T* b, int64_t ld, T* sums, bool accumulate) {
  Vec<T> sum[R][C] = {};
  if (accumulate) {
    YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j) sum[i][j] =
        load(sums + (i * C + j) * lanes<T>);
  }
  for (int64_t p = 0; p < k; p += lanes<T>) {
    Vec<T> left[R];
    YHAT_UNROLL for (int i = 0; i < R; ++i) left[i] = load(a + i * ld + p);
    YHAT_UNROLL for (int j = 0; j < C; ++j) {
      const Vec<T> right = load(b + j * ld + p);
      YHAT_UNROLL for (int i = 0; i < R; ++i) sum[i][j] += left[i] * right;
    }
  }
  YHAT_UNROLL for (int i = 0; i < R; ++i) YHAT_UNROLL for (int j = 0; j < C; ++j)
      store(sums + (i * C + j) * lanes<T>, sum[i][j]);
}

template <class T>
using Dots = void (*)(int64_t, const T*, const T*, int64_t, T*, bool);

template <class T, int R, int C = 6>
Dots<T> dots_for(int64_t cols) {
  if constexpr (C > 1) {
    if (cols < C) return dots_for<T, R, C - 1>(cols);
  }
  return &dots<T, R, C>;
}

// c (m, n) = a (m, k) times the transpose of b (n, k), for few rows m: a tile is some rows of b and up to 6 of a.
template <class T>
void gemm_dots(const T* a, const T* b, int64_t m, int64_t n, int64_t k, T* c, bool accumulate) {
  constexpr int most = tile_rows >= 12 ? 4 : 2;  // rows of b in a tile: 6 x 4 or 6 x 2 sums
  constexpr int64_t block = 512;                 // of a row: with those of a, in the first-level cache
  const int64_t whole = k / lanes<T> * lanes<T>, groups = ceil_div(m, 6), width = ceil_div(m, groups);
  const int64_t grain = max(most, ceil_div(250000 / (m * k), most) * most), tile = most * 6 * lanes<T>;
  parallel_for_with_scratch<T>(n, grain, groups * tile, [&](int64_t begin, int64_t end, T* tiles) {
    for (int64_t j = begin, rows; j < end; j += rows) {
      rows = end - j >= most ? most : 1;
      for (int64_t p = 0; p < whole; p += block) {
        for (int64_t group = 0; group < groups; ++group) {
          const int64_t i = group * width, cols = min(width, m - i);
          const Dots<T> kernel = rows == 1 ? dots_for<T, 1>(cols) : dots_for<T, most>(cols);
          kernel(min(block, whole - p), b + j * k + p, a + i * k + p, k, tiles + group * tile, p > 0);
        }
      }
      for (int64_t i = 0; i < m; ++i) {
        const int64_t group = i / width, cols = min(width, m - group * width);
        for (int64_t r = 0; r < rows; ++r) {
          const T* lane = tiles + group * tile + (r * cols + i % width) * lanes<T>;
          T sum = accumulate ? c[i * n + j + r] : 0;
          for (int64_t l = 0; l < lanes<T>; ++l) sum += lane[l];
          for (int64_t p = whole; p < k; ++p) sum += b[(j + r) * k + p] * a[i * k + p];
          c[i * n + j + r] = sum;
        }
      }
    }
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
