// SPDX-License-Identifier: MIT
#pragma once
#include "conv2d.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// One axis of conv2d_input_grad. Input i receives from output j by tap k if i + pad = j stride + k dil. So the inputs
// fall into `stride` phases, i = first + t stride, and within one phase a tap either never fits or finds j = start(k) +
// t: again a shifted plane.
struct GradAxis {
  int64_t size, taps, stride, pad, dil;

  int64_t phase_of(int64_t k) const { return k * dil % stride; }
  int64_t first(int64_t phase) const { return ((phase - pad) % stride + stride) % stride; }
  int64_t count(int64_t phase) const { return ceil_div(size - first(phase), stride); }  // first < stride
  int64_t start(int64_t k) const { return (first(phase_of(k)) + pad - k * dil) / stride; }
  // The output positions that any tap looks at, some of which lie outside of the output: start(k) = ceil((pad - k dil)
  // / stride) falls with k, and so does the end of what tap k looks at.
  int64_t lowest() const { return start(taps - 1); }
  int64_t end() const { return start(0) + count(0); }
};

// gx (c,h,w) = for each phase: the planes of gy, shifted, times the weights with o and c exchanged
template <class T>
void conv2d_input_grad(const Conv2dGeometry& g, const T* gy, const T* weight, T* gx) {
  if (g.n * g.c * g.h * g.w == 0) return;
  const GradAxis y{g.h, g.kh, g.stride_h, g.pad_h, g.dil_h}, x{g.w, g.kw, g.stride_w, g.pad_w, g.dil_w};
  const int64_t group_c = g.c / g.groups, group_o = g.o / g.groups, taps = g.kh * g.kw;
  const int64_t top = y.lowest(), left = x.lowest();
  const int64_t cols = max(1, x.end() - left);  // none where no window touches a column of the input
  const int64_t pitch = shared_pitch(cols, max(0, -left), g.ow - left, ceil_div(g.w, g.stride_w));
  const PlaneCopy copy{g.oh, g.ow, y.end() - top, pitch, max(0, cols - pitch), 1, 1, top, left};
  const int64_t plane = copy.rows * pitch + copy.tail, image = g.o * plane;
  const int64_t batch = images_at_a_time(g.n, image * int64_t{sizeof(T)});
  const Scratch tables((2 * group_o * taps + 1) * int64_t{sizeof(int64_t)}),
      packed(g.c * group_o * taps * int64_t{sizeof(T)});
  const Scratch plane_scratch((batch * image + tile_cols<T>)*int64_t{sizeof(T)});
  T* planes = static_cast<T*>(plane_scratch.data);
  for (int64_t n = 0; n < g.n; n += batch) {
    const int64_t images = min(batch, g.n - n);
    parallel_for(images * g.o, max(1, 30000 / max(1, plane)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) copy_plane(copy, gy + (n * g.o + i) * g.oh * g.ow, planes + i * plane);
    });
    int64_t* offset = static_cast<int64_t*>(tables.data);
    T* weights = static_cast<T*>(packed.data);
    for (int64_t py = 0; py < g.stride_h; ++py) {
      for (int64_t px = 0; px < g.stride_w; ++px) {
        int64_t k = 0;
        int64_t* weight_col = offset + group_o * taps;
        for (int64_t o = 0; o < group_o; ++o) {
          for (int64_t ky = 0; ky < g.kh; ++ky) {
            for (int64_t kx = 0; kx < g.kw; ++kx) {
              if (y.phase_of(ky) != py || x.phase_of(kx) != px) continue;
              offset[k] = o * plane + (y.start(ky) - top) * pitch + x.start(kx) - left;
              weight_col[k++] = o * group_c * taps + ky * g.kw + kx;
            }
          }
        }
        const PlaneProduct<T> s{.images = images,
                                .groups = g.groups,
                                .m = group_c,
                                .k = k,
                                .weights = weight,
                                .weight_group = group_o * group_c * taps,
                                .weight_row = taps,
                                .weight_col = weight_col,
                                .planes = planes,
                                .plane_image = image,
                                .plane_group = group_o * plane,
                                .pitch = pitch,
                                .offset = offset,
                                .out = gx + (n * g.c * g.h + y.first(py)) * g.w + x.first(px),
                                .out_image = g.c * g.h * g.w,
                                .out_group = group_c * g.h * g.w,
                                .out_row = g.h * g.w,
                                .out_y = g.stride_h * g.w,
                                .out_x = g.stride_w,
                                .h = y.count(py),
                                .w = x.count(px),
                                .bias = nullptr};
        if (n == 0) pack_weights(s, weights);
        if (s.h > 0 && s.w > 0) plane_product(s, static_cast<const T*>(weights));
        weights += g.c * k;
      }
    }
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
