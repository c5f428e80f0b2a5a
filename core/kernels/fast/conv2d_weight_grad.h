// SPDX-License-Identifier: MIT
#pragma once
#include "conv2d.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// gw (o, tap) = sum over images and outputs q of gy[o][q] plane[q + offset[tap]]. The taps are the rows of the tile,
// some output channels its columns: gy is packed so that the channels of one pixel stand side by side, the planes are
// read as they lie.
template <class T>
struct WeightGrad {
  int64_t groups, taps, group_o;  // taps: c/groups x kh x kw
  int64_t width;                  // channels in a panel of gy, padded with zeros: one or two registers
  int64_t pixels;                 // of one image of gy
  const int64_t* offset;          // of each tap
  const T* planes;
  int64_t plane_group;
  const Run* run;  // the rows of the output, image after image
  int64_t runs;
  const T* packed;  // gy: (group, panel, image, pixel, width)
  int64_t images;
  T* sums;  // (group, panel, tap, width)

  int64_t panels() const { return ceil_div(group_o, width); }
};

// As many runs from the r-th on as make a block; at least one.
template <class T>
int64_t end_of_block(const WeightGrad<T>& s, int64_t r) {
  int64_t steps = s.run[r++].length;
  while (r < s.runs && steps + s.run[r].length <= block_k) steps += s.run[r++].length;
  return r;
}

// One task: some taps of one panel.
template <class T, int C>
void weight_grad_task(const WeightGrad<T>& s, int64_t panel, int64_t tap0, int64_t tap1, int64_t height,
                      bool accumulate) {
  const T* planes = s.planes + panel / s.panels() * s.plane_group;
  const T* b = s.packed + panel * s.images * s.pixels * s.width;
  for (int64_t r = 0; r < s.runs;) {
    const int64_t last = end_of_block(s, r);
    int64_t steps = 0;
    for (int64_t i = r; i < last; ++i) steps += s.run[i].length;
    for (int64_t t = tap0; t < tap1; t += height) {
      micro_runs_for<T, C>(min(height, tap1 - t))(s.run + r, last - r, planes, s.offset + t, b,
                                                  s.sums + (panel * s.taps + t) * s.width, s.width,
                                                  accumulate || r > 0);
    }
    b += steps * s.width;
    r = last;
  }
}

template <class T>
void weight_grad(const WeightGrad<T>& s, bool accumulate) {
  const bool narrow = s.width == lanes<T>;
  const int64_t most = narrow ? 2 * tile_rows : tile_rows, height = ceil_div(s.taps, ceil_div(s.taps, most));
  const int64_t task_taps = max(1, min(96, ceil_div(s.taps, 4)) / height) * height, tasks = ceil_div(s.taps, task_taps);
  const int64_t products = task_taps * s.width * s.images * s.pixels;
  parallel_for(s.groups * s.panels() * tasks, max(1, 250000 / max(1, products)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t panel = i / tasks, tap = i % tasks * task_taps, tap_end = min(s.taps, tap + task_taps);
      if (narrow) {
        weight_grad_task<T, 1>(s, panel, tap, tap_end, height, accumulate);
      } else {
        weight_grad_task<T, 2>(s, panel, tap, tap_end, height, accumulate);
      }
    }
  });
}

template <class T>
void conv2d_weight_grad(const Conv2dGeometry& g, const T* gy, const T* x, T* gw) {
  const int64_t group_c = g.c / g.groups, group_o = g.o / g.groups, taps = group_c * g.kh * g.kw, pixels = g.oh * g.ow;
  if (g.o * taps == 0) return;
  if (g.n == 0) {
    for (int64_t i = 0; i < g.o * taps; ++i) gw[i] = 0;
    return;
  }
  const InputPlanes p(g);
  const int64_t width = group_o <= lanes<T> ? lanes<T> : tile_cols<T>, panels = ceil_div(group_o, width);
  const int64_t batch = images_at_a_time(g.n, p.image * int64_t{sizeof(T)});
  const int64_t longest = block_k, pieces = ceil_div(g.ow, longest), runs = g.oh * pieces;  // of one image
  const Scratch offsets(taps * int64_t{sizeof(int64_t)}), run_scratch(batch * runs * int64_t{sizeof(Run)});
  const Scratch plane_scratch(batch * p.image * int64_t{sizeof(T)});
  const Scratch packed(g.groups * panels * batch * pixels * width * int64_t{sizeof(T)});
  const Scratch sums(g.groups * panels * taps * width * int64_t{sizeof(T)});
  int64_t* offset = static_cast<int64_t*>(offsets.data);
  for (int64_t t = 0; t < taps; ++t) {
    offset[t] = t / (g.kh * g.kw) * p.channel + p.offset(t / g.kw % g.kh, t % g.kw);
  }
  Run* run = static_cast<Run*>(run_scratch.data);
  for (int64_t i = 0; i < batch * runs; ++i) {
    const int64_t n = i / runs, row = i % runs / pieces, x0 = i % pieces * longest;
    run[i] = {n * p.image + row * p.pitch + x0, min(longest, g.ow - x0)};
  }
  T* planes = static_cast<T*>(plane_scratch.data);
  T* gy_packed = static_cast<T*>(packed.data);
  T* total = static_cast<T*>(sums.data);
  for (int64_t n = 0; n < g.n; n += batch) {
    const int64_t images = min(batch, g.n - n);
    make_planes(g, p, images, x + n * g.c * g.h * g.w, planes);
    parallel_for(g.groups * panels * images, max(1, 30000 / (pixels * width)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t panel = i / images, group = panel / panels, o = panel % panels * width;
        const T* from = gy + ((n + i % images) * g.o + group * group_o + o) * pixels;
        pack_panel(View<T>{from, pixels, 1}, min(width, group_o - o), pixels, width, gy_packed + i * pixels * width);
      }
    });
    weight_grad(WeightGrad<T>{.groups = g.groups,
                              .taps = taps,
                              .group_o = group_o,
                              .width = width,
                              .pixels = pixels,
                              .offset = offset,
                              .planes = planes,
                              .plane_group = group_c * p.channel,
                              .run = run,
                              .runs = images * runs,
                              .packed = gy_packed,
                              .images = images,
                              .sums = total},
                n > 0);
  }
  parallel_for(g.groups * panels, max(1, 30000 / (taps * width)), [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t o = panel % panels * width;
      T* to = gw + (panel / panels * group_o + o) * taps;
      transpose_copy(total + panel * taps * width, width, taps, min(width, group_o - o), to, taps);
    }
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
