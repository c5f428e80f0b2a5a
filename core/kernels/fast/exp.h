// SPDX-License-Identifier: MIT
#pragma once
#include <math.h>

#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// exp(x) for x <= 0 or NaN in single precision, within 2 units in the last place; 0 below -87.3, where the result would
// no longer be a normal number. x = n ln 2 + r with |r| <= ln 2 / 2; exp(r) by its Taylor series, 2^n by writing n into
// the exponent.
inline float exp_not_positive(float x) {
  const float clamped = x < -87.3F ? -87.3F : x;
  const float shifted =
      clamped * 1.44269504F + 12582912.0F;  // adding 1.5 * 2^23 rounds to the nearest whole number, in the low bits
  const float n = shifted - 12582912.0F;
  const float r = (clamped - n * 0.693359375F) + n * 2.12194440e-4F;  // ln 2 in two parts, the first exact in a product
  float e = 1.0F / 5040;
  e = e * r + 1.0F / 720;
  e = e * r + 1.0F / 120;
  e = e * r + 1.0F / 24;
  e = e * r + 1.0F / 6;
  e = e * r + 0.5F;
  e = e * r * r + r + 1.0F;
  const uint32_t exponent = __builtin_bit_cast(uint32_t, shifted) - 0x4b400000U + 127U;
  const float power = __builtin_bit_cast(float, exponent << 23);
  const int32_t keep =
      -static_cast<int32_t>(!(x < -87.3F));  // all bits or none: no branch, so that loops become vector code
  return __builtin_bit_cast(float, __builtin_bit_cast(int32_t, e * power) & keep);
}

// y = exp(x - top), for top >= every x
inline void exp_of_difference(int64_t n, const float* x, float top, float* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = exp_not_positive(x[i] - top);
}
inline void exp_of_difference(int64_t n, const double* x, double top, double* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = ::exp(x[i] - top);
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
