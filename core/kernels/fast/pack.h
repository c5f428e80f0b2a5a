// SPDX-License-Identifier: MIT
#pragma once
#include "micro.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// A matrix as somebody stored it: element (i, j) is at data[i * row + j * col].
template <class T>
struct View {
  const T* data;
  int64_t row, col;
  View at(int64_t i, int64_t j) const { return {data + i * row + j * col, row, col}; }
};

// The height of the panels into which m rows are cut: all (nearly) the same, none higher than a tile.
inline int64_t panel_height(int64_t m) { return m < 1 ? 1 : ceil_div(m, ceil_div(m, tile_rows)); }

// dst[j * width + i] = element (i, j), for rows < width and all cols: step j's values side by side, as the micro-kernel
// reads them. Rows beyond `rows` are zero.
template <class T>
void pack_panel(View<T> a, int64_t rows, int64_t cols, int64_t width, T* dst) {
  if (a.row == 1 && rows == width) {
    for (int64_t j = 0; j < cols; ++j) {
      for (int64_t i = 0; i < width; ++i) dst[j * width + i] = a.data[i + j * a.col];
    }
    return;
  }
  for (int64_t i = 0; i < width; ++i) {
    const T* src = a.data + i * a.row;
    if (i < rows) {
      for (int64_t j = 0; j < cols; ++j) dst[j * width + i] = src[j * a.col];
    } else {
      for (int64_t j = 0; j < cols; ++j) dst[j * width + i] = 0;
    }
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
