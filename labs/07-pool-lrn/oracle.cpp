// SPDX-License-Identifier: MIT
#include <yhat/labs/oracle.h>
#include <yhat/ops.h>

namespace {

using namespace yhat;
using labs::Question;

template <class Spec>
Spec spec_of(const Question& q) {
  return {.kernel = q.integer("kernel"), .stride = q.integer("stride"), .padding = q.integer("padding")};
}

// Values of a grid, so that no two are so near that their order would be in doubt.
Question some_image(Rng& rng) {
  const Shape shape{1 + rng.below(2), 1 + rng.below(3), 4 + rng.below(3), 4 + rng.below(4)};
  std::vector<double> values;
  for (std::int64_t k : rng.permutation(shape.numel())) values.push_back(0.1 * static_cast<double>(k) - 3);
  const std::int64_t kernel = 2 + rng.below(2);
  return {{from_values(values, shape, Dtype::f64)},
          {{"kernel", {kernel}}, {"stride", {1 + rng.below(3)}}, {"padding", {rng.below(2)}}}};
}

Question some_channels(Rng& rng) {
  return {{2 * randn({1 + rng.below(2), 1 + rng.below(8), 2, 1 + rng.below(2)}, rng, Dtype::f64)},
          {{"size", {1 + 2 * rng.below(3)}}, {"k", {1 + rng.below(2)}}}};
}

}  // namespace

int main(int argc, char** argv) {
  return labs::serve(
      argc, argv,
      {{"max_pool2d", [](const Question& q) { return max_pool2d(q.args[0], spec_of<MaxPool2dSpec>(q)); }, some_image},
       {"avg_pool2d", [](const Question& q) { return avg_pool2d(q.args[0], spec_of<AvgPool2dSpec>(q)); }, some_image},
       {"local_response_norm",
        [](const Question& q) {
          return local_response_norm(
              q.args[0],
              {.size = q.integer("size"), .alpha = 0.3, .beta = 0.75, .k = static_cast<double>(q.integer("k"))});
        },
        some_channels}});
}
