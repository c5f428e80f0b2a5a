// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "../yhat/ops.h"

namespace yhat {

/// Throws ShapeError unless `shape` has four axes, (N,C,H,W) or (O,C,kh,kw). `what` is "input" or "weight".
void require_4d(const char* op, const char* what, const Shape& shape);
/// Throws ArgumentError unless both numbers are at least `least`.
void require_at_least(const char* op, const char* what, Pair value, std::int64_t least);
/// Throws ArgumentError if the padding of a pooling window is more than half its kernel.
void require_padding(const char* op, std::int64_t padding, std::int64_t kernel);
/// Throws ArgumentError unless groups is at least 1 and divides the channels that come in and those that go out.
void require_groups(const char* op, std::int64_t groups, std::int64_t in, std::int64_t out);
/// floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1; 0 or less if the kernel does not fit.
std::int64_t output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                         std::int64_t dilation);

}  // namespace yhat
