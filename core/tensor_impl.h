// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "buffer.h"
#include "yhat/tensor.h"

namespace yhat {

/// What a Tensor handle points to.
struct Tensor::Impl {
  Impl(std::shared_ptr<Buffer> array, const Shape& sizes, Dtype type)
      : buffer(std::move(array)), shape(sizes), dtype(type) {}

  std::shared_ptr<Buffer> buffer;  // shared with detached and reshaped tensors
  Shape shape;
  Dtype dtype;
  std::shared_ptr<Node> node;            // null: a constant
  const char* origin = "constant leaf";  // how a tensor without a node was made, for messages
  std::string label;
};

/// A new handle on an existing array: what reshape and detach return.
Tensor share(std::shared_ptr<Buffer> buffer, const Shape& shape, Dtype dtype);

/// True if this handle is the only user of its array, so that nobody sees it being overwritten.
inline bool sole_owner(const Tensor& x) { return x.impl().use_count() == 1 && x.impl()->buffer.use_count() == 1; }

/// Throws ArgumentError unless the two dtypes are equal.
void require_same_dtype(const char* op, const Tensor& a, const Tensor& b);

}  // namespace yhat
