// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <vector>

/// Stacks of 3x3 convolutions against one large one: what they cost, and when they are the same function.
namespace demo {

/// The table of `depth` convolutions, channels -> channels, on maps of size x size.
yhat::Summary stack_table(std::int64_t kernel, std::int64_t depth, std::int64_t channels, std::int64_t size,
                          bool padded);

/// One large kernel and the stack with its receptive field.
struct StackCost {
  std::int64_t kernel = 0, depth = 0;
  std::int64_t weights_one = 0, weights_stack = 0;  ///< for one channel: times C^2 for C
  std::int64_t macs_one = 0, macs_stack = 0;        ///< padded, 64 channels on 56 x 56
  double more() const;                              ///< what the large one needs more, in percent
};
/// 5x5, 7x7 and 11x11.
std::vector<StackCost> stack_costs();

/// Multiply-accumulates on an image of n x n without padding, one channel.
struct ValidCost {
  std::int64_t n = 0, one = 0, stack = 0;
};
ValidCost valid_cost(std::int64_t kernel, std::int64_t depth, std::int64_t n);
/// The smallest n from which on the stack costs less.
std::int64_t stack_wins_from(std::int64_t kernel, std::int64_t depth);

/// The kernel (O,C,5,5) of the convolution that does what w1 (M,C,3,3) followed by w2 (O,M,3,3) does:
/// K[o,c] = sum_m full(w2[o,m], w1[m,c]), the full convolution of kernels.
yhat::Tensor composed(const yhat::Tensor& w1, const yhat::Tensor& w2);

/// Largest difference of a random stack of two and its composed kernel, without activation and with a ReLU between.
struct Composition {
  double linear = 0, with_relu = 0;
};
Composition compare_composed();

}  // namespace demo
