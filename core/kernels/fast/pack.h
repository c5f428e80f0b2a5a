// SPDX-License-Identifier: MIT
#pragma once
#include <utility>

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

#if defined(__GNUC__) && !defined(YHAT_PORTABLE)

template <class T, int... I>
Vec<T> low_halves(Vec<T> a, Vec<T> b, std::integer_sequence<int, I...>) {  // a0 b0 a1 b1 ...
  return __builtin_shufflevector(a, b, (I % 2 * lanes<T> + I / 2)...);
}
template <class T, int... I>
Vec<T> high_halves(Vec<T> a, Vec<T> b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (I % 2 * lanes<T> + (lanes<T> + I) / 2)...);
}

// Transposes a square of registers: shuffling the first half of the rows into the second, like cards, moves each index
// bit one place on.
template <class T>
void transpose_square(Vec<T>* v) {
  constexpr int size = lanes<T>;
  const std::make_integer_sequence<int, size> all;
  YHAT_UNROLL for (int step = 1; step < size; step *= 2) {
    Vec<T> next[size];
    YHAT_UNROLL for (int i = 0; i < size / 2; ++i) {
      next[2 * i] = low_halves<T>(v[i], v[i + size / 2], all);
      next[2 * i + 1] = high_halves<T>(v[i], v[i + size / 2], all);
    }
    YHAT_UNROLL for (int i = 0; i < size; ++i) v[i] = next[i];
  }
}

#else

template <class T>
void transpose_square(Vec<T>* v) {
  for (int i = 0; i < lanes<T>; ++i) {
    for (int j = 0; j < i; ++j) {
      const T swap = v[i][j];
      v[i][j] = v[j][i];
      v[j][i] = swap;
    }
  }
}

#endif

// dst[j * rows + i] = src[i * src_row + j] for few rows, no multiple of a register: whole registers are stored all the
// same, in the order of their places, so that what one writes beyond its column the next one corrects. Returns how many
// columns were done, not the last ones.
template <class T>
int64_t transpose_narrow(const T* src, int64_t src_row, int64_t rows, int64_t cols, T* dst) {
  constexpr int size = lanes<T>;
  T block[size][2 * size];
  int64_t done = 0;
  for (; done + 2 * size <= cols; done += size) {
    for (int64_t i = 0; i < rows; i += size) {
      Vec<T> square[size];
      for (int64_t r = 0; r < size; ++r) square[r] = load(src + min(i + r, rows - 1) * src_row + done);
      transpose_square<T>(square);
      for (int64_t j = 0; j < size; ++j) store(&block[j][i], square[j]);
    }
    for (int64_t j = 0; j < size; ++j) {
      for (int64_t i = 0; i < rows; i += size) store(dst + (done + j) * rows + i, load(&block[j][i]));
    }
  }
  return done;
}

// dst[j * dst_row + i] = src[i * src_row + j] for i < rows, j < cols.
template <class T>
void transpose_copy(const T* src, int64_t src_row, int64_t rows, int64_t cols, T* dst, int64_t dst_row) {
  constexpr int size = lanes<T>;
  int64_t j = 0;
  if (dst_row == rows && rows < 2 * size && rows % size != 0) {
    j = transpose_narrow(src, src_row, rows, cols, dst);
  } else {
    for (; j + size <= cols; j += size) {
      int64_t i = 0;
      for (; i + size <= rows; i += size) {
        Vec<T> square[size];
        YHAT_UNROLL for (int r = 0; r < size; ++r) square[r] = load(src + (i + r) * src_row + j);
        transpose_square<T>(square);
        YHAT_UNROLL for (int c = 0; c < size; ++c) store(dst + (j + c) * dst_row + i, square[c]);
      }
      for (; i < rows; ++i) {
        for (int64_t c = 0; c < size; ++c) dst[(j + c) * dst_row + i] = src[i * src_row + j + c];
      }
    }
  }
  for (; j < cols; ++j) {
    for (int64_t i = 0; i < rows; ++i) dst[j * dst_row + i] = src[i * src_row + j];
  }
}

// The same into columns `width` high, a multiple of a register: what is missing below is zero.
template <class T>
void transpose_padded(const T* src, int64_t src_row, int64_t rows, int64_t cols, T* dst, int64_t width) {
  constexpr int size = lanes<T>;
  int64_t j = 0;
  for (; j + size <= cols; j += size) {
    for (int64_t i = 0; i < width; i += size) {
      Vec<T> square[size];
      YHAT_UNROLL for (int r = 0; r < size; ++r) {
        square[r] = i + r < rows ? load(src + (i + r) * src_row + j) : Vec<T>{};
      }
      transpose_square<T>(square);
      YHAT_UNROLL for (int c = 0; c < size; ++c) store(dst + (j + c) * width + i, square[c]);
    }
  }
  for (; j < cols; ++j) {
    for (int64_t i = 0; i < width; ++i) dst[j * width + i] = i < rows ? src[i * src_row + j] : 0;
  }
}

// dst[j * width + i] = element (i, j), for i < width and j < cols: step j's values side by side, as the micro-kernel
// reads them. Rows beyond `rows` are zero.
template <class T>
void pack_panel(View<T> a, int64_t rows, int64_t cols, int64_t width, T* dst) {
  if (a.row == 1) {
    for (int64_t j = 0; j < cols; ++j) {
      for (int64_t i = 0; i < rows; ++i) dst[j * width + i] = a.data[i + j * a.col];
      for (int64_t i = rows; i < width; ++i) dst[j * width + i] = 0;
    }
  } else if (rows == width) {
    transpose_copy(a.data, a.row, rows, cols, dst, width);
  } else {
    transpose_padded(a.data, a.row, rows, cols, dst, width);
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
