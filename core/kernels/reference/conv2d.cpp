// SPDX-License-Identifier: MIT
#include "../conv2d.h"

namespace yhat::kernels::reference {
namespace {

// All three functions visit the same pairs: output element (n,o,oy,ox) and weight element (o,c,ky,kx) meet in the input
// element (n,c,iy,ix). Only what is done with the three differs: body(flat index in x, in weight, in y).
template <class Body>
void for_each_product(const Conv2dGeometry& g, Body body) {
  const std::int64_t group_c = g.c / g.groups, group_o = g.o / g.groups;
  for (std::int64_t n = 0; n < g.n; ++n) {
    for (std::int64_t o = 0; o < g.o; ++o) {
      for (std::int64_t oy = 0; oy < g.oh; ++oy) {
        for (std::int64_t ox = 0; ox < g.ow; ++ox) {
          for (std::int64_t c = 0; c < group_c; ++c) {
            for (std::int64_t ky = 0; ky < g.kh; ++ky) {
              for (std::int64_t kx = 0; kx < g.kw; ++kx) {
                const std::int64_t iy = oy * g.stride_h - g.pad_h + ky * g.dil_h;
                const std::int64_t ix = ox * g.stride_w - g.pad_w + kx * g.dil_w;
                if (iy < 0 || iy >= g.h || ix < 0 || ix >= g.w) continue;  // the padding is zero
                const std::int64_t channel = o / group_o * group_c + c;
                body(((n * g.c + channel) * g.h + iy) * g.w + ix, ((o * group_c + c) * g.kh + ky) * g.kw + kx,
                     ((n * g.o + o) * g.oh + oy) * g.ow + ox);
              }
            }
          }
        }
      }
    }
  }
}

template <class T>
void fill(T* values, std::int64_t count, T value) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = value;
}

}  // namespace

template <class T>
void conv2d(const Conv2dGeometry& g, const T* x, const T* weight, const T* bias, T* y) {
  for (std::int64_t plane = 0; plane < g.n * g.o; ++plane) {
    fill(y + plane * g.oh * g.ow, g.oh * g.ow, bias ? bias[plane % g.o] : T(0));
  }
  for_each_product(g, [&](std::int64_t in, std::int64_t k, std::int64_t out) { y[out] += x[in] * weight[k]; });
}

template <class T>
void conv2d_input_grad(const Conv2dGeometry& g, const T* gy, const T* weight, T* gx) {
  fill(gx, g.n * g.c * g.h * g.w, T(0));
  for_each_product(g, [&](std::int64_t in, std::int64_t k, std::int64_t out) { gx[in] += gy[out] * weight[k]; });
}

template <class T>
void conv2d_weight_grad(const Conv2dGeometry& g, const T* gy, const T* x, T* gw) {
  fill(gw, g.o * (g.c / g.groups) * g.kh * g.kw, T(0));
  for_each_product(g, [&](std::int64_t in, std::int64_t k, std::int64_t out) { gw[k] += gy[out] * x[in]; });
}

template void conv2d(const Conv2dGeometry&, const float*, const float*, const float*, float*);
template void conv2d(const Conv2dGeometry&, const double*, const double*, const double*, double*);
template void conv2d_input_grad(const Conv2dGeometry&, const float*, const float*, float*);
template void conv2d_input_grad(const Conv2dGeometry&, const double*, const double*, double*);
template void conv2d_weight_grad(const Conv2dGeometry&, const float*, const float*, float*);
template void conv2d_weight_grad(const Conv2dGeometry&, const double*, const double*, double*);

}  // namespace yhat::kernels::reference
