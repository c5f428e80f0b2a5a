// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "buffer.h"
#include "yhat/tensor.h"

namespace yhat {

/// A new handle on an existing array: what reshape and detach return.
Tensor share(std::shared_ptr<Buffer> buffer, const Shape& shape, Dtype dtype);

/// True if this handle is the only user of its array, so that nobody sees it being overwritten.
inline bool sole_owner(const Tensor& x) { return x.impl().use_count() == 1 && x.impl()->buffer.use_count() == 1; }

/// Throws ArgumentError unless the two dtypes are equal.
void require_same_dtype(const char* op, const Tensor& a, const Tensor& b);

}  // namespace yhat
