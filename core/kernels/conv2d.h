// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

/// x (n,c,h,w), weight (o,c/groups,kh,kw) -> y (n,o,oh,ow). The caller has checked that all of it fits together.
struct Conv2dGeometry {
  std::int64_t n, c, h, w;  // input
  std::int64_t o, kh, kw;   // filters
  std::int64_t oh, ow;      // output: floor((h + 2 pad_h - dil_h (kh - 1) - 1) / stride_h) + 1
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;
  std::int64_t dil_h = 1, dil_w = 1;
  std::int64_t groups = 1;  // divides c and o
};

/// Cross-correlation, y[n,o,oy,ox] = bias[o] + sum x[n, c, oy stride_h - pad_h + ky dil_h, ...] weight[o,c,ky,kx] over
/// the channels c of o's group and over ky, kx; outside of x is zero. bias (o) may be null. Overwrites y.
template <class T>
void conv2d(const Conv2dGeometry& geo, const T* x, const T* weight, const T* bias, T* y);

/// The gradient of conv2d with respect to x: gy (n,o,oh,ow), weight -> gx (n,c,h,w). Overwrites gx.
template <class T>
void conv2d_input_grad(const Conv2dGeometry& geo, const T* gy, const T* weight, T* gx);

/// The gradient of conv2d with respect to weight: gy (n,o,oh,ow), x -> gw (o,c/groups,kh,kw). Overwrites gw.
template <class T>
void conv2d_weight_grad(const Conv2dGeometry& geo, const T* gy, const T* x, T* gw);

namespace reference {
template <class T>
void conv2d(const Conv2dGeometry& geo, const T* x, const T* weight, const T* bias, T* y);
template <class T>
void conv2d_input_grad(const Conv2dGeometry& geo, const T* gy, const T* weight, T* gx);
template <class T>
void conv2d_weight_grad(const Conv2dGeometry& geo, const T* gy, const T* x, T* gw);
}  // namespace reference

}  // namespace yhat::kernels
