// SPDX-License-Identifier: MIT
#include "receptive_field/stacks.h"

#include <fmt/format.h>

#include "support/tables.h"

namespace demo {

using namespace yhat;

Summary stack_table(std::int64_t kernel, std::int64_t depth, std::int64_t channels, std::int64_t size, bool padded) {
  ModelDescription stack{"stack", {channels, size, size}, {}};
  for (std::int64_t i = 1; i <= depth; ++i) {
    stack.layers.emplace_back(
        fmt::format("conv{}", i),
        Conv2dOptions{.out = channels, .kernel = kernel, .padding = padded ? kernel / 2 : 0, .bias = false});
  }
  return summary(stack);
}

double StackCost::more() const { return share(weights_one - weights_stack, weights_stack); }

std::vector<StackCost> stack_costs() {
  std::vector<StackCost> costs;
  for (const std::int64_t kernel : {5, 7, 11}) {
    StackCost c{kernel, (kernel - 1) / 2};
    c.weights_one = stack_table(kernel, 1, 1, 16, true).parameters();
    c.weights_stack = stack_table(3, c.depth, 1, 16, true).parameters();
    c.macs_one = stack_table(kernel, 1, 64, 56, true).macs();
    c.macs_stack = stack_table(3, c.depth, 64, 56, true).macs();
    costs.push_back(c);
  }
  return costs;
}

ValidCost valid_cost(std::int64_t kernel, std::int64_t depth, std::int64_t n) {
  return {n, stack_table(kernel, 1, 1, n, false).macs(), stack_table(3, depth, 1, n, false).macs()};
}

std::int64_t stack_wins_from(std::int64_t kernel, std::int64_t depth) {
  std::int64_t n = 64;  // at this size the stack costs less
  while (n > kernel) {
    const ValidCost c = valid_cost(kernel, depth, n - 1);
    if (c.stack >= c.one) break;
    --n;
  }
  return n;
}

Tensor composed(const Tensor& w1, const Tensor& w2) {
  const std::int64_t in = w1.dim(1), middle = w1.dim(0), out = w2.dim(0);
  const std::int64_t k1 = w1.dim(2), k2 = w2.dim(2), k = k1 + k2 - 1;
  Tensor whole = zeros({out, in, k, k}, Dtype::f64);
  const auto into = whole.mutable_data<double>();
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t c = 0; c < in; ++c) {
      for (std::int64_t m = 0; m < middle; ++m) {
        for (std::int64_t u = 0; u < k2 * k2; ++u) {
          for (std::int64_t v = 0; v < k1 * k1; ++v) {
            const std::int64_t row = u / k2 + v / k1, column = u % k2 + v % k1;
            into[static_cast<std::size_t>(((o * in + c) * k + row) * k + column)] +=
                w2.at({o, m, u / k2, u % k2}) * w1.at({m, c, v / k1, v % k1});
          }
        }
      }
    }
  }
  return whole;
}

Composition compare_composed() {
  Rng rng(1);
  const Tensor x = randn({2, 3, 9, 8}, rng, Dtype::f64);
  const Tensor w1 = randn({4, 3, 3, 3}, rng, Dtype::f64);
  const Tensor w2 = randn({2, 4, 3, 3}, rng, Dtype::f64);
  const Tensor one = conv2d(x, composed(w1, w2));
  const auto apart = [&](const Tensor& stack) { return max(abs(stack - one)).item() / max(abs(one)).item(); };
  return {apart(conv2d(conv2d(x, w1), w2)), apart(conv2d(relu(conv2d(x, w1)), w2))};
}

}  // namespace demo
