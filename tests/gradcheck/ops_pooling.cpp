// SPDX-License-Identifier: MIT
#include "catalogue.h"
#include "pool_cases.h"

namespace yhat::test {
namespace {

Samples maxima() {
  Samples samples;
  for (const PoolCase& c : pool_cases(120, true)) {
    samples.push_back({c.name(), [c](Draw& d) {
                         return Case{"", fn([c](const Tensor& x) { return max_pool2d(x, c.max()); }), {d.spaced(c.x)}};
                       }});
  }
  return samples;
}

Samples averages() {
  Samples samples;
  for (const PoolCase& c : pool_cases(120, false)) {
    samples.push_back({c.name(), [c](Draw& d) {
                         return Case{"", fn([c](const Tensor& x) { return avg_pool2d(x, c.avg()); }), {d.in(c.x)}};
                       }});
  }
  return samples;
}

Samples gradients_of_averages() {
  Samples samples;
  for (const PoolCase& c : pool_cases(80, false)) {
    samples.push_back(
        {c.name(), [c](Draw& d) {
           const Shape y = avg_pool2d(zeros(c.x, Dtype::f64), c.avg()).shape();
           return Case{"", fn([c](const Tensor& g) { return avg_pool2d_grad(g, c.x, c.avg()); }), {d.in(y)}};
         }});
  }
  return samples;
}

}  // namespace

std::vector<Op> pooling_ops() {
  return {
      {"max_pool2d", {"max_pool2d"}, "pooling", maxima, 120, 40, 2, false, "dx = g at the winner of each window"},
      {"avg_pool2d", {"avg_pool2d"}, "pooling", averages, 120, 40, 2, true, "dx = g / divisor over each window"},
      {"avg_pool2d_grad",
       {"avg_pool2d_grad"},
       "pooling",
       gradients_of_averages,
       80,
       40,
       2,
       true,
       "the adjoint of avg_pool2d"},
  };
}

}  // namespace yhat::test
