// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {

Index::Index(std::vector<std::int64_t> values) : Index(of(Values(values.begin(), values.end()))) {}

Index Index::of(Values values) {
  Index index;
  index.shape_ = {static_cast<std::int64_t>(values.size())};
  index.values_ = std::make_shared<const Values>(std::move(values));
  return index;
}

Index::Index(std::vector<std::int64_t> values, const Shape& shape) : Index(std::move(values)) {
  if (shape.numel() != shape_.numel()) {
    throw ShapeError("Index", fmt::format("{} values for shape {} (must be equal)", shape_.numel(), shape));
  }
  shape_ = shape;
}

Index Index::reshaped(const Shape& shape) const {
  Index other = *this;
  if (shape.numel() != shape_.numel()) {
    throw ShapeError("Index", fmt::format("{} values for shape {} (must be equal)", shape_.numel(), shape));
  }
  other.shape_ = shape;
  return other;
}

namespace {

// x (outer, size, inner), index (outer, count, inner).
struct Layout {
  std::int64_t outer = 1, size, count, inner = 1;
};

Layout check(const char* op, const Shape& x, std::size_t axis, std::int64_t size, const Index& index) {
  if (index.shape().size() != x.size() || index.shape().with(axis, x[axis]) != x) {
    throw ShapeError(op, fmt::format("index {} for {} (only axis {} may differ)", index.shape(), x, axis));
  }
  for (std::size_t i = 0; i < index.values().size(); ++i) {
    const std::int64_t v = index.values()[i];
    if (v < 0 || v >= size) {
      throw IndexError(op, fmt::format("index[{}] = {} (valid: [0, {}])", i, v, size - 1));
    }
  }
  Layout layout{1, size, index.shape()[axis], 1};
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i < axis) layout.outer *= x[i];
    if (i > axis) layout.inner *= x[i];
  }
  return layout;
}

// Calls f(place in the indexed tensor, place in the index) for every element of the index, in row-major order.
template <class F>
void for_each_place(const Layout& l, const Index::Values& index, F f) {
  std::size_t i = 0;
  for (std::int64_t o = 0; o < l.outer; ++o) {
    for (std::int64_t c = 0; c < l.count; ++c) {
      for (std::int64_t k = 0; k < l.inner; ++k, ++i) {
        f(static_cast<std::size_t>((o * l.size + index[i]) * l.inner + k), i);
      }
    }
  }
}

}  // namespace

Tensor gather(const Tensor& x, std::int64_t axis, const Index& index) {
  const std::size_t a = normalise_axis("gather", axis, x.shape());
  const std::int64_t size = x.shape()[a];
  const Layout layout = check("gather", x.shape(), a, size, index);
  Tensor y = empty(index.shape(), x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto from = x.data<T>();
    const auto to = y.mutable_data<T>();
    for_each_place(layout, index.values(), [&](std::size_t place, std::size_t i) { to[i] = from[place]; });
  });
  return record("gather", std::move(y),
                edge(x, [axis, index, size](const Tensor& g) { return scatter_add(g, axis, index, size); }),
                attribute("axis", a));
}

Tensor scatter_add(const Tensor& values, std::int64_t axis, const Index& index, std::int64_t size) {
  const std::size_t a = normalise_axis("scatter_add", axis, values.shape());
  if (index.shape() != values.shape()) {
    throw ShapeError("scatter_add",
                     fmt::format("index {} for values {} (must be equal)", index.shape(), values.shape()));
  }
  if (size < 0) throw ShapeError("scatter_add", fmt::format("size {} (must be >= 0)", size));
  const Layout layout = check("scatter_add", values.shape(), a, size, index);
  Tensor y = zeros(values.shape().with(a, size), values.dtype());
  dispatch(values.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto from = values.data<T>();
    const auto to = y.mutable_data<T>();
    for_each_place(layout, index.values(), [&](std::size_t place, std::size_t i) { to[place] += from[i]; });
  });
  return record("scatter_add", std::move(y),
                edge(values, [axis, index](const Tensor& g) { return gather(g, axis, index); }), attribute("axis", a));
}

}  // namespace yhat
