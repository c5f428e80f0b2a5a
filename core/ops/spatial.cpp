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

void require_padding(const char* op, std::int64_t padding, std::int64_t kernel) {
  if (padding > kernel / 2) {
    throw ArgumentError(
        op, fmt::format("padding {} with kernel {} (at most half the kernel: {})", padding, kernel, kernel / 2));
  }
}

void require_groups(const char* op, std::int64_t groups, std::int64_t in, std::int64_t out) {
  if (groups < 1) throw ArgumentError(op, fmt::format("groups {} (must be >= 1)", groups));
  if (in % groups != 0 || out % groups != 0) {
    throw ArgumentError(op,
                        fmt::format("groups {} does not divide C = {}, O = {} (must divide both)", groups, in, out));
  }
}

std::int64_t output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         std::int64_t dilation) {
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

}  // namespace yhat
