// SPDX-License-Identifier: MIT
#include "../pool2d.h"

#include <algorithm>

namespace yhat::kernels::reference {

template <class T>
void max_pool2d(const Pool2dGeometry& g, const T* x, T* y, std::int64_t* winner) {
  for (std::int64_t plane = 0; plane < g.n * g.c; ++plane) {
    for (std::int64_t oy = 0; oy < g.oh; ++oy) {
      for (std::int64_t ox = 0; ox < g.ow; ++ox) {
        std::int64_t best = -1;  // none yet
        for (std::int64_t ky = 0; ky < g.kh; ++ky) {
          for (std::int64_t kx = 0; kx < g.kw; ++kx) {
            const std::int64_t iy = oy * g.stride_h - g.pad_h + ky * g.dil_h;
            const std::int64_t ix = ox * g.stride_w - g.pad_w + kx * g.dil_w;
            if (iy < 0 || iy >= g.h || ix < 0 || ix >= g.w) continue;
            const std::int64_t here = (plane * g.h + iy) * g.w + ix;
            const bool beaten_by_nan = best >= 0 && x[best] == x[best] && x[here] != x[here];
            if (best < 0 || x[here] > x[best] || beaten_by_nan) best = here;
          }
        }
        const std::int64_t out = (plane * g.oh + oy) * g.ow + ox;
        y[out] = x[best];
        if (winner) winner[out] = best;
      }
    }
  }
}

template <class T>
void max_pool2d_grad(const Pool2dGeometry& g, const T* gy, const std::int64_t* winner, T* gx) {
  std::fill(gx, gx + g.n * g.c * g.h * g.w, T(0));
  for (std::int64_t out = 0; out < g.n * g.c * g.oh * g.ow; ++out) gx[winner[out]] += gy[out];
}

namespace {

// body(flat index in x, in y, divisor) for every element of every window
template <class Body>
void for_each_element(const Pool2dGeometry& g, Body body) {
  for (std::int64_t plane = 0; plane < g.n * g.c; ++plane) {
    for (std::int64_t oy = 0; oy < g.oh; ++oy) {
      for (std::int64_t ox = 0; ox < g.ow; ++ox) {
        const std::int64_t y0 = oy * g.stride_h - g.pad_h,
                           y1 = std::min(y0 + g.kh, g.h + g.pad_h);  // clipped to the padded
        const std::int64_t x0 = ox * g.stride_w - g.pad_w, x1 = std::min(x0 + g.kw, g.w + g.pad_w);  // extent
        const std::int64_t real_y0 = std::max<std::int64_t>(y0, 0), real_y1 = std::min(y1, g.h);
        const std::int64_t real_x0 = std::max<std::int64_t>(x0, 0), real_x1 = std::min(x1, g.w);
        const std::int64_t divisor =
            g.count_include_pad ? (y1 - y0) * (x1 - x0) : (real_y1 - real_y0) * (real_x1 - real_x0);
        for (std::int64_t iy = real_y0; iy < real_y1; ++iy) {
          for (std::int64_t ix = real_x0; ix < real_x1; ++ix) {
            body((plane * g.h + iy) * g.w + ix, (plane * g.oh + oy) * g.ow + ox, divisor);
          }
        }
      }
    }
  }
}

}  // namespace

template <class T>
void avg_pool2d(const Pool2dGeometry& g, const T* x, T* y) {
  std::fill(y, y + g.n * g.c * g.oh * g.ow, T(0));
  for_each_element(g, [&](std::int64_t in, std::int64_t out, std::int64_t) { y[out] += x[in]; });
  for_each_element(g, [&, last = std::int64_t{-1}](std::int64_t, std::int64_t out, std::int64_t divisor) mutable {
    if (out != last) y[out] /= static_cast<T>(divisor);  // once per window
    last = out;
  });
}

template <class T>
void avg_pool2d_grad(const Pool2dGeometry& g, const T* gy, T* gx) {
  std::fill(gx, gx + g.n * g.c * g.h * g.w, T(0));
  for_each_element(
      g, [&](std::int64_t in, std::int64_t out, std::int64_t divisor) { gx[in] += gy[out] / static_cast<T>(divisor); });
}

template void max_pool2d(const Pool2dGeometry&, const float*, float*, std::int64_t*);
template void max_pool2d(const Pool2dGeometry&, const double*, double*, std::int64_t*);
template void max_pool2d_grad(const Pool2dGeometry&, const float*, const std::int64_t*, float*);
template void max_pool2d_grad(const Pool2dGeometry&, const double*, const std::int64_t*, double*);
template void avg_pool2d(const Pool2dGeometry&, const float*, float*);
template void avg_pool2d(const Pool2dGeometry&, const double*, double*);
template void avg_pool2d_grad(const Pool2dGeometry&, const float*, float*);
template void avg_pool2d_grad(const Pool2dGeometry&, const double*, double*);

}  // namespace yhat::kernels::reference
