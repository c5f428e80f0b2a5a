// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

/// x (n,c,h,w) -> y (n,c,oh,ow). Output (oy, ox) looks at the window of kh x kw elements, dil_h and dil_w apart, that
/// starts at (oy stride_h - pad_h, ox stride_w - pad_w). The caller has chosen oh and ow (so ceil_mode is its affair)
/// and has checked that every window of a max-pool holds at least one element of x.
struct Pool2dGeometry {
  std::int64_t n, c, h, w;
  std::int64_t kh, kw;
  std::int64_t oh, ow;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;
  std::int64_t dil_h = 1, dil_w = 1;  // max-pool only
  bool count_include_pad = true;      // average only
};

/// y: the largest element of each window; winner: its flat index into the whole of x, in [0, n c h w). The first in
/// row-major order wins a tie, a NaN wins over numbers, and the first NaN over others; padding never wins. winner may
/// be null.
template <class T>
void max_pool2d(const Pool2dGeometry& geo, const T* x, T* y, std::int64_t* winner);

/// gx (n,c,h,w) = gy (n,c,oh,ow) added up at the winners, zero elsewhere. Overwrites gx.
template <class T>
void max_pool2d_grad(const Pool2dGeometry& geo, const T* gy, const std::int64_t* winner, T* gx);

/// y: the sum of the elements of x in each window, divided by the window's size clipped to the padded extent (so
/// padding counts and an overhang of ceil_mode does not) or, without count_include_pad, by the number of elements of x
/// in it.
template <class T>
void avg_pool2d(const Pool2dGeometry& geo, const T* x, T* y);

/// The gradient of avg_pool2d: each gy (n,c,oh,ow), divided by its window's divisor, added to the elements of the
/// window. Overwrites gx.
template <class T>
void avg_pool2d_grad(const Pool2dGeometry& geo, const T* gy, T* gx);

namespace reference {
template <class T>
void max_pool2d(const Pool2dGeometry& geo, const T* x, T* y, std::int64_t* winner);
template <class T>
void max_pool2d_grad(const Pool2dGeometry& geo, const T* gy, const std::int64_t* winner, T* gx);
template <class T>
void avg_pool2d(const Pool2dGeometry& geo, const T* x, T* y);
template <class T>
void avg_pool2d_grad(const Pool2dGeometry& geo, const T* gy, T* gx);
}  // namespace reference

}  // namespace yhat::kernels
