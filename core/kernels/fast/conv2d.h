// SPDX-License-Identifier: MIT
#pragma once
#include "../conv2d.h"
#include "planes.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// One axis of the input's planes. With a stride s, what one tap meets is s apart: the padded input is dealt out to s
// phases, position i going to phase i % s, where it is number i / s.
struct PhaseAxis {
  int64_t size, outputs, taps, stride, pad, dil;

  // How many positions of a phase some output looks at, 0 if no tap falls into it.
  int64_t seen(int64_t phase) const {
    for (int64_t k = taps; k-- > 0;) {
      if (k * dil % stride == phase) return outputs + k * dil / stride;
    }
    return 0;
  }
  // Of these, the first ones before the image, and the first one behind it.
  int64_t before(int64_t phase) const { return phase < pad ? ceil_div(pad - phase, stride) : 0; }
  int64_t end(int64_t phase) const { return phase < size + pad ? ceil_div(size + pad - phase, stride) : 0; }
  int64_t most_seen() const { return outputs + (taps - 1) * dil / stride; }
};

// The input as planes: s x s phase planes for each channel.
struct InputPlanes {
  explicit InputPlanes(const Conv2dGeometry& g)
      : y{g.h, g.oh, g.kh, g.stride_h, g.pad_h, g.dil_h}, x{g.w, g.ow, g.kw, g.stride_w, g.pad_w, g.dil_w} {
    for (int64_t p = 0; p < x.stride; ++p) {
      if (x.seen(p)) pitch = max(pitch, shared_pitch(x.seen(p), x.before(p), x.end(p), x.outputs));
    }
    rows = y.most_seen();
    tail = max(0, x.most_seen() - pitch);
    phase = rows * pitch + tail;
    channel = y.stride * x.stride * phase;
    image = g.c * channel;
  }

  // Where tap (ky, kx) finds the input of output 0, within a channel.
  int64_t offset(int64_t ky, int64_t kx) const {
    const int64_t v = ky * y.dil, u = kx * x.dil;
    return (v % y.stride * x.stride + u % x.stride) * phase + v / y.stride * pitch + u / x.stride;
  }

  PhaseAxis y, x;
  int64_t pitch = 1, rows, tail, phase, channel, image;
};

// images x (c, h, w) -> planes
template <class T>
void make_planes(const Conv2dGeometry& g, const InputPlanes& p, int64_t images, const T* x, T* planes) {
  parallel_for(images * g.c, max(1, 30000 / p.channel), [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      for (int64_t py = 0; py < g.stride_h; ++py) {
        for (int64_t px = 0; px < g.stride_w; ++px) {
          if (!p.y.seen(py) || !p.x.seen(px)) continue;
          const PlaneCopy copy{g.h, g.w, p.rows, p.pitch, p.tail, g.stride_h, g.stride_w, py - g.pad_h, px - g.pad_w};
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
    offset[t] = t / taps * p.channel + p.offset(t % taps / g.kw, t % g.kw);
    offset[k + t] = t;
  }
  const int64_t batch = images_at_a_time(g.n, p.image * int64_t{sizeof(T)});
  // The last tile may look beyond the last plane; what it makes of that is dropped.
  const Scratch plane_scratch((batch * p.image + tile_cols<T>)*int64_t{sizeof(T)});
  // Weights that serve few positions are read as they lie: to pack them took a tenth of the time.
  const bool pack = !reads_weights_as_they_lie || g.n * g.oh * p.pitch > 512;
  const Scratch pack_scratch(pack ? g.o * k * int64_t{sizeof(T)} : 0);
  T* packed = pack ? static_cast<T*>(pack_scratch.data) : nullptr;
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
  if (pack) pack_weights(s, packed);
  for (int64_t n = 0; n < g.n; n += batch) {
    s.images = min(batch, g.n - n);
    s.out = y + n * s.out_image;
    make_planes(g, p, s.images, x + n * g.c * g.h * g.w, planes);
    plane_product<T>(s, packed);
  }
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
