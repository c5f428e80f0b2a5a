// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "yhat/autograd.h"

namespace yhat {

class Scope;

/// An op has run, recorded or not.
struct ForwardEvent {
  const char* op;
  std::span<const Edge> inputs;  ///< Edge::input is the input, Edge::from its node (null if it needs no gradient)
  std::span<const Attribute> attributes;
  Tensor& output;        ///< may be changed in place by an observer that asks "what if?"
  const Scope* scope;    ///< innermost open scope, null if none
  bool during_backward;  ///< part of a gradient computation
};

/// A vjp has run: raw = vjp(upstream), before it is summed over broadcast axes.
struct VjpEvent {
  const Node& node;
  const Edge& edge;  ///< edge.vjp can be called with other upstream gradients (unobserved, under NoGrad)
  const Tensor& upstream;
  const Tensor& output;  ///< the node's output, defined if the vjp uses it
  const Tensor& raw;
};

/// A contribution has been added to the gradient of `target`: after = before + contribution.
struct AccumulateEvent {
  const Node& target;
  const Node* cause;  ///< the op whose edge it came along; null for the seed, and for adding to a leaf's old gradient
  const Edge* edge;
  const Tensor& before;  ///< undefined if this is the first contribution
  const Tensor& contribution;
  const Tensor& after;
};

/// Backward has passed a node and freed what it had saved.
struct ReleaseEvent {
  const Node& node;
};

/// An optimiser or zero_grad has changed a leaf.
struct UpdateEvent {
  const Tensor& tensor;
  const char* rule;  ///< "sgd", "adam", "adamw", "zero_grad"
  std::span<const Attribute> settings;
  const Tensor& before;  ///< the value before, or for zero_grad the gradient before
};

/// Sees everything that happens on its thread while an Observe scope is open. What is not overridden does nothing. The
/// events' references hold during the call only; what an observer throws comes out of the op or of backward().
class Observer {
 public:
  virtual ~Observer() = default;
  /// After each op.
  virtual void forward(const ForwardEvent&) {}
  /// In backward, after each vjp.
  virtual void vjp(const VjpEvent&) {}
  /// In backward, after each sum: the seed, each contribution, and what is added to a leaf's old gradient.
  virtual void accumulate(const AccumulateEvent&) {}
  /// In backward, after each node whose graph is not retained.
  virtual void release(const ReleaseEvent&) {}
  /// After each change of a parameter by an optimiser, and each gradient that zero_grad has removed.
  virtual void update(const UpdateEvent&) {}
};

/// Lets `observer` watch this thread until the scope ends; an inner scope replaces an outer one.
class Observe {
 public:
  /// `observer` must outlive the scope.
  explicit Observe(Observer& observer);
  ~Observe();
  Observe(const Observe&) = delete;
  Observe& operator=(const Observe&) = delete;

 private:
  Observer* before_;
};

/// The observer of this thread, null if none.
Observer* current_observer();

}  // namespace yhat
