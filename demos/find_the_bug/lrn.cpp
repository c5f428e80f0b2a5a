// SPDX-License-Identifier: MIT
#include "find_the_bug/lrn.h"

#include <algorithm>
#include <cmath>

namespace demo {

using namespace yhat;

LocalResponseNormSpec large_alpha() { return {.size = 5, .alpha = 0.3, .beta = 0.75, .k = 1}; }

Tensor lrn_example() { return reshape(tensor({1, -2, 3, 0.5, -1.5, 4, 2.5}, Dtype::f64), {1, 7, 1, 1}); }

Tensor lrn_gradient(const Tensor& a, const Tensor& g, const LocalResponseNormSpec& spec, bool wrong) {
  const std::int64_t channels = a.dim(1);
  const auto first = [&](std::int64_t i) { return std::max<std::int64_t>(0, i - spec.size / 2); };
  const auto last = [&](std::int64_t i) { return std::min(channels - 1, i + (spec.size - 1) / 2); };
  const auto value = [](const Tensor& t, std::int64_t i) { return t.at({0, i, 0, 0}); };
  std::vector<double> s;
  for (std::int64_t i = 0; i < channels; ++i) {
    double squares = 0;
    for (std::int64_t j = first(i); j <= last(i); ++j) squares += value(a, j) * value(a, j);
    s.push_back(spec.k + spec.alpha * squares);
  }
  std::vector<double> gradient;
  for (std::int64_t m = 0; m < channels; ++m) {
    double cross = 0;
    for (std::int64_t i = 0; i < channels; ++i) {
      if (m < first(i) || m > last(i)) continue;  // i's window does not hold m
      const double pair = value(a, wrong ? m : i) * value(a, m);
      cross += value(g, i) * pair * std::pow(s[static_cast<std::size_t>(i)], -spec.beta - 1);
    }
    gradient.push_back(value(g, m) * std::pow(s[static_cast<std::size_t>(m)], -spec.beta) -
                       2 * spec.alpha * spec.beta * cross);
  }
  return from_values(gradient, a.shape(), Dtype::f64);
}

LrnError lrn_error() {
  const Tensor g = reshape(tensor({0.3, -0.1, 0.7, 1, -0.4, 0.2, 0.5}, Dtype::f64), {1, 7, 1, 1});
  const auto off = [&](const LocalResponseNormSpec& spec) {
    const Tensor right = lrn_gradient(lrn_example(), g, spec, false);
    return (max(abs(lrn_gradient(lrn_example(), g, spec, true) - right)) / max(abs(right))).item();
  };
  return {off(large_alpha()), off({})};
}

}  // namespace demo
