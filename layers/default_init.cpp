// SPDX-License-Identifier: MIT
#include "default_init.h"

#include <fmt/format.h>

#include <cmath>

#include "yhat/error.h"

namespace yhat {

Tensor default_parameter(const Shape& shape, std::int64_t fan_in, Rng& rng) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return uniform(shape, -bound, bound, rng).requires_grad_(true);
}

void require_size(const char* layer, const char* what, std::int64_t size) {
  if (size < 1) throw ArgumentError(layer, fmt::format("{} {} (must be >= 1)", what, size));
}

}  // namespace yhat
