// SPDX-License-Identifier: MIT
#include "checker.h"

#include <yhat/labs/check.h>
#include <yhat/ops.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace yhat::labs {

// <v, f(x)> must change by <J^T v, dx>: for every element of every input, for random v, for batches of 1 and 3.
bool gradient_is_correct(const OpUnderTest& op) {
  Rng rng(5);
  int compared = 0;
  for (std::int64_t batch : {1, 3, 1, 3}) {
    const Tensors x = op.sample(rng, batch);
    const Tensor v = uniform(op.forward(x).shape(), 0.5, 1.5, rng, Dtype::f64);
    const Tensors claimed = op.vjp(x, v);
    if (claimed.size() != x.size()) return false;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!claimed[k].defined() || claimed[k].shape() != x[k].shape()) return false;
      const std::vector<double> values = x[k].to_vector(), gradient = claimed[k].to_vector();
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double h = 1e-3 * std::max(1.0, std::abs(values[i]));
        const auto f = [&](int steps) { return inner(v, op.forward(with_element(x, k, i, values[i] + steps * h))); };
        const double here = f(0), left1 = f(-1), left2 = f(-2), right1 = f(1), right2 = f(2);
        const double from_left = (3 * here - 4 * left1 + left2) / (2 * h);
        const double from_right = (4 * right1 - 3 * here - right2) / (2 * h);
        if (!near(from_left, from_right, 1e-3, 1e-5)) continue;  // a kink: no derivative to compare with
        if (!near(gradient[i], (8 * (right1 - left1) - (right2 - left2)) / (12 * h), 1e-6, 1e-7)) return false;
        ++compared;
      }
    }
  }
  return compared > 0;
}

}  // namespace yhat::labs
