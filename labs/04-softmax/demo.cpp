// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict, worked out by your code.
#include <fmt/core.h>
#include <yhat/labs/check.h>
#include <yhat/yhat.h>

#include <cstdint>
#include <string>
#include <vector>

namespace {

using yhat::Tensor;

// Ten logits, the wrong one at 10: gradient steps of size 1 until p of the true class is above 0.9.
template <class Loss>
int steps_until_right(Loss loss) {
  Tensor z = yhat::tensor({{0, 10, 0, 0, 0, 0, 0, 0, 0, 0}}, yhat::Dtype::f64);
  for (int step = 0; step < 100000; ++step) {
    if (yhat::softmax(z, 1).at({0, 0}) > 0.9) return step;
    z.requires_grad_(true);
    const Tensor gradient = yhat::grad(loss(z), {z})[0];
    z = z.detach() - gradient;
  }
  return -1;
}

}  // namespace

int main() {
  const Tensor z = yhat::tensor({{1, 2, 3}}, yhat::Dtype::f64).requires_grad_(true);
  const Tensor loss = yhat::cross_entropy(z, {2});
  const std::vector<double> gradient = yhat::grad(loss, {z})[0].to_vector();
  fmt::print("z = [1, 2, 3], class 2: loss {:.6f}, dL/dz [{:+.6f}, {:+.6f}, {:+.6f}]\n", loss.item(), gradient[0],
             gradient[1], gradient[2]);
  int positive = 0;
  for (double d : gradient) positive += d > 0;
  yhat::labs::measured("positive_entries", positive);
  yhat::labs::measured("gradient_sum", gradient[0] + gradient[1] + gradient[2]);

  const Tensor y = yhat::one_hot({0}, 10, yhat::Dtype::f64);
  yhat::labs::measured("steps_cross_entropy",
                       steps_until_right([](const Tensor& logits) { return yhat::cross_entropy(logits, {0}); }));
  yhat::labs::measured("steps_squared_error", steps_until_right([&](const Tensor& logits) {
                         const Tensor d = yhat::softmax(logits, 1) - y;
                         return 0.5 * yhat::sum(d * d);
                       }));
}
