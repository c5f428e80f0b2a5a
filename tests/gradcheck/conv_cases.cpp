// SPDX-License-Identifier: MIT
#include "conv_cases.h"

#include <set>

namespace yhat::test {
namespace {

// Whether any window sees any element of the input, rather than padding alone.
bool touches(std::int64_t size, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
  for (std::int64_t i = 0; i < ConvCase::out(size, k, s, p, d); ++i) {
    for (std::int64_t j = 0; j < k; ++j) {
      if (i * s - p + j * d >= 0 && i * s - p + j * d < size) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<ConvCase> conv_cases(std::size_t count) {
  Rng rng(7);
  const auto pick = [&](std::initializer_list<std::int64_t> from) {
    return from.begin()[rng.below(static_cast<std::int64_t>(from.size()))];
  };
  std::vector<ConvCase> cases;
  std::set<std::string> seen;
  while (cases.size() < count) {
    ConvCase c{};
    c.kernel = {pick({1, 2, 3, 5}), pick({1, 3})};
    if (rng.below(2) == 0) std::swap(c.kernel.h, c.kernel.w);
    c.spec.stride = {pick({1, 2, 3, 4, c.kernel.h + 1}), pick({1, 2, 3, 4, c.kernel.w + 1})};
    c.spec.padding = {pick({0, 1, 2}), pick({0, 1, 2})};
    c.spec.dilation = {pick({1, 1, 2}), pick({1, 1, 2})};
    const std::int64_t groups = rng.below(3);  // 1, 2, one per channel
    c.c = groups == 0 ? pick({1, 2, 3}) : groups == 1 ? 4 : pick({2, 3});
    c.spec.groups = groups == 0 ? 1 : groups == 1 ? 2 : c.c;
    c.o = c.spec.groups * pick({1, 2, 3});
    if (c.o == c.c) c.o += c.spec.groups;
    c.bias = rng.below(2) == 0;
    c.n = pick({1, 2, 3});
    // Two or three windows along each axis, and up to stride - 1 more rows than they reach.
    const auto size = [&](std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
      const std::int64_t windows = pick({1, 2, 3});
      return (windows - 1) * s + d * (k - 1) + 1 - 2 * p + rng.below(s);
    };
    c.h = size(c.kernel.h, c.spec.stride.h, c.spec.padding.h, c.spec.dilation.h);
    c.w = size(c.kernel.w, c.spec.stride.w, c.spec.padding.w, c.spec.dilation.w);
    if (c.h < 1 || c.w < 1 || c.h == c.w || c.n * c.c * c.h * c.w > 160) continue;
    if (!touches(c.h, c.kernel.h, c.spec.stride.h, c.spec.padding.h, c.spec.dilation.h) ||
        !touches(c.w, c.kernel.w, c.spec.stride.w, c.spec.padding.w, c.spec.dilation.w)) {
      continue;
    }
    if (seen.insert(c.name()).second) cases.push_back(c);
  }
  return cases;
}

}  // namespace yhat::test
