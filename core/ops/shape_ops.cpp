// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"
#include "../yhat/parallel.h"

namespace yhat {
namespace {

// Replaces a -1 by the size that makes the number of elements right.
Shape resolve(const Shape& wanted, const Shape& from) {
  const auto unknown = std::count(wanted.begin(), wanted.end(), -1);
  if (unknown > 1) throw ArgumentError("reshape", fmt::format("{} (only one size may be -1)", wanted));
  Shape shape = wanted;
  if (unknown == 1) {
    const auto axis = static_cast<std::size_t>(std::find(wanted.begin(), wanted.end(), -1) - wanted.begin());
    const std::int64_t known = wanted.with(axis, 1).numel();
    if (known == 0) throw ArgumentError("reshape", fmt::format("-1 is ambiguous in {} (another size is 0)", wanted));
    if (known > 0 && from.numel() % known != 0) {
      throw ShapeError("reshape", fmt::format("cannot infer -1 in {} from {} elements ({} is not a multiple of {})",
                                              wanted, from.numel(), from.numel(), known));
    }
    if (known > 0) shape = wanted.with(axis, from.numel() / known);
  }
  require_valid("reshape", shape);
  if (shape.numel() != from.numel()) {
    throw ShapeError("reshape", fmt::format("{} has {} elements, {} has {} (must be equal)", from, from.numel(), shape,
                                            shape.numel()));
  }
  return shape;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& wanted) {
  const Shape shape = resolve(wanted, x.shape());
  return record("reshape", share(x.impl()->buffer, shape, x.dtype()),
                edge(x, [from = x.shape()](const Tensor& g) { return reshape(g, from); }));
}

Tensor flatten(const Tensor& x, std::int64_t start) {
  if (x.ndim() == 0) return reshape(x, {1});
  const std::size_t first = normalise_axis("flatten", start, x.shape());
  const Shape& s = x.shape();
  std::int64_t merged = 1;
  for (std::size_t i = first; i < s.size(); ++i) merged *= s[i];
  std::vector<std::int64_t> sizes(s.begin(), s.begin() + first);
  sizes.push_back(merged);
  return record("flatten", share(x.impl()->buffer, Shape(sizes), x.dtype()),
                edge(x, [from = x.shape()](const Tensor& g) { return reshape(g, from); }));
}

namespace {

// y in row-major order, x walked with the steps of the permuted axes.
template <class T>
void copy_permuted(const Shape& to, const std::vector<std::int64_t>& step, const T* x, T* y) {
  const std::size_t last = to.size() - 1;
  const std::int64_t n = to[last];
  const std::int64_t rows = n == 0 ? 0 : to.numel() / n;
  parallel_for(rows, std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(n, 1)),
               [=, &to, &step](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   std::int64_t rest = row;
                   const T* from = x;
                   for (std::size_t axis = last; axis-- > 0; rest /= to[axis]) from += rest % to[axis] * step[axis];
                   for (std::int64_t i = 0; i < n; ++i) y[row * n + i] = from[i * step[last]];
                 }
               });
}

}  // namespace

Tensor permute(const Tensor& x, const std::vector<std::int64_t>& axes) {
  const Shape& s = x.shape();
  if (axes.size() != s.size()) {
    throw ArgumentError("permute", fmt::format("axes [{}] for {} (each axis once)", fmt::join(axes, ", "), s));
  }
  const std::vector<std::int64_t> stride = strides_of(s);
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> step;
  std::vector<std::int64_t> inverse(axes.size(), -1);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t from = normalise_axis("permute", axes[i], s);
    if (inverse[from] >= 0) throw ArgumentError("permute", fmt::format("axis {} given twice (each axis once)", from));
    inverse[from] = static_cast<std::int64_t>(i);
    sizes.push_back(s[from]);
    step.push_back(stride[from]);
  }
  const Shape to(sizes);
  Tensor y = empty(to, x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = x.data<T>().data();
    T* result = y.mutable_data<T>().data();
    if (to.empty()) {
      *result = *from;
    } else {
      copy_permuted(to, step, from, result);
    }
  });
  return record("permute", std::move(y), edge(x, [inverse](const Tensor& g) { return permute(g, inverse); }));
}

Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b) {
  const std::size_t first = normalise_axis("transpose", a, x.shape());
  const std::size_t second = normalise_axis("transpose", b, x.shape());
  std::vector<std::int64_t> axes(x.shape().size());
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<std::int64_t>(i);
  std::swap(axes[first], axes[second]);
  return permute(x, axes);
}

namespace {
// An axis seen as rows of `count` x `inner` elements.
std::int64_t inner_size(const Shape& s, std::size_t axis) {
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < s.size(); ++i) inner *= s[i];
  return inner;
}

std::byte* bytes_of(const Tensor& x) { return static_cast<std::byte*>(x.impl()->buffer->data()); }
}  // namespace

Tensor concat(const Tensors& pieces, std::int64_t axis) {
  if (pieces.empty()) throw ArgumentError("concat", "no tensors (at least one)");
  const Shape& first = pieces[0].shape();
  const std::size_t a = normalise_axis("concat", axis, first);
  std::int64_t total = 0;
  for (const Tensor& piece : pieces) {
    require_same_dtype("concat", pieces[0], piece);
    const Shape& s = piece.shape();
    if (s.size() != first.size()) {
      throw ShapeError("concat", fmt::format("{} and {} (same number of axes)", first, s));
    }
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (i != a && s[i] != first[i]) {
        throw ShapeError("concat", fmt::format("{} and {} differ at dim {} (only axis {} may differ)", first, s, i, a));
      }
    }
    total += s[a];
  }
  Tensor y = empty(first.with(a, total), pieces[0].dtype());
  require_valid("concat", y.shape());
  const std::size_t unit = size_of(y.dtype()) * static_cast<std::size_t>(inner_size(first, a));
  std::int64_t outer = 1;
  for (std::size_t i = 0; i < a; ++i) outer *= first[i];
  std::vector<Edge> edges;
  std::int64_t start = 0;
  for (const Tensor& piece : pieces) {
    const std::size_t row = unit * static_cast<std::size_t>(piece.shape()[a]);
    for (std::int64_t o = 0; o < outer && row > 0; ++o) {
      std::memcpy(bytes_of(y) + static_cast<std::size_t>(o * total + start) * unit,
                  bytes_of(piece) + static_cast<std::size_t>(o) * row, row);
    }
    const std::int64_t stop = start + piece.shape()[a];
    edges.push_back(
        edge(piece, [a, start, stop](const Tensor& g) { return slice(g, static_cast<std::int64_t>(a), start, stop); }));
    start = stop;
  }
  const Attribute axis_attribute = attribute("axis", a);
  return record("concat", std::move(y), std::span<Edge>(edges), std::span<const Attribute>(&axis_attribute, 1));
}

namespace {
// The gradient of slice: zeros with g at start .. stop-1.
Tensor unslice(const Tensor& g, std::size_t axis, std::int64_t start, std::int64_t size) {
  const Tensor before = zeros(g.shape().with(axis, start), g.dtype());
  const Tensor after = zeros(g.shape().with(axis, size - start - g.shape()[axis]), g.dtype());
  return concat({before, g, after}, static_cast<std::int64_t>(axis));
}
}  // namespace

Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop) {
  const std::size_t a = normalise_axis("slice", axis, x.shape());
  const std::int64_t size = x.shape()[a];
  const auto limit = [size](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size); };
  const std::int64_t first = limit(start);
  const std::int64_t count = std::max<std::int64_t>(0, limit(stop) - first);
  Tensor y = empty(x.shape().with(a, count), x.dtype());
  const std::size_t unit = size_of(x.dtype()) * static_cast<std::size_t>(inner_size(x.shape(), a));
  const std::size_t row = unit * static_cast<std::size_t>(count);
  for (std::size_t o = 0; row > 0 && o < static_cast<std::size_t>(y.size()) * size_of(x.dtype()) / row; ++o) {
    std::memcpy(bytes_of(y) + o * row,
                bytes_of(x) + (o * static_cast<std::size_t>(size) + static_cast<std::size_t>(first)) * unit, row);
  }
  return record("slice", std::move(y),
                edge(x, [a, first, size](const Tensor& g) { return unslice(g, a, first, size); }), attribute("axis", a),
                attribute("range", first, first + count));
}

Tensors split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  const std::size_t a = normalise_axis("split", axis, x.shape());
  std::int64_t total = 0;
  for (std::int64_t size : sizes) {
    if (size < 0) throw ShapeError("split", fmt::format("size {} (sizes must be >= 0)", size));
    total += size;
  }
  if (total != x.shape()[a]) {
    throw ShapeError("split", fmt::format("sizes [{}] sum to {}, axis {} of {} has {} (must be equal)",
                                          fmt::join(sizes, ", "), total, a, x.shape(), x.shape()[a]));
  }
  Tensors pieces;
  std::int64_t start = 0;
  for (std::int64_t size : sizes) {
    pieces.push_back(slice(x, axis, start, start + size));
    start += size;
  }
  return pieces;
}

}  // namespace yhat
