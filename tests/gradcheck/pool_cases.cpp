// SPDX-License-Identifier: MIT
#include "pool_cases.h"

#include <set>

namespace yhat::test {
namespace {

// Whether the window sizes are allowed and each window sees an element of the input.
bool fits(std::int64_t size, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d, bool ceil) {
  const std::int64_t room = size + 2 * p - d * (k - 1) - 1;
  if (room < 0 || p > k / 2) return false;
  std::int64_t count = (room + (ceil ? s - 1 : 0)) / s + 1;
  if (ceil && (count - 1) * s >= size + p) --count;
  for (std::int64_t i = 0; i < count; ++i) {
    bool sees = false;
    for (std::int64_t j = 0; j < k; ++j) sees = sees || (i * s - p + j * d >= 0 && i * s - p + j * d < size);
    if (!sees) return false;
  }
  return true;
}

}  // namespace

std::vector<PoolCase> pool_cases(std::size_t count, bool dilated) {
  Rng rng(11);
  const auto pick = [&](std::initializer_list<std::int64_t> from) {
    return from.begin()[rng.below(static_cast<std::int64_t>(from.size()))];
  };
  std::vector<PoolCase> cases;
  std::set<std::string> seen;
  while (cases.size() < count) {
    PoolCase c{};
    c.kernel = {pick({1, 2, 3, 4}), pick({1, 2, 3})};
    c.stride = {pick({1, 2, 3, c.kernel.h, c.kernel.h + 1}), pick({1, 2, c.kernel.w, c.kernel.w + 1})};
    c.padding = {rng.below(c.kernel.h / 2 + 1), rng.below(c.kernel.w / 2 + 1)};
    c.dilation = dilated ? Pair(pick({1, 1, 2}), pick({1, 1, 2})) : Pair(1);
    c.ceil_mode = rng.below(2) == 0;
    c.count_include_pad = rng.below(2) == 0;
    c.x = {pick({1, 2, 3}), pick({1, 2, 4}), pick({2, 3, 4, 5, 6, 7}), pick({2, 3, 4, 5, 6, 7})};
    if (c.x[2] == c.x[3] || c.x.numel() > 120) continue;
    if (!fits(c.x[2], c.kernel.h, c.stride.h, c.padding.h, c.dilation.h, c.ceil_mode) ||
        !fits(c.x[3], c.kernel.w, c.stride.w, c.padding.w, c.dilation.w, c.ceil_mode)) {
      continue;
    }
    if (seen.insert(c.name()).second) cases.push_back(c);
  }
  return cases;
}

}  // namespace yhat::test
