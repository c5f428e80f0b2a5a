// SPDX-License-Identifier: MIT
// What a constant upstream gradient hides: the true gradient of softmax for two of them.
#include <fmt/core.h>
#include <yhat/autograd.h>
#include <yhat/labs/check.h>
#include <yhat/ops.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace yhat;

double largest(const Tensor& weights) {
  const Tensor x = tensor({0, 1, 0, 1}, Dtype::f64).requires_grad_(true);
  double most = 0;
  for (double d : grad(softmax(x, 0), {x}, {.seed = weights})[0].to_vector()) most = std::max(most, std::abs(d));
  return most;
}

}  // namespace

int main() {
  const double constant = largest(tensor({1, 1, 1, 1}, Dtype::f64));
  const double weighted = largest(tensor({1, -1, 2, -2}, Dtype::f64));
  fmt::print("largest element of the true gradient: {:.2g} for weights [1, 1, 1, 1]\n", constant);
  labs::measured("zero_passes_sum", constant < 1e-12 ? "yes" : "no");
  labs::measured("largest_with_weights", weighted);
}
