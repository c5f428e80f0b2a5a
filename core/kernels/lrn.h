// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

/// Local response normalisation across channels (AlexNet paper, section 3.3). x, y, scale are (n, c, hw); size >= 1.
/// alpha is not divided by size.
struct LrnGeometry {
  std::int64_t n, c, hw;
  std::int64_t size;
  double alpha, beta, k;
};

/// y_c = x_c / S_c^beta with S_c = k + alpha sum of x_j^2 over the channels j in [c - size / 2, c + (size - 1) / 2].
/// scale receives S for the gradient; it may be null.
template <class T>
void local_response_norm(const LrnGeometry& geo, const T* x, T* y, T* scale);

/// gx_i = gy_i S_i^-beta - 2 alpha beta x_i sum of gy_c x_c S_c^(-beta - 1) over the channels c whose window holds i.
/// Overwrites gx.
template <class T>
void local_response_norm_grad(const LrnGeometry& geo, const T* gy, const T* x, const T* scale, T* gx);

namespace reference {
template <class T>
void local_response_norm(const LrnGeometry& geo, const T* x, T* y, T* scale);
template <class T>
void local_response_norm_grad(const LrnGeometry& geo, const T* gy, const T* x, const T* scale, T* gx);
}  // namespace reference

}  // namespace yhat::kernels
