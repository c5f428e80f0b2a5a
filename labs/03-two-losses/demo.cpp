// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict, worked out by your code.
#include <fmt/core.h>
#include <neuron.h>
#include <yhat/labs/check.h>

using namespace yhat::labs;

int main() {
  const yhat::Tensor x = yhat::ones({1, 1}, yhat::Dtype::f64);
  const yhat::Tensor y = yhat::zeros({1}, yhat::Dtype::f64);
  const yhat::Tensor w = yhat::full({1}, 2, yhat::Dtype::f64);
  const double quadratic = quadratic_gradient(w, 2, x, y).db;
  const double cross_entropy = cross_entropy_gradient(w, 2, x, y).db;
  fmt::print("at z = 4: quadratic {:.9f}, cross-entropy {:.9f}, ratio {:.6f}\n", quadratic, cross_entropy,
             cross_entropy / quadratic);
  const auto epochs = [](NeuronLoss loss, double start_w, double start_b) {
    return epochs_until(loss, start_w, start_b, 0.15, 0.5, 10000);
  };
  measured("epochs_quadratic", epochs(NeuronLoss::quadratic, 2, 2));
  measured("epochs_cross_entropy", epochs(NeuronLoss::cross_entropy, 2, 2));
  measured("epochs_quadratic_near", epochs(NeuronLoss::quadratic, 0.6, 0.9));
  measured("epochs_cross_entropy_near", epochs(NeuronLoss::cross_entropy, 0.6, 0.9));
}
