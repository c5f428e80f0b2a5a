// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "kernels/elementwise.h"
#include "tensor_impl.h"
#include "thread_state.h"
#include "yhat/autograd.h"
#include "yhat/elementwise.h"
#include "yhat/error.h"
#include "yhat/observer.h"
#include "yhat/ops.h"

namespace yhat {

GradientError::GradientError(const Node& at, const Edge& e, const std::string& message, std::string mistake)
    : GraphError(at.op, fmt::format("gradient of input {} {}", e.index, message)),
      input_(e.index),
      from_(e.from.get()),
      mistake_(std::move(mistake)) {}

namespace {

// a + b, recorded only if the sum is itself to be differentiated; into a's own array if nobody else can see it.
Tensor accumulate(Tensor a, const Tensor& b) {
  if (grad_enabled()) return a + b;
  if (!sole_owner(a)) return zip(a, b, std::plus<>{});
  dispatch(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* into = static_cast<T*>(a.impl()->buffer->data());
    const T* from = b.data<T>().data();
    parallel_for(a.size(), detail::elementwise_grain, [=](std::int64_t begin, std::int64_t end) {
      kernels::arithmetic(kernels::Arithmetic::add, end - begin, into + begin, from + begin, into + begin);
    });
  });
  return a;
}

class InBackward {
 public:
  InBackward() : before_(thread_state().in_backward) { thread_state().in_backward = true; }
  ~InBackward() { thread_state().in_backward = before_; }
  InBackward(const InBackward&) = delete;
  InBackward& operator=(const InBackward&) = delete;

 private:
  bool before_;
};

}  // namespace

// One pass over the graph below a root: finds the nodes, orders them, carries gradients from the root to the leaves.
class Traversal {
 public:
  explicit Traversal(Node& root) {
    find(root);
    while (!unexplored_.empty()) {
      const std::size_t place = unexplored_.back();
      unexplored_.pop_back();
      visits_[place].first_target = targets_.size();
      const Node& node = *visits_[place].node;
      for (const Edge& e : node.edges) targets_.push_back(find(*e.from));
    }
    // An op is recorded after its inputs, so ids from high to low are a topological order: every node is passed only
    // after all ops that use its output.
    order_.resize(visits_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::sort(order_.begin(), order_.end(),
              [&](std::size_t a, std::size_t b) { return visits_[a].node->id > visits_[b].node->id; });
  }
  ~Traversal() {
    // A vjp may itself run a traversal over some of these nodes: put its marks back as they were.
    for (auto v = visits_.rbegin(); v != visits_.rend(); ++v) v->node->mark_ = v->mark_before;
  }
  Traversal(const Traversal&) = delete;
  Traversal& operator=(const Traversal&) = delete;

  /// Asks for the gradient of a node. False if the root does not depend on it.
  bool want(Node& node) {
    Visit* v = lookup(node);
    if (v != nullptr) v->wanted = v->needed = true;
    return v != nullptr;
  }
  void want_leaves() {
    for (Visit& v : visits_) v.wanted = v.needed = v.node->is_leaf();
  }

  void run(const Tensor& seed, bool keep_graph) {
    mark_needed();
    check_saved_values();
    add(visits_[0], seed, nullptr, nullptr);
    for (std::size_t i : order_) {
      Visit& v = visits_[i];
      if (!v.leads || !v.gradient.defined()) continue;
      const Tensor upstream = v.wanted ? v.gradient : std::move(v.gradient);
      pass(v, upstream);
      if (!keep_graph) release(*v.node);
    }
  }

  Tensor gradient(Node& node) { return lookup(node)->gradient; }

  template <class F>
  void for_each_leaf(F&& f) {
    for (std::size_t i : order_) {
      if (visits_[i].node->is_leaf() && visits_[i].gradient.defined()) f(*visits_[i].node, visits_[i].gradient);
    }
  }

 private:
  struct Visit {
    Node* node;
    std::uint32_t mark_before;
    bool wanted = false;  // its gradient is asked for
    bool leads = false;   // one of its inputs is needed, so its op will be passed
    bool needed = false;  // it is wanted, or leads to a wanted node
    std::size_t first_target = 0;
    Tensor gradient;
  };

  // The visit of the node that edge i of a node comes from.
  Visit& target(const Visit& v, std::size_t i) { return visits_[targets_[v.first_target + i]]; }

  // A node has been seen if its mark is the place of its own visit. Leaves may be shared with graphs that other
  // threads are differentiating, so nothing is written to them: they are found by a table instead.
  Visit* lookup(const Node& node) {
    if (node.is_leaf()) {
      auto found = leaves_.find(&node);
      return found == leaves_.end() ? nullptr : &visits_[found->second];
    }
    const bool seen = node.mark_ < visits_.size() && visits_[node.mark_].node == &node;
    return seen ? &visits_[node.mark_] : nullptr;
  }

  // The place of a node's visit, which is made if there is none yet.
  std::size_t find(Node& node) {
    if (const Visit* v = lookup(node)) return static_cast<std::size_t>(v - visits_.data());
    const std::size_t place = visits_.size();
    visits_.push_back({.node = &node, .mark_before = node.mark_, .gradient = {}});
    if (node.is_leaf()) {
      leaves_.emplace(&node, place);
    } else {
      node.mark_ = static_cast<std::uint32_t>(place);
      unexplored_.push_back(place);
    }
    return place;
  }

  void mark_needed() {
    for (auto i = order_.rbegin(); i != order_.rend(); ++i) {
      Visit& v = visits_[*i];
      for (std::size_t k = 0; k < v.node->edges.size(); ++k) v.leads = v.leads || target(v, k).needed;
      v.needed = v.wanted || v.leads;
    }
  }

  // Before anything runs, so that a refused backward leaves everything as it was.
  void check_saved_values() {
    for (const Visit& v : visits_) {
      if (!v.leads) continue;
      const Node& node = *v.node;
      if (node.used_up) {
        throw GraphError(
            "backward", fmt::format("saved values of {} are gone (a graph is used once); hint: retain_graph", node.op));
      }
      for (std::size_t i = 0; i < node.edges.size(); ++i) {
        if (!target(v, i).needed) continue;
        const Edge& e = node.edges[i];
        e.vjp->saved.for_each([&](const Saved& saved) { check_version(node, *saved.tensor, saved.version); });
        if (e.vjp->uses_output) check_version(node, node.output, node.output_version);
      }
    }
  }

  static void check_version(const Node& node, const Tensor& saved, std::uint32_t version) {
    if (!saved.defined() || saved.version() == version) return;
    const char* who = saved.impl()->buffer->changed_by;
    const std::string name = saved.label().empty() ? "a tensor" : "'" + saved.label() + "'";
    throw GraphError("backward",
                     fmt::format("{} was changed by {} after {} saved it, version {} (saved at {}); hint: step after "
                                 "backward",
                                 name, who ? who : "mutable_data", node.op, saved.version(), version));
  }

  // Sends the gradient of a node's output along each edge that somebody needs.
  void pass(const Visit& v, const Tensor& upstream) {
    Node& node = *v.node;
    Tensor output = node.output;
    if (output.defined() && grad_enabled()) {  // y, connected to the graph, so that its part can be differentiated too
      output = share(output.impl()->buffer, node.shape, node.dtype);
      output.impl()->node = node.shared_from_this();
    }
    const Tensor none;
    for (std::size_t i = 0; i < node.edges.size(); ++i) {
      if (!target(v, i).needed) continue;
      const Edge& e = node.edges[i];
      Tensor raw = (*e.vjp)(upstream, e.vjp->uses_output ? output : none);
      check_gradient(node, e, raw);
      if (Observer* const observer = thread_state().observer) [[unlikely]] {
        observer->vjp({node, e, upstream, output, raw});
      }
      if (raw.shape() != e.from->shape) raw = sum_to(raw, e.from->shape);
      add(target(v, i), std::move(raw), &node, &e);
    }
  }

  static void check_gradient(const Node& node, const Edge& e, const Tensor& raw) {
    const Shape& input = e.from->shape;
    if (!raw.defined()) {
      throw GradientError(node, e, "is undefined", fmt::format("gradient is undefined, input is {}", input));
    }
    if (raw.shape() != input && !(raw.shape() == node.shape && broadcasts_to(input, node.shape))) {
      throw GradientError(node, e,
                          fmt::format("has shape {} (input has {}, output has {})", raw.shape(), input, node.shape),
                          fmt::format("gradient is {}, input is {}", raw.shape(), input));
    }
    if (raw.dtype() != e.from->dtype) {
      throw GradientError(node, e, fmt::format("is {} (input is {})", raw.dtype(), e.from->dtype),
                          fmt::format("gradient is {}, input is {}", raw.dtype(), e.from->dtype));
    }
  }

  static void add(Visit& target, Tensor contribution, const Node* cause, const Edge* edge) {
    if (Observer* const observer = thread_state().observer) [[unlikely]] {
      return add_observed(*observer, target, contribution, cause, edge);
    }
    Tensor& sum = target.gradient;
    sum = sum.defined() ? accumulate(std::move(sum), contribution) : std::move(contribution);
  }
  // A function of its own, never inlined, so that the way without an observer costs one comparison.
  [[gnu::noinline]] static void add_observed(Observer& observer, Visit& target, const Tensor& contribution,
                                             const Node* cause, const Edge* edge) {
    Tensor& sum = target.gradient;
    const Tensor before = sum;  // two owners of an array keep it from being changed in place
    sum = sum.defined() ? accumulate(std::move(sum), contribution) : contribution;
    observer.accumulate({*target.node, cause, edge, before, contribution, sum});
  }

  static void release(Node& node) {
    for (Edge& e : node.edges) e.vjp.reset();
    node.output = Tensor();
    node.used_up = true;
    if (Observer* const observer = thread_state().observer) [[unlikely]] {
      observer->release({node});
    }
  }

  std::vector<Visit> visits_;
  std::vector<std::size_t> targets_;  // of all edges, node by node
  std::vector<std::size_t> unexplored_;
  std::vector<std::size_t> order_;
  std::unordered_map<const Node*, std::size_t> leaves_;
};

namespace {

Node& differentiable(const Tensor& y) {
  if (!y.node()) {
    throw GraphError("backward", fmt::format("tensor does not require grad ({})", y.impl()->origin));
  }
  return *y.node();
}

Tensor checked_seed(const Tensor& y, const Tensor& seed) {
  if (seed.defined()) {
    require_same_dtype("backward", y, seed);
    if (seed.shape() != y.shape()) {
      throw ShapeError("backward",
                       fmt::format("seed {} for a result of shape {} (shapes must be equal)", seed.shape(), y.shape()));
    }
    return seed;
  }
  if (y.size() != 1) {
    throw GraphError(
        "backward", fmt::format("result has shape {} (scalar, or a seed); hint: pass a seed or call sum()", y.shape()));
  }
  return ones_like(y);
}

// A gradient that leaves the engine has an array of its own: changing it must not change another gradient, or a value.
Tensor unshared(Tensor gradient) {
  if (!gradient.is_leaf() || sole_owner(gradient)) return gradient;
  return gradient.clone();
}

}  // namespace

namespace {

Tensors gradients_of(Node& root, const Tensor& seed, const Tensors& xs, const GradOptions& options) {
  Traversal traversal(root);
  std::vector<Node*> targets;  // null for an x that is not used
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!xs[i].requires_grad() && !options.allow_unused) {
      throw GraphError("grad", fmt::format("input {} does not require grad ({})", i, xs[i].impl()->origin));
    }
    const bool used = xs[i].requires_grad() && traversal.want(*xs[i].node());
    if (!used && !options.allow_unused) {
      throw GraphError("grad", fmt::format("input {} is not used in the graph of y; hint: allow_unused", i));
    }
    targets.push_back(used ? xs[i].node().get() : nullptr);
  }
  traversal.run(seed, options.retain_graph || options.create_graph);
  Tensors gradients;
  for (Node* target : targets) gradients.push_back(target ? traversal.gradient(*target) : Tensor());
  return gradients;
}

}  // namespace

Tensors grad(const Tensor& y, const Tensors& xs, const GradOptions& options) {
  Node& root = differentiable(y);
  const Tensor seed = checked_seed(y, options.seed);
  const InBackward in_backward;
  const GradMode mode(options.create_graph);
  Tensors gradients = gradients_of(root, seed, xs, options);
  for (Tensor& g : gradients) {
    if (g.defined()) g = unshared(std::move(g));
  }
  return gradients;
}

void Tensor::backward() const { backward(BackwardOptions{}); }

void Tensor::backward(const BackwardOptions& options) const {
  Node& root = differentiable(*this);
  const Tensor seed = checked_seed(*this, options.seed);
  Traversal traversal(root);
  traversal.want_leaves();
  const InBackward in_backward;
  const GradMode mode(options.create_graph);
  traversal.run(seed, options.retain_graph || options.create_graph);
  traversal.for_each_leaf([](Node& leaf, Tensor& gradient) {
    if (!leaf.grad.defined()) {
      leaf.grad = unshared(std::move(gradient));
      return;
    }
    const Tensor before = leaf.grad;
    leaf.grad = accumulate(before, gradient);
    if (Observer* observer = current_observer()) {
      observer->accumulate({leaf, nullptr, nullptr, before, gradient, leaf.grad});
    }
  });
}

}  // namespace yhat
