// SPDX-License-Identifier: MIT
#pragma once
#include "gemm_thin.h"
#include "pack.h"
#include "parallel.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

inline constexpr int64_t block_k = 256;  // steps of a panel: one of b (tile_cols wide) stays in the first-level cache

template <class T>
using Micro = void (*)(int64_t, const T*, int64_t, const T*, const int64_t*, const T*, T*, int64_t, bool);

// The micro-kernel for a panel of that many rows.
template <class T, int C, bool packed = true, int R = tile_rows>
Micro<T> micro_for(int64_t rows) {
  if constexpr (R > 1) {
    if (rows < R) return micro_for<T, C, packed, R - 1>(rows);
  }
  return &micro<T, R, C, packed>;
}

// One tile of c at its edge: only `cols` columns exist, so it is computed beside and copied.
template <class T>
void edge_tile(Micro<T> kernel, int64_t rows, int64_t cols, int64_t k, const T* a, const T* b, const int64_t* row, T* c,
               int64_t ldc, bool accumulate) {
  T tile[tile_rows * tile_cols<T>];
  for (int64_t i = 0; i < rows && accumulate; ++i) {
    for (int64_t j = 0; j < tile_cols<T>; ++j) tile[i * tile_cols<T> + j] = j < cols ? c[i * ldc + j] : 0;
  }
  kernel(k, a, 0, b, row, nullptr, tile, tile_cols<T>, accumulate);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) c[i * ldc + j] = tile[i * tile_cols<T> + j];
  }
}

// How many tasks are worth it for this many multiplications: a thread takes some microseconds to wake up.
inline int64_t task_count(int64_t products) { return max(1, min(64, products / 250000)); }

// The tiles of some rows and columns of c: packed a (panels of height x kb) times packed b (panels of kb x tile_cols).
// c, a and b start at the first of them. Whatever is reused most should stay in the nearest cache: panels of b if k is
// large; if it is small, c is most of the traffic and is walked along its rows.
template <class T>
void multiply_panels(int64_t rows, int64_t cols, int64_t height, int64_t kb, const T* a, const T* b, const int64_t* row,
                     T* c, int64_t ldc, bool accumulate) {
  constexpr int64_t width = tile_cols<T>;
  const auto tile = [&](int64_t i, int64_t j) {
    const int64_t m = min(height, rows - i), n = min(width, cols - j);
    const Micro<T> kernel = micro_for<T, 2>(m);
    if (n == width) {
      kernel(kb, a + i * kb, 0, b + j * kb, row, nullptr, c + i * ldc + j, ldc, accumulate);
    } else {
      edge_tile(kernel, m, n, kb, a + i * kb, b + j * kb, row, c + i * ldc + j, ldc, accumulate);
    }
  };
  if (kb <= 64) {
    for (int64_t i = 0; i < rows; i += height) {
      for (int64_t j = 0; j < cols; j += width) tile(i, j);
    }
  } else {
    for (int64_t j = 0; j < cols; j += width) {
      for (int64_t i = 0; i < rows; i += height) tile(i, j);
    }
  }
}

// Packs `cols` columns of a block of b, kb rows high, into panels. b points to the block's first element. Memory is
// read in its own order: a row of the block is cut into pieces that go to all panels.
template <class T>
void pack_columns(View<T> b, int64_t kb, int64_t cols, T* packed) {
  constexpr int64_t width = tile_cols<T>;
  const int64_t whole = b.col == 1 ? cols / width * width : 0;
  for (int64_t p = 0; p < kb && whole > 0; ++p) {
    const T* from = b.data + p * b.row;
    for (int64_t j = 0; j < whole; j += width) {
      T* to = packed + j * kb + p * width;
      store(to, load(from + j));
      store(to + lanes<T>, load(from + j + lanes<T>));
    }
  }
  for (int64_t j = whole; j < cols; j += width) {
    const View<T> panel{b.at(0, j).data, b.col, b.row};  // its columns are the panel's rows
    pack_panel(panel, min(width, cols - j), kb, width, packed + j * kb);
  }
}

inline void panel_rows(int64_t width, int64_t* row) {
  for (int64_t p = 0; p < block_k; ++p) row[p] = p * width;
}

// For few rows: each task takes a strip of columns of b through all of k, so that b is read once, in order, and packed
// where it is used.
template <class T>
void gemm_strips(View<T> a, View<T> b, int64_t m, int64_t n, int64_t k, T* c, bool accumulate) {
  const int64_t height = panel_height(m), tasks = task_count(m * n * k);
  // A strip of c stays in the second-level cache, and so does the piece of b that is added to it, which is the wider
  // the better.
  const int64_t widest = m <= 32 ? 1024 : 256, panels = ceil_div(n, tile_cols<T>);
  const int64_t strip = max(1, min(widest / tile_cols<T>, panels / min(panels, tasks))) * tile_cols<T>;
  const int64_t block = min(block_k, max(64, 65536 / strip)), blocks = ceil_div(k, block), strips = ceil_div(n, strip);
  const Scratch scratch(m * k * int64_t{sizeof(T)});
  T* packed_a = static_cast<T*>(scratch.data);
  parallel_for(blocks, ceil_div(blocks, tasks), [&](int64_t begin, int64_t end) {
    for (int64_t k0 = begin * block; k0 < min(k, end * block); k0 += block) {
      const int64_t kb = min(block, k - k0);
      for (int64_t i = 0; i < m; i += height) {
        const int64_t rows = min(height, m - i);
        pack_panel(a.at(i, k0), rows, kb, rows, packed_a + k0 * m + i * kb);
      }
    }
  });
  const int64_t grain = ceil_div(strips, tasks);
  parallel_for_with_scratch<T>(strips, grain, strip * block, [&](int64_t begin, int64_t end, T* packed_b) {
    int64_t row[block_k];
    panel_rows(tile_cols<T>, row);
    for (int64_t j = begin * strip; j < min(n, end * strip); j += strip) {
      const int64_t cols = min(strip, n - j);
      for (int64_t k0 = 0; k0 < k; k0 += block) {
        const int64_t kb = min(block, k - k0);
        pack_columns(b.at(k0, j), kb, cols, packed_b);
        multiply_panels(m, cols, height, kb, packed_a + k0 * m, packed_b, row, c + j, n, accumulate || k0 > 0);
      }
    }
  });
}

// The general case, blocked as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a
// block of b (block_k x block_n) and one of a (block_m x block_k) are packed into panels, then every tile of c takes
// their product.
template <class T>
void gemm_blocks(View<T> a, View<T> b, int64_t m, int64_t n, int64_t k, T* c, bool accumulate) {
  constexpr int64_t width = tile_cols<T>;
  const int64_t height = panel_height(m);
  const int64_t block_m = min(ceil_div(m, height), ceil_div(2048, height)) * height;
  const int64_t block_n = min(ceil_div(n, width) * width, 4096);
  const int64_t tasks = task_count(m * n * k);
  const Scratch scratch_a(block_m * min(k, block_k) * int64_t{sizeof(T)});
  const Scratch scratch_b(block_n * min(k, block_k) * int64_t{sizeof(T)});
  T* packed_a = static_cast<T*>(scratch_a.data);
  T* packed_b = static_cast<T*>(scratch_b.data);
  int64_t row[block_k];
  panel_rows(width, row);

  for (int64_t j0 = 0; j0 < n; j0 += block_n) {
    for (int64_t k0 = 0; k0 < k; k0 += block_k) {
      for (int64_t i0 = 0; i0 < m; i0 += block_m) {
        const int64_t mb = min(block_m, m - i0), nb = min(block_n, n - j0), kb = min(block_k, k - k0);
        const int64_t a_panels = ceil_div(mb, height), piece = 16 * width, b_pieces = i0 == 0 ? ceil_div(nb, piece) : 0;
        parallel_for(a_panels + b_pieces, tasks == 1 ? a_panels + b_pieces : 4, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin * height; i < min(mb, end * height); i += height) {
            const int64_t rows = min(height, mb - i);
            pack_panel(a.at(i0 + i, k0), rows, kb, rows, packed_a + i * kb);
          }
          for (int64_t j = max(0, begin - a_panels) * piece; j < (end - a_panels) * piece && j < nb; j += piece) {
            pack_columns(b.at(k0, j0 + j), kb, min(piece, nb - j), packed_b + j * kb);
          }
        });
        // A task is some panels of a (which stay in the second-level cache) times some of b.
        const int64_t task_rows = min(a_panels, max(1, 96 / height)) * height, row_tasks = ceil_div(mb, task_rows);
        const int64_t col_panels = ceil_div(nb, width);
        const int64_t task_cols = ceil_div(col_panels, min(col_panels, ceil_div(tasks, row_tasks))) * width;
        const int64_t col_tasks = ceil_div(nb, task_cols), all = row_tasks * col_tasks;
        parallel_for(all, tasks == 1 ? all : 1, [&](int64_t begin, int64_t end) {
          for (int64_t task = begin; task < end; ++task) {
            const int64_t i = task / col_tasks * task_rows, j = task % col_tasks * task_cols;
            multiply_panels(min(task_rows, mb - i), min(task_cols, nb - j), height, kb, packed_a + i * kb,
                            packed_b + j * kb, row, c + (i0 + i) * n + j0 + j, n, accumulate || k0 > 0);
          }
        });
      }
    }
  }
}

template <class T>
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const T* a_data, const T* b_data, T* c,
          bool accumulate) {
  if (m == 0 || n == 0) return;
  for (int64_t i = 0; i < m * n && k == 0 && !accumulate; ++i) c[i] = 0;
  if (k == 0) return;
  const View<T> a = transpose_a ? View<T>{a_data, 1, m} : View<T>{a_data, k, 1};
  const View<T> b = transpose_b ? View<T>{b_data, 1, k} : View<T>{b_data, n, 1};
  // Up to as many rows as a register has lanes are read as they lie; more are faster packed, with their columns in
  // lanes.
  if (transpose_b && !transpose_a && m <= lanes<T> && m <= n && k >= 8 * lanes<T>) {
    gemm_dots(a_data, b_data, m, n, k, c, accumulate);
  } else if (!transpose_a && n <= 2 * tile_cols<T> && n <= m) {
    gemm_tall(a_data, b, m, n, k, c, n, 1, accumulate);
  } else if (transpose_b && m <= 2 * tile_cols<T> && m <= n) {  // c^T = b a^T
    gemm_tall(b_data, View<T>{a.data, a.col, a.row}, n, m, k, c, 1, n, accumulate);
  } else if (m <= 96) {
    gemm_strips(a, b, m, n, k, c, accumulate);
  } else {
    gemm_blocks(a, b, m, n, k, c, accumulate);
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
