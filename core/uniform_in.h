// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "yhat/dtype.h"
#include "yhat/rng.h"

namespace yhat {

/// rng.uniform(lo, hi) as a number of this dtype: rounding to single precision must not make it hi.
inline double uniform_in(Rng& rng, double lo, double hi, Dtype dtype) {
  const double x = rng.uniform(lo, hi);
  if (dtype == Dtype::f64) return x;
  const float rounded = static_cast<float>(x);
  if (rounded < hi) return rounded;
  const float below = std::nextafter(rounded, -INFINITY);
  return below >= lo ? below : rounded;  // no number of single precision lies between the limits
}

}  // namespace yhat
