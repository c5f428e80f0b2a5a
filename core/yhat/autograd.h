// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "yhat/error.h"
#include "yhat/recycled.h"
#include "yhat/tensor.h"

/// The graph: a recorded op is a Node, each of its inputs an Edge that holds the input's vector-Jacobian product.
/// An op computes a value and records, for each input, how a gradient goes back to it:
///
///     Tensor mul(const Tensor& a, const Tensor& b) {
///       Tensor y = zip(a, b, [](auto u, auto v) { return u * v; });
///       return record("mul", y, edge(a, [b](const Tensor& g) { return g * b; }),
///                               edge(b, [a](const Tensor& g) { return g * a; }));
///     }
///
/// So the gradient of a is b:
///
///     Tensor a = tensor(2).requires_grad_(), b = tensor(5);
///     fmt::print("{}\n", grad(mul(a, b), {a})[0].item());
///     > 5
namespace yhat {

// --- What an edge holds ---

/// A tensor inside a vjp's closure, and its version when the op was recorded.
struct Saved {
  const Tensor* tensor;
  std::uint32_t version;
};

/// The tensors that one vjp holds: mostly one or two, which need no memory of their own.
class SavedList {
 public:
  /// One more.
  void add(const Saved& saved) {
    if (count_ < first_.size()) {
      first_[count_++] = saved;
    } else {
      more_.push_back(saved);
    }
  }
  /// Calls f(saved) for each, in the order in which they were added.
  template <class F>
  void for_each(F f) const {
    for (std::size_t i = 0; i < count_; ++i) f(first_[i]);
    for (const Saved& saved : more_) f(saved);
  }

 private:
  std::array<Saved, 2> first_{};
  std::size_t count_ = 0;
  std::vector<Saved> more_;
};

/// While alive, every Tensor that this thread copies is noted. A closure copied under it shows what it holds.
class CaptureWatch {
 public:
  /// Notes them in `into`, which must outlive the watch. An inner watch replaces an outer one.
  explicit CaptureWatch(SavedList& into);
  ~CaptureWatch();
  CaptureWatch(const CaptureWatch&) = delete;
  CaptureWatch& operator=(const CaptureWatch&) = delete;

 private:
  SavedList* outer_;
};

/// A vector-Jacobian product: given dL/dy, returns dL/d(input).
class Vjp {
 public:
  virtual ~Vjp() = default;
  /// From the recycled blocks of yhat/recycled.h.
  static void* operator new(std::size_t bytes) { return take_block(bytes); }
  /// Back to them.
  static void operator delete(void* vjp, std::size_t bytes) { give_block(vjp, bytes); }
  /// `upstream` is dL/dy; `output` is y, defined only if uses_output.
  virtual Tensor operator()(const Tensor& upstream, const Tensor& output) const = 0;

  SavedList saved;
  bool uses_output = false;
};

/// A callable `(const Tensor& g) -> Tensor`.
template <class F>
concept VjpOfGradient = std::is_invocable_r_v<Tensor, const F&, const Tensor&>;
/// A callable `(const Tensor& g, const Tensor& y) -> Tensor`.
template <class F>
concept VjpOfGradientAndOutput = std::is_invocable_r_v<Tensor, const F&, const Tensor&, const Tensor&>;

/// The Vjp made of a callable: what edge() keeps.
template <class F>
class VjpOf final : public Vjp {
 public:
  /// Copies f, and notes which tensors it holds.
  explicit VjpOf(const F& f) : f_(watched_copy(f, saved)) { uses_output = !VjpOfGradient<F>; }
  Tensor operator()(const Tensor& upstream, const Tensor& output) const override {
    if constexpr (VjpOfGradient<F>) {
      return f_(upstream);
    } else {
      return f_(upstream, output);
    }
  }

 private:
  // The closure is copied while the copies of tensors are being noted.
  static F watched_copy(const F& f, SavedList& saved) {
    const CaptureWatch watch(saved);
    return f;
  }
  F f_;
};

/// One input of a recorded op.
struct Edge {
  Tensor input;                // until recorded; the node keeps only what the vjp saved
  std::shared_ptr<Node> from;  // the node of the input, null if it needs no gradient
  std::unique_ptr<Vjp> vjp;    // null if it needs no gradient, or the graph has been used up
  int index = 0;               // which input
};

/// The edges of a node, in the order of its inputs.
using Edges = std::vector<Edge, Recycled<Edge>>;

/// Whether ops on this thread are being recorded.
bool grad_enabled();

/// An input and its vjp: a callable `(const Tensor& g) -> Tensor`, or `(g, y)` if it needs the op's own output y.
/// What it returns has the shape of y or of the input; the engine sums a gradient over broadcast axes. It must use
/// differentiable tensor ops only, for gradients of gradients. Dropped at once, with all it captured, if `input` needs
/// no gradient.
template <class F>
requires(VjpOfGradient<F> || VjpOfGradientAndOutput<F>) Edge edge(const Tensor& input, const F& vjp) {
  Edge e{.input = input, .from = nullptr, .vjp = nullptr};
  if (grad_enabled() && input.requires_grad()) {
    e.from = input.node();
    e.vjp = std::make_unique<VjpOf<F>>(vjp);
  }
  return e;
}

/// An input through which no gradient flows (a condition, a mask), named so that observers see it.
Edge constant(const Tensor& input);

/// A setting of an op (stride, axis), for observers.
struct Attribute {
  const char* name;
  std::array<double, 2> values;
  int count;
};
/// A setting of one number, or of a pair, for record(). `name` must outlive the op (a string literal).
template <class Number>
Attribute attribute(const char* name, Number value) {
  return {name, {static_cast<double>(value), 0}, 1};
}
template <class Number>
Attribute attribute(const char* name, Number first, Number second) {
  return {name, {static_cast<double>(first), static_cast<double>(second)}, 2};
}

/// Records an op: `value` becomes a tensor from which gradients flow along the edges. Under NoGrad, or if no input
/// needs a gradient, it returns a constant. `parts` are its edges, in the order of its inputs, and attributes, in any
/// order. Throws GraphError if a vjp has captured the op's own output.
template <class... Parts>
Tensor record(const char* op, Tensor value, Parts&&... parts);
Tensor record(const char* op, Tensor value, std::span<Edge> edges, std::span<const Attribute> attributes);

// --- The graph ---

/// A recorded op, or a leaf that wants a gradient (no edges, op "leaf").
class Node : public std::enable_shared_from_this<Node> {
 public:
  /// `op_name` must outlive the node (a string literal).
  Node(const char* op_name, const Shape& output_shape, Dtype output_dtype);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Whether it has no edges: not a recorded op.
  bool is_leaf() const { return edges.empty(); }
  /// "W1", or "relu" for an unlabelled result.
  std::string name() const { return label.empty() ? op : label; }

  const char* op;          ///< "conv2d"; "leaf" for a leaf
  const std::uint64_t id;  ///< grows with every node: inputs have smaller ids than the ops that use them
  const Shape shape;       ///< of the output
  const Dtype dtype;
  std::string label;                 ///< given by the user, or empty
  Edges edges;                       ///< one for each input; none for a leaf
  Tensor output;                     ///< the value as a constant, kept only if a vjp needs it
  std::uint32_t output_version = 0;  ///< of the output when it was kept
  bool used_up = false;              ///< backward has passed and let go of what was saved
  Tensor grad;                       ///< of a leaf, set by backward()

 private:
  friend class Traversal;
  std::uint32_t mark_ = 0;  // scratch space of a traversal
};

/// A vjp returned a gradient of a wrong shape or dtype, or none.
class GradientError : public GraphError {
 public:
  /// `mistake`: "gradient is [4, 3], input is [3, 4]"
  GradientError(const Node& at, const Edge& e, const std::string& message, std::string mistake);
  /// Which input of op().
  int input() const { return input_; }
  /// The node of that input.
  const Node* from() const { return from_; }
  /// What is wrong with it, without the place.
  const std::string& mistake() const { return mistake_; }

 private:
  int input_;
  const Node* from_;
  std::string mistake_;
};

/// Recorded ops that are alive in this process, leaves not counted.
std::int64_t live_nodes();

/// While alive, ops on this thread are not recorded and results need no gradient. Scopes nest.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

/// While alive, ops are recorded (or not): what backward uses for create_graph.
class GradMode {
 public:
  /// Recorded if `enabled`, whatever an outer scope says.
  explicit GradMode(bool enabled);
  ~GradMode();
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Settings of grad().
struct GradOptions {
  bool create_graph = false;  ///< record the gradients, for gradients of gradients; implies retain_graph
  bool retain_graph = false;  ///< keep what the graph saved, so that it can be used again
  bool allow_unused = false;  ///< an x that y does not depend on gets an undefined tensor instead of a GraphError
  Tensor seed = {};           ///< dL/dy, same shape and dtype as y; 1 for a scalar
};

/// dL/dx for each x (leaf or not), without touching any stored gradient; computes only what leads to an x.
/// Throws GraphError: y needs no gradient, is no scalar and has no seed, its graph is used up, a saved value was
/// changed, or an x is not used. ShapeError or ArgumentError for a seed of another shape or dtype.
Tensors grad(const Tensor& y, const Tensors& xs, const GradOptions& options = {});

// --- Implementation ---

namespace detail {
template <class T>
inline constexpr bool is_edge = std::is_same_v<std::remove_cvref_t<T>, Edge>;
}

template <class... Parts>
Tensor record(const char* op, Tensor value, Parts&&... parts) {
  std::array<Edge, (std::size_t{0} + ... + std::size_t{detail::is_edge<Parts>})> edges;
  std::array<Attribute, sizeof...(Parts) - edges.size()> attributes;
  std::size_t e = 0;
  std::size_t a = 0;
  auto place = [&](auto&& part) {
    if constexpr (detail::is_edge<decltype(part)>) {
      edges[e++] = std::forward<decltype(part)>(part);
    } else {
      attributes[a++] = part;
    }
  };
  (place(std::forward<Parts>(parts)), ...);
  return record(op, std::move(value), std::span<Edge>(edges), std::span<const Attribute>(attributes));
}

}  // namespace yhat
