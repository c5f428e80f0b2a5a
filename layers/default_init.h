// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/rng.h"
#include "yhat/tensor.h"

namespace yhat {

/// A parameter that starts uniform in +-1/sqrt(fan_in).
Tensor default_parameter(const Shape& shape, std::int64_t fan_in, Rng& rng);
/// Throws ArgumentError unless a size of a layer is at least 1.
void require_size(const char* layer, const char* what, std::int64_t size);

}  // namespace yhat
