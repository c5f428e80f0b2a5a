// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/layer_info.h"

namespace yhat {

/// Throws ShapeError unless the shape is (C,H,W).
void require_image(const char* op, const Shape& input);
/// (C,H,W) and a window's kernel, stride, padding and dilation -> (channels,H',W'). Throws ShapeError, or ArgumentError
/// for a number that no window has.
Shape slide(const char* op, const Shape& input, std::int64_t channels, const LayerInfo& window, bool ceil_mode);

}  // namespace yhat
