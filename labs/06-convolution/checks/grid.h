// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <cstdint>
#include <vector>

/// The cases on which the convolutions of lab 6 are compared with the library's. All values are small integers, so sums
/// of products are exact and compared for equality.
namespace yhat::labs {

struct ConvCase {
  Shape x, w;
  Conv2dSpec spec;
};

// H != W, remainders, every setting different from 1 at least once, N, C, O >= 2.
inline const std::vector<ConvCase> conv_cases = {
    {{1, 1, 4, 4}, {1, 1, 3, 3}, {}},
    {{2, 3, 5, 6}, {2, 3, 3, 3}, {}},
    {{3, 2, 6, 5}, {3, 2, 2, 3}, {.padding = {1, 0}}},
    {{2, 2, 7, 8}, {2, 2, 3, 3}, {.stride = 2}},
    {{2, 2, 6, 7}, {4, 2, 3, 3}, {.stride = 2, .padding = 1}},
    {{1, 2, 8, 7}, {2, 2, 3, 2}, {.padding = 2, .dilation = 2}},
    {{2, 2, 9, 8}, {2, 2, 3, 3}, {.stride = {3, 2}, .padding = {2, 1}, .dilation = {2, 1}}},
    {{2, 4, 5, 6}, {4, 2, 3, 3}, {.padding = 1, .groups = 2}},
    {{1, 4, 8, 6}, {8, 1, 3, 3}, {.stride = 2, .groups = 4}},
    {{3, 4, 9, 7}, {4, 2, 3, 2}, {.stride = {2, 3}, .padding = 1, .dilation = {1, 2}, .groups = 2}},
};

inline void show_case(const ConvCase& c) {
  show("x", c.x);
  show("w", c.w);
  show("stride", fmt::format("[{}, {}]", c.spec.stride.h, c.spec.stride.w));
  show("padding", fmt::format("[{}, {}]", c.spec.padding.h, c.spec.padding.w));
  show("dilation", fmt::format("[{}, {}]", c.spec.dilation.h, c.spec.dilation.w));
  show("groups", std::to_string(c.spec.groups));
}

}  // namespace yhat::labs
