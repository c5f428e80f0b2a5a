// SPDX-License-Identifier: MIT
// Convolution by shifted planes. Each channel is copied once into a plane with a border of zeros, `pitch` wide. Count
// the outputs in the plane's own coordinates, q = oy * pitch + ox: then what tap (c, ky, kx) contributes to output q
// stands at plane[q + offset], where the offset depends on the tap alone. So a convolution is a matrix product whose
// right factor has for its rows the same memory, shifted: nothing is gathered, nothing is tested for bounds. The few q
// between the end of one output row and the start of the next are computed in vain and dropped. They are fewer because
// rows share their borders: what looks beyond the end of a row finds the zeros at the start of the next one.
#pragma once
#include "gemm.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// How far apart the rows of a plane stand. All outputs together look at `seen` columns, of which the first `before` and
// those from `end` on lie outside of the image. The last zeros may be the first of the next row; outputs may not meet.
inline int64_t shared_pitch(int64_t seen, int64_t before, int64_t end, int64_t outputs) {
  return max(outputs, max(min(seen, end), seen - before));
}

// Copies part of a plane: dst (rows, cols) at (r, u) = src (h, w) at (r * step_h + top, u * step_w + left), zero
// outside of src. Behind the last row come `tail` zeros, as if another one began.
struct PlaneCopy {
  int64_t h, w, rows, cols, tail, step_h, step_w, top, left;
};

template <class T>
void copy_plane(const PlaneCopy& p, const T* src, T* dst) {
  // columns u0 <= u < u1 lie inside src
  const int64_t u0 = p.left >= 0 ? 0 : min(p.cols, ceil_div(-p.left, p.step_w));
  const int64_t u1 = max(u0, min(p.cols, p.left < p.w ? ceil_div(p.w - p.left, p.step_w) : 0));
  for (int64_t r = 0; r < p.rows; ++r, dst += p.cols) {
    const int64_t y = r * p.step_h + p.top;
    const bool inside = y >= 0 && y < p.h;
    const int64_t begin = inside ? u0 : p.cols, end = inside ? u1 : p.cols;
    const T* from = src + y * p.w + p.left;
    for (int64_t u = 0; u < begin; ++u) dst[u] = 0;
    if (p.step_w == 1) {
      for (int64_t u = begin; u < end; ++u) dst[u] = from[u];
    } else {
      for (int64_t u = begin; u < end; ++u) dst[u] = from[u * p.step_w];
    }
    for (int64_t u = end; u < p.cols; ++u) dst[u] = 0;
  }
  for (int64_t u = 0; u < p.tail; ++u) dst[u] = 0;
}

// out (m, h, w) = weights (m, k) x shifted planes, for each of some images and groups.
template <class T>
struct PlaneProduct {
  int64_t images, groups, m, k;
  const T* weights;  // element (i, p) of group g: weights[g * weight_group + i * weight_row + weight_col[p]]
  int64_t weight_group, weight_row;
  const int64_t* weight_col;
  const T* planes;  // of image n and group g: planes + n * plane_image + g * plane_group
  int64_t plane_image, plane_group, pitch;
  const int64_t* offset;  // of tap p
  T* out;                 // element (i, y, x): out[n * out_image + g * out_group + i * out_row + y * out_y + x * out_x]
  int64_t out_image, out_group, out_row, out_y, out_x, h, w;
  const T* bias;  // groups x m, or null
};

// packed: group by group, block of k by block of k, panel by panel
template <class T>
void pack_weights(const PlaneProduct<T>& s, T* packed) {
  const int64_t height = panel_height(s.m), panels = ceil_div(s.m, height), blocks = ceil_div(s.k, block_k);
  const int64_t grain = max(1, 100000 / (height * block_k));
  parallel_for(s.groups * blocks * panels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t g = task / (blocks * panels), k0 = task / panels % blocks * block_k, i0 = task % panels * height;
      const int64_t kb = min(block_k, s.k - k0), rows = min(height, s.m - i0);
      T* dst = packed + g * s.m * s.k + k0 * s.m + i0 * kb;
      const T* src = s.weights + g * s.weight_group + i0 * s.weight_row;
      const int64_t* col = s.weight_col + k0;
      for (int64_t p = 0, run; p < kb; p += run) {  // columns side by side are packed together
        for (run = 1; p + run < kb && col[p + run] == col[p] + run;) ++run;
        transpose_copy(src + col[p], s.weight_row, rows, run, dst + p * rows, rows);
      }
    }
  });
}

// Copies what is wanted of `rows` computed rows, which start at q0, into the output.
template <class T>
void copy_out(const PlaneProduct<T>& s, int64_t rows, int64_t q0, int64_t q1, const T* chunk, int64_t pitch, T* out) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t y = q0 / s.pitch; y < s.h && y * s.pitch < q1; ++y) {
      const int64_t x0 = max(0, q0 - y * s.pitch), x1 = min(s.w, q1 - y * s.pitch);
      const T* from = chunk + i * pitch + y * s.pitch - q0;
      T* to = out + i * s.out_row + y * s.out_y;
      if (s.out_x != 1) {
        for (int64_t x = x0; x < x1; ++x) to[x * s.out_x] = from[x];
      } else if (x1 - x0 < lanes<T>) {
        for (int64_t x = x0; x < x1; ++x) to[x] = from[x];
      } else {
        int64_t x = x0;
        for (; x + lanes<T> < x1; x += lanes<T>) store(to + x, load(from + x));
        store(to + x1 - lanes<T>, load(from + x1 - lanes<T>));
      }
    }
  }
}

// Whether a tile may read its rows of the weights as they lie. With the 14 rows of 32 registers, there are more
// addresses than registers for them.
inline constexpr bool reads_weights_as_they_lie = tile_rows <= 6;

// The micro-kernel for that many rows of the weights, packed or not.
template <class T>
Micro<T> micro_for_weights(int64_t rows, bool packed) {
  if constexpr (reads_weights_as_they_lie) {
    if (!packed) return micro_for<T, 2, false>(rows);
  }
  return micro_for<T, 2>(rows);
}

// One task: rows [i0, i1) of image n and group g, computed positions [q0, q1), all of which fit into `chunk`. Without
// packed weights, they are read as they lie.
template <class T>
void plane_task(const PlaneProduct<T>& s, const T* packed, int64_t n, int64_t g, int64_t i0, int64_t i1, int64_t q0,
                int64_t q1, T* chunk) {
  constexpr int64_t width = tile_cols<T>;
  const int64_t height = panel_height(s.m), pitch = ceil_div(q1 - q0, width) * width;
  const T* plane = s.planes + n * s.plane_image + g * s.plane_group;
  for (int64_t k0 = 0; k0 < s.k || k0 == 0; k0 += block_k) {
    const int64_t kb = min(block_k, s.k - k0);
    for (int64_t q = q0; q < q1; q += width) {
      for (int64_t i = i0; i < i1; i += height) {
        const int64_t rows = min(height, i1 - i);
        const Micro<T> kernel = micro_for_weights<T>(rows, packed != nullptr);
        const T* a = packed ? packed + g * s.m * s.k + k0 * s.m + i * kb
                            : s.weights + g * s.weight_group + i * s.weight_row + k0;
        kernel(kb, a, s.weight_row, plane + q, s.offset + k0, s.bias ? s.bias + g * s.m + i : nullptr,
               chunk + (i - i0) * pitch + q - q0, pitch, k0 > 0);
      }
    }
  }
  copy_out(s, i1 - i0, q0, q1, chunk, pitch, s.out + n * s.out_image + g * s.out_group + i0 * s.out_row);
}

// packed: what pack_weights made; or null if each row of the weights lies in one piece.
template <class T>
void plane_product(const PlaneProduct<T>& s, const T* packed) {
  constexpr int64_t width = tile_cols<T>;
  const int64_t height = panel_height(s.m), panels = ceil_div(s.m, height);
  const int64_t positions = (s.h - 1) * s.pitch + s.w, tiles = ceil_div(positions, width);
  const int64_t chunks = ceil_div(tiles, 24), chunk = ceil_div(tiles, chunks) * width;
  const int64_t row_tasks = ceil_div(panels, max(1, 96 / height)), task_rows = ceil_div(panels, row_tasks) * height;
  const int64_t products = min(task_rows, s.m) * s.k * min(chunk, positions);
  const int64_t tasks = s.images * s.groups * chunks * row_tasks, grain = max(1, 500000 / max(1, products));
  parallel_for_with_scratch<T>(tasks, grain, min(task_rows, s.m) * chunk, [&](int64_t begin, int64_t end, T* scratch) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t i = task % row_tasks * task_rows, q = task / row_tasks % chunks * chunk;
      const int64_t g = task / (row_tasks * chunks) % s.groups, n = task / (row_tasks * chunks * s.groups);
      if (i < s.m && q < positions) {
        plane_task(s, packed, n, g, i, min(s.m, i + task_rows), q, min(positions, q + chunk), scratch);
      }
    }
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
