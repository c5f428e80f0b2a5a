// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <string>

#include "catalogue.h"

namespace yhat::test {

struct PoolCase {
  Shape x;
  Pair kernel, stride, padding, dilation;
  bool ceil_mode, count_include_pad;

  MaxPool2dSpec max() const { return {kernel, stride, padding, dilation, ceil_mode}; }
  AvgPool2dSpec avg() const { return {kernel, stride, padding, ceil_mode, count_include_pad}; }
  std::string name() const {
    return fmt::format("{}, kernel {} {}, stride {} {}, padding {} {}, dilation {} {}{}{}", x, kernel.h, kernel.w,
                       stride.h, stride.w, padding.h, padding.w, dilation.h, dilation.w, ceil_mode ? ", ceil" : "",
                       count_include_pad ? "" : ", without padding");
  }
};

/// Strides below, at and above the kernel, both rounding modes, both divisors; dilation other than 1 only if asked for.
std::vector<PoolCase> pool_cases(std::size_t count, bool dilated);

}  // namespace yhat::test
