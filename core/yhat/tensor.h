// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "yhat/dtype.h"
#include "yhat/rng.h"
#include "yhat/shape.h"

namespace yhat {

class Buffer;
class Node;
class Tensor;
struct BackwardOptions;
/// A list of tensors: the inputs of an op, the parameters of a model.
using Tensors = std::vector<Tensor>;

/// A cheap handle to an array of f32 or f64 numbers, contiguous and row-major. Copies of a handle share the array.
/// Ops do not change their inputs: they make new tensors. A tensor that takes part in a graph also has a Node
/// (yhat/autograd.h), which knows how a gradient flows back to it.
class Tensor {
 public:
  /// An undefined tensor: "not there", as for a missing bias. Only defined() may be asked of it: shape(), data() and
  /// the like throw ArgumentError.
  Tensor() = default;
  /// A second handle to the same array.
  Tensor(const Tensor& other);
  /// This handle points to the other's array from now on; the one it had is as it was.
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  ~Tensor() = default;

  /// Whether there is an array.
  bool defined() const { return impl_ != nullptr; }
  /// The sizes of the axes.
  const Shape& shape() const { return checked("shape").shape; }
  /// The size of one axis; a negative axis counts from the end. Throws IndexError.
  std::int64_t dim(std::int64_t axis) const { return shape().dim(axis); }
  /// The number of axes, 0 to 8.
  int ndim() const { return shape().ndim(); }
  /// The number of elements.
  std::int64_t size() const { return shape().numel(); }
  /// The element type.
  Dtype dtype() const { return checked("dtype").dtype; }

  /// The value of a tensor with exactly one element. Throws ShapeError.
  double item() const;
  /// One element; negative indices count from the end of their axis. Throws IndexError, or ShapeError for a wrong
  /// number of indices.
  double at(std::initializer_list<std::int64_t> index) const;
  /// All elements in row-major order, as doubles.
  std::vector<double> to_vector() const;
  /// The elements themselves; T is float for f32, double for f64, else ArgumentError.
  template <class T>
  std::span<const T> data() const;
  /// The elements, to be changed in place. Allowed on leaves and constants; a graph that has saved the old values will
  /// refuse to run backward, and name `who`. Throws GraphError for the result of a recorded op, ArgumentError for
  /// another T.
  template <class T>
  std::span<T> mutable_data(const char* who = "mutable_data");

  /// The same values in another dtype (the same tensor if it has that dtype already). Differentiable.
  Tensor to(Dtype dtype) const;
  /// The same values (shared, not copied) outside of any graph.
  Tensor detach() const;
  /// A copy with an array of its own. Differentiable.
  Tensor clone() const;

  /// Whether gradients flow to this tensor: a leaf that asked for it, or the result of an op with such an input.
  bool requires_grad() const { return checked("requires_grad").node != nullptr; }
  /// Makes this tensor a leaf whose gradient backward() stores, or a constant. Throws GraphError for an op's result.
  Tensor requires_grad_(bool on = true);
  /// True unless the tensor is the recorded result of an op.
  bool is_leaf() const;

  /// Whether backward() has reached this leaf.
  bool has_grad() const;
  /// The gradient that backward() has accumulated. Throws GraphError if there is none.
  Tensor grad() const;
  /// Removes the gradient: has_grad() is false afterwards.
  void zero_grad();
  /// Replaces the gradient. Throws GraphError unless this is a leaf that requires grad, ShapeError or ArgumentError
  /// unless shape and dtype are this tensor's.
  void set_grad(const Tensor& gradient);
  /// Adds d(this)/d(leaf) to the gradient of each leaf below this tensor, which must be a scalar or be given a seed.
  /// The graph is used up unless `.retain_graph`. Throws GraphError (needs no gradient; not a scalar and no seed; graph
  /// used up; a saved value was changed), ShapeError or ArgumentError for a seed of another shape or dtype.
  void backward() const;
  void backward(const BackwardOptions& options) const;

  /// A name for messages and pictures. Returns the tensor; without argument, the name, empty if there is none.
  Tensor label(std::string name);
  const std::string& label() const;

  /// The recorded op or leaf behind this tensor, null for a constant.
  const std::shared_ptr<Node>& node() const { return checked("node").node; }
  /// How often the elements have been changed in place.
  std::uint32_t version() const;
  /// Whether two handles share one array.
  bool shares_storage_with(const Tensor& other) const;

  /// What a handle points to.
  struct Impl {
    /// A constant.
    Impl(std::shared_ptr<Buffer> array, const Shape& sizes, Dtype type)
        : buffer(std::move(array)), shape(sizes), dtype(type) {}

    std::shared_ptr<Buffer> buffer;  // core/buffer.h; shared with detached and reshaped tensors
    Shape shape;
    Dtype dtype;
    std::shared_ptr<Node> node;            // null: a constant
    const char* origin = "constant leaf";  // how a tensor without a node was made, for messages
    std::string label;
  };
  /// A handle to what another one points to.
  explicit Tensor(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  /// What this handle points to, null if undefined.
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  Impl& checked(const char* what) const {
    if (!impl_) undefined(what);
    return *impl_;
  }
  [[noreturn]] static void undefined(const char* what);

  std::shared_ptr<Impl> impl_;
};

/// Settings of Tensor::backward().
struct BackwardOptions {
  bool retain_graph = false;  ///< keep what the graph saved, so that backward can run again
  bool create_graph = false;  ///< record the gradient itself, for gradients of gradients; implies retain_graph.
                              ///< zero_grad() afterwards: the stored gradient and its leaf refer to each other
  Tensor seed = {};           ///< dL/d(this), same shape and dtype; 1 for a scalar
};

// --- Making tensors. Shapes must be valid (ShapeError); the default dtype is f32. ---

/// Numbers in nested braces, for `tensor({{1, 2}, {3, 4}})`.
class Nested {
 public:
  /// A number, or rows of one length.
  Nested(double value) : value_(value), scalar_(true) {}  // NOLINT: numbers in braces
  Nested(std::initializer_list<Nested> rows) : rows_(rows) {}

 private:
  friend Tensor tensor(const Nested& values, Dtype dtype);
  std::vector<Nested> rows_;
  double value_ = 0;
  bool scalar_ = false;
};

/// `tensor(2.5)`, `tensor({1, 2, 3})`, `tensor({{1, 2}, {3, 4}}, Dtype::f64)`. Throws ShapeError for ragged rows.
Tensor tensor(const Nested& values, Dtype dtype = Dtype::f32);
/// Values in row-major order. Throws ShapeError unless there are exactly shape.numel() of them.
Tensor from_values(std::span<const double> values, const Shape& shape, Dtype dtype = Dtype::f32);
Tensor from_values(std::span<const float> values, const Shape& shape, Dtype dtype = Dtype::f32);
Tensor from_values(std::initializer_list<double> values, const Shape& shape, Dtype dtype = Dtype::f32);
/// All elements 0.
Tensor zeros(const Shape& shape, Dtype dtype = Dtype::f32);
/// All elements 1.
Tensor ones(const Shape& shape, Dtype dtype = Dtype::f32);
/// All elements `value`, rounded to the dtype.
Tensor full(const Shape& shape, double value, Dtype dtype = Dtype::f32);
/// All elements 0, shape and dtype of x.
Tensor zeros_like(const Tensor& x);
/// All elements 1, shape and dtype of x.
Tensor ones_like(const Tensor& x);
/// Elements with undefined values, to be filled through mutable_data.
Tensor empty(const Shape& shape, Dtype dtype = Dtype::f32);
/// start, start + step, ... up to but not including stop, shape (n); 0, 1, ... n-1 from n alone; none if stop lies the
/// other way. Throws ArgumentError for step 0 or numbers that are not finite.
Tensor arange(double start, double stop, double step = 1, Dtype dtype = Dtype::f32);
Tensor arange(std::int64_t n, Dtype dtype = Dtype::f32);
/// Independent normal numbers, mean 0 and variance 1, drawn in row-major order.
Tensor randn(const Shape& shape, Rng& rng, Dtype dtype = Dtype::f32);
/// Independent uniform numbers in [lo, hi), drawn in row-major order; lo if they are equal. Throws ArgumentError unless
/// lo <= hi and hi - lo is finite.
Tensor uniform(const Shape& shape, double lo, double hi, Rng& rng, Dtype dtype = Dtype::f32);
/// labels (N) -> (N, classes): 1 at each row's label, 0 elsewhere. Throws IndexError for a label outside 0..classes-1,
/// ArgumentError for classes < 1.
Tensor one_hot(const std::vector<std::int64_t>& labels, std::int64_t classes, Dtype dtype = Dtype::f32);

// --- Printing ---

/// A number as people read it: `digits` significant digits (1 to 17), 7 and 0.5 short, 4.257e-4 in scientific form
/// outside [1e-3, 10^digits); the shortest text that reads back exactly for digits = 0.
std::string format_number(double value, int digits = 4, Dtype dtype = Dtype::f64);
/// The values in nested brackets, then shape and dtype; more than 1,000 elements are elided in the middle of each axis.
std::string to_string(const Tensor& x);
/// Writes to_string(x).
std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace yhat

template <>
struct fmt::formatter<yhat::Tensor> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(const yhat::Tensor& x, fmt::format_context& context) const -> fmt::format_context::iterator;
};
