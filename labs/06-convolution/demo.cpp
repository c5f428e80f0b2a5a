// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict, worked out by your code.
#include <convolution.h>
#include <fmt/core.h>
#include <yhat/labs/check.h>

#include <cstdint>
#include <vector>

namespace {

using namespace yhat;
using namespace yhat::labs;

// For an image of size x size: which pixels does no window cover? Weights and gradients are 1, so nothing cancels.
std::vector<double> coverage(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  const Shape image{1, 1, size, size}, filter{1, 1, kernel, kernel};
  const Conv2dSpec spec{.stride = stride};
  const Tensor g = ones(output_shape(image, filter, spec), Dtype::f64);
  return direct_input_grad(g, ones(filter, Dtype::f64), image, spec).to_vector();
}

}  // namespace

int main() {
  const std::vector<double> small = coverage(6, 3, 2);
  int none = 0;
  for (std::size_t i = 0; i < small.size(); ++i) {
    none += small[i] == 0;
    fmt::print("{:2.0f}{}", small[i], i % 6 == 5 ? "\n" : " ");
  }
  measured("output_6", static_cast<double>(conv_output_size(6, 3, 2, 0, 1)));
  measured("pixels_without_gradient", none);
  measured("output_224", static_cast<double>(conv_output_size(224, 11, 4, 0, 1)));
  const std::vector<double> large = coverage(224, 11, 4);
  std::int64_t row = 0;
  while (large[static_cast<std::size_t>(row * 224)] != 0) ++row;
  measured("row_without_gradient", static_cast<double>(row));
}
