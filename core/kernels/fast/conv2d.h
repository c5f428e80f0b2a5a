// SPDX-License-Identifier: MIT
#pragma once
#include "../conv2d.h"
#include "planes.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// The input as planes. With a stride s, the columns (and rows) that one tap meets are s apart: so the padded plane is
// dealt out to s x s phase planes, (y, x) going to phase (y % s, x % s), where they stand side by side again.
struct InputPlanes {
  explicit InputPlanes(const Conv2dGeometry& g)
      : rows(ceil_div(g.h + 2 * g.pad_h, g.stride_h)),
        pitch(ceil_div(g.w + 2 * g.pad_w, g.stride_w)),
        phase(rows * pitch),
        channel(g.stride_h * g.stride_w * phase),
        image(g.c * channel) {}

  // Where tap (ky, kx) finds the input of output 0, within a channel.
  int64_t offset(const Conv2dGeometry& g, int64_t ky, int64_t kx) const {
    const int64_t y = ky * g.dil_h, x = kx * g.dil_w;
    return (y % g.stride_h * g.stride_w + x % g.stride_w) * phase + y / g.stride_h * pitch + x / g.stride_w;
  }

  int64_t rows, pitch, phase, channel, image;
};

// Is there a tap in this phase?
inline bool phase_used(int64_t phase, int64_t taps, int64_t dilation, int64_t stride) {
  for (int64_t k = 0; k < taps; ++k) {
    if (k * dilation % stride == phase) return true;
  }
  return false;
}

// images x (c, h, w) -> planes
template <class T>
void make_planes(const Conv2dGeometry& g, const InputPlanes& p, int64_t images, const T* x, T* planes) {
  parallel_for(images * g.c, max(1, 30000 / p.channel), [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      for (int64_t py = 0; py < g.stride_h; ++py) {
        for (int64_t px = 0; px < g.stride_w; ++px) {
          if (!phase_used(py, g.kh, g.dil_h, g.stride_h) || !phase_used(px, g.kw, g.dil_w, g.stride_w)) continue;
          const PlaneCopy copy{g.h, g.w, p.rows, p.pitch, g.stride_h, g.stride_w, py - g.pad_h, px - g.pad_w};
          copy_plane(copy, x + channel * g.h * g.w, planes + channel * p.channel + (py * g.stride_w + px) * p.phase);
        }
      }
    }
  });
}

// How many images' planes to make at a time: about 8 MB.
inline int64_t images_at_a_time(int64_t images, int64_t bytes) {
  return max(1, min(images, (int64_t{8} << 20) / max(1, bytes)));
}

template <class T>
void conv2d(const Conv2dGeometry& g, const T* x, const T* weight, const T* bias, T* y) {
  if (g.n * g.o * g.oh * g.ow == 0) return;
  const int64_t group_c = g.c / g.groups, group_o = g.o / g.groups, taps = g.kh * g.kw, k = group_c * taps;
  const InputPlanes p(g);
  const Scratch offsets(2 * k * int64_t{sizeof(int64_t)});
  int64_t* offset = static_cast<int64_t*>(offsets.data);
  for (int64_t t = 0; t < k; ++t) {
    offset[t] = t / taps * p.channel + p.offset(g, t % taps / g.kw, t % g.kw);
    offset[k + t] = t;
  }
  const int64_t batch = images_at_a_time(g.n, p.image * int64_t{sizeof(T)});
  // The last tile may look beyond the last plane; what it makes of that is dropped.
  const Scratch plane_scratch((batch * p.image + tile_cols<T>)*int64_t{sizeof(T)});
  const Scratch packed(g.o * k * int64_t{sizeof(T)});
  T* planes = static_cast<T*>(plane_scratch.data);
  PlaneProduct<T> s{.images = 0,
                    .groups = g.groups,
                    .m = group_o,
                    .k = k,
                    .weights = weight,
                    .weight_group = group_o * k,
                    .weight_row = k,
                    .weight_col = offset + k,
                    .planes = planes,
                    .plane_image = p.image,
                    .plane_group = group_c * p.channel,
                    .pitch = p.pitch,
                    .offset = offset,
                    .out = y,
                    .out_image = g.o * g.oh * g.ow,
                    .out_group = group_o * g.oh * g.ow,
                    .out_row = g.oh * g.ow,
                    .out_y = g.ow,
                    .out_x = 1,
                    .h = g.oh,
                    .w = g.ow,
                    .bias = bias};
  pack_weights(s, static_cast<T*>(packed.data));
  for (int64_t n = 0; n < g.n; n += batch) {
    s.images = min(batch, g.n - n);
    s.out = y + n * s.out_image;
    make_planes(g, p, s.images, x + n * g.c * g.h * g.w, planes);
    plane_product(s, static_cast<const T*>(packed.data));
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
