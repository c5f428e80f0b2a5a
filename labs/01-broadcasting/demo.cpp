// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict, worked out by your code.
#include <fmt/format.h>
#include <yhat/labs/check.h>
#include <yhat/ops.h>

int main() {
  using namespace yhat;
  const Tensor x = tensor({{1}, {2}, {3}}, Dtype::f64);
  const Tensor y = tensor({10, 20, 30, 40}, Dtype::f64);
  const Shape shape = broadcast_shapes("demo", x.shape(), y.shape());
  fmt::print("x {} and y {} broadcast to {}\n", x.shape(), y.shape(), shape);
  labs::measured("shape_of_sum", fmt::format("{}", shape));
  const Tensor dx = sum_to(ones(shape, Dtype::f64), x.shape());  // dL/dx, if L is the sum of all elements
  labs::measured("shape_of_dx", fmt::format("{}", dx.shape()));
  labs::measured("terms", dx.to_vector()[0]);
}
