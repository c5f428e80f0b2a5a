// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <string>

#include "catalogue.h"

namespace yhat::test {

/// The settings of one convolution: x (n,c,h,w), weight (o,c/groups,k.h,k.w).
struct ConvCase {
  std::int64_t n, c, h, w, o;
  Pair kernel;
  Conv2dSpec spec;
  bool bias;

  Shape x_shape() const { return {n, c, h, w}; }
  Shape w_shape() const { return {o, c / spec.groups, kernel.h, kernel.w}; }
  Shape y_shape() const {
    return {n, o, out(h, kernel.h, spec.stride.h, spec.padding.h, spec.dilation.h),
            out(w, kernel.w, spec.stride.w, spec.padding.w, spec.dilation.w)};
  }
  static std::int64_t out(std::int64_t size, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
    return (size + 2 * p - d * (k - 1) - 1) / s + 1;
  }
  std::string name() const {
    return fmt::format("x {}, weight {}, stride {} {}, padding {} {}, dilation {} {}, groups {}{}", x_shape(),
                       w_shape(), spec.stride.h, spec.stride.w, spec.padding.h, spec.padding.w, spec.dilation.h,
                       spec.dilation.w, spec.groups, bias ? ", bias" : "");
  }
};

/// `count` convolutions in which every two settings meet with all their values: kernels {1, 2, 3, 5} x {1, 3}, strides
/// {1, 2, 3, 4, k + 1}, paddings {0, 1, 2} that differ between the axes, dilations {1, 2}, groups {1, 2, C}, with and
/// without bias, N {1, 2, 3}, H != W, with and without rows and columns that no window reaches.
std::vector<ConvCase> conv_cases(std::size_t count);

}  // namespace yhat::test
