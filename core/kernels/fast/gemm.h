// SPDX-License-Identifier: MIT
#pragma once
#include "../parallel.h"
#include "../scratch.h"
#include "pack.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

inline constexpr int64_t block_k = 256;  // steps of a panel: one of b (tile_cols wide) stays in the first-level cache

template <class T>
using Micro = void (*)(int64_t, const T*, const T*, const int64_t*, const T*, T*, int64_t, bool);

// The micro-kernel for a panel of that many rows.
template <class T, int C, int R = tile_rows>
Micro<T> micro_for(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return micro_for<T, C, R - 1>(rows);
  }
  return &micro<T, R, C>;
}

// One tile of c at its edge: only `cols` columns exist, so it is computed beside and copied.
template <class T>
void edge_tile(Micro<T> kernel, int64_t rows, int64_t cols, int64_t k, const T* a, const T* b, const int64_t* row, T* c,
               int64_t ldc, bool accumulate) {
  T tile[tile_rows * tile_cols<T>];
  for (int64_t i = 0; i < rows && accumulate; ++i) {
    for (int64_t j = 0; j < tile_cols<T>; ++j) tile[i * tile_cols<T> + j] = j < cols ? c[i * ldc + j] : 0;
  }
  kernel(k, a, b, row, nullptr, tile, tile_cols<T>, accumulate);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) c[i * ldc + j] = tile[i * tile_cols<T> + j];
  }
}

// How many tasks are worth it for this many multiplications: a thread takes some microseconds to wake up.
inline int64_t task_count(int64_t products) { return max(1, min(64, products / 250000)); }

// c (m,n) (+)= op(a) op(b), blocked as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
// (2008): a block of b (block_k x block_n) and one of a (block_m x block_k) are packed into panels, then every tile of
// c takes their product.
template <class T>
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const T* a_data, const T* b_data, T* c,
          bool accumulate) {
  const View<T> a = transpose_a ? View<T>{a_data, 1, m} : View<T>{a_data, k, 1};
  const View<T> b = transpose_b ? View<T>{b_data, 1, k} : View<T>{b_data, n, 1};
  constexpr int64_t width = tile_cols<T>;
  const int64_t height = panel_height(m);
  const int64_t block_m = min(ceil_div(m, height), ceil_div(2048, height)) * height;
  const int64_t block_n = min(ceil_div(n, width) * width, 4096);
  const int64_t tasks = task_count(m * n * k);
  const Scratch packed_a(block_m * block_k * int64_t{sizeof(T)}), packed_b(block_n * block_k * int64_t{sizeof(T)});
  T* pa = static_cast<T*>(packed_a.data);
  T* pb = static_cast<T*>(packed_b.data);
  int64_t row[block_k];
  for (int64_t p = 0; p < block_k; ++p) row[p] = p * width;

  for (int64_t j0 = 0; j0 < n; j0 += block_n) {
    for (int64_t k0 = 0; k0 < k || k0 == 0; k0 += block_k) {
      for (int64_t i0 = 0; i0 < m; i0 += block_m) {
        const int64_t mb = min(block_m, m - i0), nb = min(block_n, n - j0), kb = min(block_k, k - k0);
        const int64_t a_panels = ceil_div(mb, height), b_panels = i0 == 0 ? ceil_div(nb, width) : 0;
        parallel_for(a_panels + b_panels, ceil_div(a_panels + b_panels, tasks), [&](int64_t begin, int64_t end) {
          for (int64_t panel = begin; panel < end; ++panel) {
            if (panel < a_panels) {
              const int64_t i = panel * height, rows = min(height, mb - i);
              pack_panel(a.at(i0 + i, k0), rows, kb, rows, pa + i * kb);
            } else {
              const int64_t j = (panel - a_panels) * width;
              const View<T> bt{b.at(k0, j0 + j).data, b.col, b.row};  // its columns are the panel's rows
              pack_panel(bt, min(width, nb - j), kb, width, pb + j * kb);
            }
          }
        });
        // A task is some panels of a (which stay in the second-level cache) times some of b.
        const int64_t task_rows = min(a_panels, max(1, 96 / height));
        const int64_t row_tasks = ceil_div(a_panels, task_rows), all_cols = ceil_div(nb, width);
        const int64_t task_cols = ceil_div(all_cols, min(all_cols, ceil_div(tasks, row_tasks)));
        const int64_t col_tasks = ceil_div(all_cols, task_cols);
        const int64_t grain = tasks == 1 ? row_tasks * col_tasks : 1;
        parallel_for(row_tasks * col_tasks, grain, [&](int64_t begin, int64_t end) {
          for (int64_t task = begin; task < end; ++task) {
            const int64_t i_begin = task / col_tasks * task_rows * height,
                          i_end = min(mb, i_begin + task_rows * height);
            const int64_t j_begin = task % col_tasks * task_cols * width, j_end = min(nb, j_begin + task_cols * width);
            for (int64_t j = j_begin; j < j_end; j += width) {
              for (int64_t i = i_begin; i < i_end; i += height) {
                const int64_t rows = min(height, mb - i), cols = min(width, nb - j);
                const Micro<T> kernel = micro_for<T, 2>(rows);
                T* tile = c + (i0 + i) * n + j0 + j;
                if (cols == width) {
                  kernel(kb, pa + i * kb, pb + j * kb, row, nullptr, tile, n, accumulate || k0 > 0);
                } else {
                  edge_tile(kernel, rows, cols, kb, pa + i * kb, pb + j * kb, row, tile, n, accumulate || k0 > 0);
                }
              }
            }
          }
        });
      }
    }
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
