// SPDX-License-Identifier: MIT
#include "derivative.h"

#include <cmath>
#include <limits>

namespace yhat::labs {

// f(x+h) and f(x-h) have the even terms of the Taylor series in common: what is left of the error is h^2 f'''/6.
double central_difference(const std::function<double(double)>& f, double x, double h) {
  return (f(x + h) - f(x - h)) / (2 * h);
}

// The truncation h^2 and the round-off eps / h are equal at h = eps^(1/3).
double best_step() { return std::cbrt(std::numeric_limits<double>::epsilon()); }

}  // namespace yhat::labs
