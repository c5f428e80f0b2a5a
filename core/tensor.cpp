// SPDX-License-Identifier: MIT
#include "yhat/tensor.h"

#include <fmt/format.h>

#include "tensor_impl.h"
#include "thread_state.h"
#include "yhat/autograd.h"
#include "yhat/elementwise.h"
#include "yhat/error.h"
#include "yhat/observer.h"
#include "yhat/recycled.h"

namespace yhat {
namespace {

template <class T>
void require_type(const char* op, const Tensor& x) {
  if (x.dtype() != dtype_of<T>) {
    throw ArgumentError(op, fmt::format("tensor is {}, asked for {}; hint: to(Dtype::{})", x.dtype(),
                                        sizeof(T) == 4 ? "float" : "double", dtype_of<T>));
  }
}

}  // namespace

Tensor share(std::shared_ptr<Buffer> buffer, const Shape& shape, Dtype dtype) {
  return Tensor(std::allocate_shared<Tensor::Impl>(Recycled<Tensor::Impl>(), std::move(buffer), shape, dtype));
}

void require_same_dtype(const char* op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) {
    throw ArgumentError(op, fmt::format("dtypes {} and {} (must be equal); hint: to(Dtype::{})", a.dtype(), b.dtype(),
                                        a.dtype() == b.dtype() ? a.dtype() : Dtype::f64));
  }
}

// Copying a tensor into a closure is how a vjp saves it: while an edge is being made, copies are noted.
Tensor::Tensor(const Tensor& other) : impl_(other.impl_) {
  if (thread_state().captured && impl_) thread_state().captured->add({this, impl_->buffer->version});
}
Tensor& Tensor::operator=(const Tensor& other) {  // NOLINT: a shared_ptr may be assigned to itself
  impl_ = other.impl_;
  return *this;
}

void Tensor::undefined(const char* what) {
  throw ArgumentError(what, "undefined tensor (default-constructed, never given a value)");
}

std::uint32_t Tensor::version() const { return checked("version").buffer->version; }
bool Tensor::shares_storage_with(const Tensor& other) const {
  return defined() && other.defined() && impl_->buffer == other.impl_->buffer;
}

template <class T>
std::span<const T> Tensor::data() const {
  require_type<T>("data", *this);
  return {static_cast<const T*>(impl_->buffer->data()), static_cast<std::size_t>(size())};
}

template <class T>
std::span<T> Tensor::mutable_data(const char* who) {
  require_type<T>("mutable_data", *this);
  if (!is_leaf()) {
    throw GraphError(
        "mutable_data",
        fmt::format("tensor was made by {} and is part of a graph (leaves only); hint: detach() or clone()",
                    node()->op));
  }
  ++impl_->buffer->version;
  impl_->buffer->changed_by = who;
  return {static_cast<T*>(impl_->buffer->data()), static_cast<std::size_t>(size())};
}

template std::span<const float> Tensor::data<float>() const;
template std::span<const double> Tensor::data<double>() const;
template std::span<float> Tensor::mutable_data<float>(const char*);
template std::span<double> Tensor::mutable_data<double>(const char*);

double Tensor::item() const {
  if (size() != 1) {
    throw ShapeError("item",
                     fmt::format("{} has {} elements (exactly 1); hint: use at({{...}}) or sum()", shape(), size()));
  }
  return dispatch(dtype(), [&](auto zero) { return static_cast<double>(data<decltype(zero)>()[0]); });
}

double Tensor::at(std::initializer_list<std::int64_t> index) const {
  if (index.size() != shape().size()) {
    throw ShapeError("at", fmt::format("{} indices for {} (one per axis)", index.size(), shape()));
  }
  std::int64_t flat = 0;
  std::size_t axis = 0;
  for (std::int64_t i : index) {
    const std::int64_t n = shape()[axis];
    if (i < -n || i >= n) {
      throw IndexError("at", fmt::format("index {} at dim {} of size {} (valid: [{}, {}])", i, axis, n, -n, n - 1));
    }
    flat = flat * n + (i < 0 ? i + n : i);
    ++axis;
  }
  const auto place = static_cast<std::size_t>(flat);
  return dispatch(dtype(), [&](auto zero) { return static_cast<double>(data<decltype(zero)>()[place]); });
}

std::vector<double> Tensor::to_vector() const {
  return dispatch(dtype(), [&](auto zero) {
    const auto values = data<decltype(zero)>();
    return std::vector<double>(values.begin(), values.end());
  });
}

Tensor Tensor::detach() const {
  checked("detach");
  Tensor y = share(impl_->buffer, shape(), dtype());
  y.impl_->origin = "made by detach()";
  return y;
}

Tensor Tensor::clone() const {
  return record("clone", map(*this, [](auto v) { return v; }), edge(*this, [](const Tensor& g) { return g; }));
}

Tensor Tensor::to(Dtype to) const {
  const Dtype from = dtype();
  if (from == to) return *this;
  Tensor y = empty(shape(), to);
  dispatch(from, [&](auto zero) {
    const auto source = data<decltype(zero)>();
    dispatch(to, [&](auto result) {
      auto target = y.mutable_data<decltype(result)>();
      for (std::size_t i = 0; i < source.size(); ++i) target[i] = static_cast<decltype(result)>(source[i]);
    });
  });
  return record("to", std::move(y), edge(*this, [from](const Tensor& g) { return g.to(from); }));
}

bool Tensor::is_leaf() const { return !node() || node()->is_leaf(); }

Tensor Tensor::requires_grad_(bool on) {
  if (!is_leaf()) {
    throw GraphError("requires_grad_", fmt::format("tensor was made by {} (leaves only); hint: detach()", node()->op));
  }
  if (on && !impl_->node) {
    impl_->node = std::make_shared<Node>("leaf", shape(), dtype());
    impl_->node->label = impl_->label;
  } else if (!on) {
    impl_->node = nullptr;
  }
  return *this;
}

bool Tensor::has_grad() const { return requires_grad() && impl_->node->grad.defined(); }

Tensor Tensor::grad() const {
  if (!has_grad()) {
    throw GraphError("grad",
                     fmt::format("{} has no gradient; hint: {}", label().empty() ? "tensor" : "'" + label() + "'",
                                 !requires_grad() ? "requires_grad_(true) before the forward pass"
                                 : is_leaf()      ? "call backward() on a result that uses it"
                                                  : "only leaves keep one, use grad(y, {x})"));
  }
  return impl_->node->grad;
}

void Tensor::zero_grad() {
  if (!has_grad()) return;
  const Tensor before = std::move(impl_->node->grad);
  impl_->node->grad = Tensor();
  if (Observer* observer = current_observer()) observer->update({*this, "zero_grad", {}, before});
}

void Tensor::set_grad(const Tensor& gradient) {
  if (!is_leaf() || !requires_grad()) throw GraphError("set_grad", "tensor is not a leaf that requires grad");
  require_same_dtype("set_grad", *this, gradient);
  if (gradient.shape() != shape()) {
    throw ShapeError("set_grad", fmt::format("gradient {} for {} (shapes must be equal)", gradient.shape(), shape()));
  }
  impl_->node->grad = gradient;
}

Tensor Tensor::label(std::string name) {
  checked("label");
  impl_->label = std::move(name);
  if (impl_->node) impl_->node->label = impl_->label;
  return *this;
}

const std::string& Tensor::label() const { return checked("label").label; }

}  // namespace yhat
