// SPDX-License-Identifier: MIT
#include "spatial.h"

#include <fmt/format.h>

#include "../yhat/error.h"

namespace yhat {

void require_4d(const char* op, const char* what, const Shape& shape) {
  if (shape.size() != 4) {
    const bool input = what[0] == 'i';
    throw ShapeError(op, fmt::format("{} {} has {} axes (4: {}); hint: {}", what, shape, shape.size(),
                                     input ? "[N, C, H, W]" : "[O, C / groups, kh, kw]",
                                     input ? "a single image is reshape(x, {1, C, H, W})" : "reshape the weight"));
  }
}

void require_at_least(const char* op, const char* what, Pair value, std::int64_t least) {
  if (value.h < least || value.w < least) {
    throw ArgumentError(op, fmt::format("{} [{}, {}] (must be >= {})", what, value.h, value.w, least));
  }
}

std::int64_t output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         std::int64_t dilation) {
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

}  // namespace yhat
