// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace demo {

/// One setting of conv2d, N 2, C 4, O 8, 3x3 kernels: held against plain loops and against finite differences.
struct ConvolutionCheck {
  std::int64_t stride, padding, dilation, groups, size;
  double output = 0, x_gradient = 0, w_gradient = 0, b_gradient = 0;  ///< largest difference from the loops
  bool gradcheck = false;                                             ///< of all three gradients
  std::int64_t unseen = 0;                                            ///< pixels of a map that no window covers
  double unseen_gradient = 0;                                         ///< the largest there: exactly 0
};
/// Six settings: strides that leave a remainder and that do not, padding, dilation, groups.
std::vector<ConvolutionCheck> convolution_checks();

}  // namespace demo
