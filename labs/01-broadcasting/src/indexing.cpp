// SPDX-License-Identifier: MIT
#include "indexing.h"

#include <fmt/format.h>
#include <yhat/error.h>

namespace yhat::labs {

std::int64_t flat_index(const Shape& shape, std::span<const std::int64_t> index) {
  if (index.size() != shape.size()) {
    throw ShapeError("flat_index", fmt::format("{} indices for {} (one per axis)", index.size(), shape));
  }
  std::int64_t flat = 0;
  for (std::size_t axis = 0; axis < index.size(); ++axis) {
    const std::int64_t i = index[axis];
    const std::int64_t n = shape[axis];
    if (i < -n || i >= n) {
      throw IndexError("flat_index",
                       fmt::format("index {} at dim {} of size {} (valid: [{}, {}])", i, axis, n, -n, n - 1));
    }
    flat = flat * n + (i < 0 ? i + n : i);
  }
  return flat;
}

}  // namespace yhat::labs
