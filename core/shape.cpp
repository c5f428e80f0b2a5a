// SPDX-License-Identifier: MIT
#include "yhat/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <ostream>

#include "yhat/dtype.h"
#include "yhat/error.h"

namespace yhat {
namespace {
constexpr std::int64_t most_elements = std::numeric_limits<std::int64_t>::max() / std::int64_t{sizeof(double)};
}  // namespace

Shape::Shape(const std::int64_t* first, const std::int64_t* last) {
  if (last - first > max_ndim) {
    throw ShapeError("shape", fmt::format("{} axes (at most {})", last - first, max_ndim));
  }
  bool negative = false;
  bool overflow = false;
  bool zero = false;
  for (const std::int64_t* p = first; p != last; ++p) {
    sizes_[ndim_++] = *p;
    negative = negative || *p < 0;
    zero = zero || *p == 0;
    if (*p > 0 && numel_ > most_elements / *p) overflow = true;
    if (*p > 0 && !overflow) numel_ *= *p;
  }
  if (zero) numel_ = 0;
  if (negative || (overflow && !zero)) numel_ = -1;
}

void require_valid(const char* op, const Shape& shape) {
  if (shape.numel() >= 0) return;
  for (std::int64_t size : shape) {
    if (size < 0) throw ShapeError(op, fmt::format("shape {} has a negative size (sizes must be >= 0)", shape));
  }
  throw ShapeError(op, fmt::format("shape {} overflows (at most 2^63 - 1 bytes)", shape));
}

std::int64_t Shape::dim(std::int64_t axis) const { return sizes_[normalise_axis("dim", axis, *this)]; }

Shape Shape::with(std::size_t axis, std::int64_t size) const {
  std::vector<std::int64_t> sizes(begin(), end());
  sizes[axis] = size;
  return Shape(sizes);
}

Shape Shape::without(std::size_t axis) const {
  std::vector<std::int64_t> sizes(begin(), end());
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(axis));
  return Shape(sizes);
}

Shape Shape::inserted(std::size_t axis, std::int64_t size) const {
  std::vector<std::int64_t> sizes(begin(), end());
  sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(axis), size);
  return Shape(sizes);
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << fmt::format("{}", shape); }
std::ostream& operator<<(std::ostream& out, Dtype dtype) { return out << name_of(dtype); }

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0; step *= shape[i]) strides[i] = step;
  return strides;
}

std::size_t normalise_axis(const char* op, std::int64_t axis, const Shape& shape) {
  const int n = shape.ndim();
  if (axis < -n || axis >= n) {
    throw IndexError(op, n == 0 ? fmt::format("axis {} of a scalar (it has no axes)", axis)
                                : fmt::format("axis {} of {} (valid: [{}, {}])", axis, shape, -n, n - 1));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const int n = a.ndim() > b.ndim() ? a.ndim() : b.ndim();
  std::int64_t sizes[Shape::max_ndim] = {};
  for (int i = 0; i < n; ++i) {
    const int ia = i - (n - a.ndim());
    const int ib = i - (n - b.ndim());
    const std::int64_t da = ia < 0 ? 1 : a[static_cast<std::size_t>(ia)];
    const std::int64_t db = ib < 0 ? 1 : b[static_cast<std::size_t>(ib)];
    if (da != db && da != 1 && db != 1) {
      throw ShapeError(
          op, fmt::format("{} and {} do not broadcast, dim {}: {} vs {} (sizes must be equal or 1)", a, b, i, da, db));
    }
    sizes[i] = da == 1 ? db : da;
  }
  return Shape(sizes, sizes + n);
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.ndim() > to.ndim()) return false;
  const std::size_t lead = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != to[lead + i] && from[i] != 1) return false;
  }
  return true;
}

std::vector<bool> Axes::mask(const char* op, const Shape& shape) const {
  std::vector<bool> mask(shape.size(), all_);
  for (std::int64_t axis : axes_) {
    const std::size_t i = normalise_axis(op, axis, shape);
    if (mask[i]) throw ArgumentError(op, fmt::format("axis {} given twice (each axis once)", i));
    mask[i] = true;
  }
  return mask;
}

}  // namespace yhat

auto fmt::formatter<yhat::Shape>::format(const yhat::Shape& shape, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::format_to(context.out(), "[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

auto fmt::formatter<yhat::Dtype>::format(yhat::Dtype dtype, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::formatter<fmt::string_view>::format(fmt::string_view(yhat::name_of(dtype).data(), 3), context);
}
