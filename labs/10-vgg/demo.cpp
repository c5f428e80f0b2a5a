// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict: pixels that reach an output of three 3x3 convolutions.
#include <fmt/core.h>
#include <stacks.h>
#include <yhat/autograd.h>
#include <yhat/labs/check.h>
#include <yhat/ops.h>

int main() {
  using namespace yhat;
  Rng rng(10);
  labs::measured("centre", static_cast<double>(labs::measured_receptive_field(3, rng)));
  // The same for the output in the corner.
  const Tensor image = randn({1, 1, 9, 9}, rng, Dtype::f64).requires_grad_(true);
  Tensor y = image;
  for (int i = 0; i < 3; ++i) y = conv2d(y, randn({1, 1, 3, 3}, rng, Dtype::f64), {.padding = 1});
  int count = 0;
  for (double d : grad(slice(slice(y, 2, 0, 1), 3, 0, 1), {image})[0].to_vector()) count += d != 0;
  labs::measured("corner", count);
  const double values = static_cast<double>(labs::stored_values(labs::vgg16_records(), {3, 224, 224}));
  fmt::print("VGG-16 stores {:.0f} values, {:.2f} MiB in f32\n", values, values * 4 / (1 << 20));
}
