// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tensor_impl.h"
#include "uniform_in.h"
#include "yhat/error.h"
#include "yhat/recycled.h"
#include "yhat/tensor.h"

namespace yhat {
namespace {

Tensor make(const char* op, const Shape& shape, Dtype dtype) {
  require_valid(op, shape);
  const std::size_t bytes = static_cast<std::size_t>(shape.numel()) * size_of(dtype);
  return share(std::allocate_shared<Buffer>(Recycled<Buffer>(), bytes), shape, dtype);
}

// A tensor whose elements are next(), in row-major order.
template <class F>
Tensor generate(const char* op, const Shape& shape, Dtype dtype, F next) {
  Tensor y = make(op, shape, dtype);
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* to = static_cast<T*>(y.impl()->buffer->data());
    for (std::int64_t i = 0; i < shape.numel(); ++i) to[i] = static_cast<T>(next());
  });
  return y;
}

template <class Values>
Tensor copy_of(const Values& values, const Shape& shape, Dtype dtype) {
  require_valid("from_values", shape);
  if (static_cast<std::int64_t>(values.size()) != shape.numel()) {
    throw ShapeError("from_values", fmt::format("{} values for shape {} of {} elements (must be equal)", values.size(),
                                                shape, shape.numel()));
  }
  auto next = values.begin();
  return generate("from_values", shape, dtype, [&] { return *next++; });
}

}  // namespace

Tensor empty(const Shape& shape, Dtype dtype) { return make("empty", shape, dtype); }
Tensor full(const Shape& shape, double value, Dtype dtype) {
  return generate("full", shape, dtype, [value] { return value; });
}
Tensor zeros(const Shape& shape, Dtype dtype) {
  return generate("zeros", shape, dtype, [] { return 0.0; });
}
Tensor ones(const Shape& shape, Dtype dtype) {
  return generate("ones", shape, dtype, [] { return 1.0; });
}
Tensor zeros_like(const Tensor& x) { return zeros(x.shape(), x.dtype()); }
Tensor ones_like(const Tensor& x) { return ones(x.shape(), x.dtype()); }

Tensor from_values(std::span<const double> values, const Shape& shape, Dtype dtype) {
  return copy_of(values, shape, dtype);
}
Tensor from_values(std::span<const float> values, const Shape& shape, Dtype dtype) {
  return copy_of(values, shape, dtype);
}
Tensor from_values(std::initializer_list<double> values, const Shape& shape, Dtype dtype) {
  return copy_of(values, shape, dtype);
}

Tensor tensor(const Nested& values, Dtype dtype) {
  std::vector<std::int64_t> sizes;
  for (const Nested* level = &values; !level->scalar_; level = &level->rows_[0]) {
    sizes.push_back(static_cast<std::int64_t>(level->rows_.size()));
    if (level->rows_.empty()) break;
  }
  std::vector<double> flat;
  const auto collect = [&](const auto& self, const Nested& part, std::size_t depth) -> void {
    if (part.scalar_ != (depth == sizes.size())) {
      throw ShapeError("tensor", fmt::format("numbers and rows side by side at depth {} (all of one kind)", depth));
    }
    if (part.scalar_) {
      flat.push_back(part.value_);
      return;
    }
    if (static_cast<std::int64_t>(part.rows_.size()) != sizes[depth]) {
      throw ShapeError("tensor",
                       fmt::format("rows of {} and {} elements (must be equal)", sizes[depth], part.rows_.size()));
    }
    for (const Nested& row : part.rows_) self(self, row, depth + 1);
  };
  collect(collect, values, 0);
  return from_values(flat, Shape(sizes), dtype);
}

Tensor arange(double start, double stop, double step, Dtype dtype) {
  if (!std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step) || step == 0) {
    throw ArgumentError("arange", fmt::format("start {}, stop {}, step {} (finite, step not 0)", start, stop, step));
  }
  const double count = std::max(0.0, std::ceil((stop - start) / step));
  if (count > 0x1p60) throw ShapeError("arange", fmt::format("{} elements overflow (at most 2^63 - 1 bytes)", count));
  std::int64_t i = 0;
  return generate("arange", {static_cast<std::int64_t>(count)}, dtype,
                  [&] { return start + step * static_cast<double>(i++); });
}
Tensor arange(std::int64_t n, Dtype dtype) { return arange(0, static_cast<double>(n), 1, dtype); }

Tensor randn(const Shape& shape, Rng& rng, Dtype dtype) {
  return generate("randn", shape, dtype, [&] { return rng.normal(); });
}

Tensor uniform(const Shape& shape, double lo, double hi, Rng& rng, Dtype dtype) {
  if (!(lo <= hi)) throw ArgumentError("uniform", fmt::format("limits {} and {} (lo must be <= hi)", lo, hi));
  if (!std::isfinite(hi - lo)) throw ArgumentError("uniform", fmt::format("limits {} and {} (finite hi - lo)", lo, hi));
  return generate("uniform", shape, dtype, [&] { return uniform_in(rng, lo, hi, dtype); });
}

Tensor one_hot(const std::vector<std::int64_t>& labels, std::int64_t classes, Dtype dtype) {
  if (classes < 1) throw ArgumentError("one_hot", fmt::format("{} classes (at least 1)", classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw IndexError("one_hot", fmt::format("label[{}] = {} (valid: [0, {}])", i, labels[i], classes - 1));
    }
  }
  std::int64_t i = 0;
  return generate("one_hot", {static_cast<std::int64_t>(labels.size()), classes}, dtype, [&] {
    const std::int64_t place = i++;
    return labels[static_cast<std::size_t>(place / classes)] == place % classes ? 1.0 : 0.0;
  });
}

}  // namespace yhat
