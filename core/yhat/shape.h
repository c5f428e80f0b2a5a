// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <utility>
#include <vector>

namespace yhat {

/// The sizes of a tensor's axes, outermost first: `Shape{2, 3}` is 2 rows of 3. At most 8 axes; a scalar has none.
/// Works as a container of std::int64_t. A size may be -1 where a function says what that means (reshape).
class Shape {
 public:
  static constexpr int max_ndim = 8;

  /// No axes: the shape of a scalar, with one element.
  Shape() = default;
  /// From sizes in braces, a vector, or a range. Throws ShapeError for more than 8 axes.
  Shape(std::initializer_list<std::int64_t> sizes) : Shape(sizes.begin(), sizes.end()) {}
  explicit Shape(const std::vector<std::int64_t>& sizes) : Shape(sizes.data(), sizes.data() + sizes.size()) {}
  Shape(const std::int64_t* first, const std::int64_t* last);

  /// The number of axes.
  std::size_t size() const { return static_cast<std::size_t>(ndim_); }
  /// The same as an int: 0 to 8.
  int ndim() const { return ndim_; }
  /// Whether it is that of a scalar.
  bool empty() const { return ndim_ == 0; }
  /// The number of elements: the product of the sizes, 1 for a scalar; -1 if a size is negative or the product is
  /// more than memory could ever hold.
  std::int64_t numel() const { return numel_; }
  /// The size of an axis, axis < size() (not checked).
  std::int64_t operator[](std::size_t axis) const { return sizes_[axis]; }
  /// The size of an axis; a negative axis counts from the end. Throws IndexError.
  std::int64_t dim(std::int64_t axis) const;
  /// The first size.
  const std::int64_t* begin() const { return sizes_; }
  /// Behind the last size.
  const std::int64_t* end() const { return sizes_ + ndim_; }
  /// The same shape with one axis resized, axis < size() (not checked).
  Shape with(std::size_t axis, std::int64_t size) const;
  /// The same shape without one axis, axis < size() (not checked).
  Shape without(std::size_t axis) const;
  /// The same shape with a new axis before `axis` <= size() (not checked). Throws ShapeError for a ninth.
  Shape inserted(std::size_t axis, std::int64_t size) const;

  /// The same sizes in the same order.
  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.ndim_ != b.ndim_) return false;
    for (int i = 0; i < a.ndim_; ++i) {
      if (a.sizes_[i] != b.sizes_[i]) return false;
    }
    return true;
  }

 private:
  std::int64_t sizes_[max_ndim] = {};
  std::int64_t numel_ = 1;
  int ndim_ = 0;
};

/// Writes "[2, 3]".
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// Throws ShapeError naming `op` unless a tensor can have this shape: no negative size, fewer than 2^63 bytes.
void require_valid(const char* op, const Shape& shape);

/// Elements to step over for the next index of each axis of a row-major tensor: {3, 1} for [2, 3].
std::vector<std::int64_t> strides_of(const Shape& shape);

/// The axis as 0..ndim-1; negative axes count from the end. Throws IndexError naming `op`.
std::size_t normalise_axis(const char* op, std::int64_t axis, const Shape& shape);

/// The shape two operands broadcast to: aligned at the last axis, sizes equal or 1. Throws ShapeError naming `op`.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

/// Whether a tensor of shape `from` can be broadcast to exactly `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

/// The axes of a reduction: `sum(x)` all, `sum(x, 1)` one, `sum(x, {0, -1})` several. Negative axes count from the end.
class Axes {
 public:
  Axes() = default;
  /// One axis, or several; an empty list in braces means all.
  Axes(std::int64_t axis) : axes_{axis}, all_(false) {}      // NOLINT: sum(x, 1) reads as intended
  Axes(int axis) : Axes(static_cast<std::int64_t>(axis)) {}  // NOLINT
  Axes(std::initializer_list<std::int64_t> axes) : axes_(axes), all_(axes.size() == 0) {}
  /// These and no others: none if the vector is empty.
  explicit Axes(std::vector<std::int64_t> axes) : axes_(std::move(axes)), all_(false) {}

  /// A flag per axis of `shape`. Throws IndexError (out of range) or ArgumentError (twice), naming `op`.
  std::vector<bool> mask(const char* op, const Shape& shape) const;

 private:
  std::vector<std::int64_t> axes_;
  bool all_ = true;
};

}  // namespace yhat

template <>
struct fmt::formatter<yhat::Shape> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(const yhat::Shape& shape, fmt::format_context& context) const -> fmt::format_context::iterator;
};
