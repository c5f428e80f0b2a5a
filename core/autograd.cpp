// SPDX-License-Identifier: MIT
#include "yhat/autograd.h"

#include <fmt/format.h>

#include <atomic>

#include "tensor_impl.h"
#include "thread_state.h"
#include "yhat/error.h"
#include "yhat/observer.h"
#include "yhat/scope.h"

namespace yhat {
namespace {
std::atomic<std::int64_t> op_nodes = 0;
std::atomic<std::uint64_t> next_id = 1;
thread_local Edges* draining = nullptr;
}  // namespace

constinit thread_local ThreadState this_thread;

bool grad_enabled() { return thread_state().grad_enabled; }
NoGrad::NoGrad() : before_(thread_state().grad_enabled) { thread_state().grad_enabled = false; }
NoGrad::~NoGrad() { thread_state().grad_enabled = before_; }
GradMode::GradMode(bool enabled) : before_(thread_state().grad_enabled) { thread_state().grad_enabled = enabled; }
GradMode::~GradMode() { thread_state().grad_enabled = before_; }

CaptureWatch::CaptureWatch(SavedList& into) : outer_(thread_state().captured) { thread_state().captured = &into; }
CaptureWatch::~CaptureWatch() { thread_state().captured = outer_; }

Observe::Observe(Observer& observer) : before_(thread_state().observer) { thread_state().observer = &observer; }
Observe::~Observe() { thread_state().observer = before_; }
Observer* current_observer() { return thread_state().observer; }

std::int64_t live_nodes() { return op_nodes; }

Node::Node(const char* op_name, const Shape& output_shape, Dtype output_dtype)
    : op(op_name), id(next_id.fetch_add(1, std::memory_order_relaxed)), shape(output_shape), dtype(output_dtype) {}

// A node owns its inputs' nodes, and so on down the graph. Freeing them by plain recursion would overflow the stack on
// a deep graph, so the outermost dying node keeps a queue and every node that dies meanwhile hands its edges to it.
// This also covers nodes that are reached through tensors captured by a vjp.
Node::~Node() {
  if (edges.empty()) return;
  op_nodes.fetch_sub(1, std::memory_order_relaxed);
  if (draining != nullptr) {
    for (Edge& e : edges) draining->push_back(std::move(e));
    return;
  }
  Edges queue = std::move(edges);
  draining = &queue;
  while (!queue.empty()) {
    Edge last = std::move(queue.back());
    queue.pop_back();
  }
  draining = nullptr;
}

Edge constant(const Tensor& input) { return {.input = input, .from = nullptr, .vjp = nullptr}; }

namespace {

void refuse_captured_output(const char* op, const Tensor& value, std::span<const Edge> edges) {
  for (const Edge& e : edges) {
    if (!e.vjp) continue;
    e.vjp->saved.for_each([&](const Saved& saved) {
      if (saved.tensor->impl() != value.impl()) return;
      throw GraphError(op, fmt::format("the vjp of input {} captured the op's own output (that would cut higher-order "
                                       "gradients); hint: take it as second parameter, [](g, y)",
                                       e.index));
    });
  }
}

std::shared_ptr<Node> make_node(const char* op, const Tensor& value, std::span<Edge> edges) {
  auto node = std::allocate_shared<Node>(Recycled<Node>(), op, value.shape(), value.dtype());
  std::size_t kept = 0;
  for (const Edge& e : edges) kept += e.vjp != nullptr;
  node->edges.reserve(kept);
  for (Edge& e : edges) {
    if (!e.vjp) continue;
    if (e.vjp->uses_output && !node->output.defined()) {
      node->output = share(value.impl()->buffer, value.shape(), value.dtype());
      node->output_version = value.version();
    }
    e.input = Tensor();
    node->edges.push_back(std::move(e));
  }
  op_nodes.fetch_add(1, std::memory_order_relaxed);
  return node;
}

// A function of its own, never inlined, so that the way without an observer costs one comparison. The node is made
// before the observer is called, which learns of it through the output; the inputs are noted before that, as the node
// drops them.
[[gnu::noinline]] void record_observed(Observer& observer, const char* op, Tensor& value, std::span<Edge> edges,
                                       std::span<const Attribute> attributes, bool recorded) {
  std::vector<Edge> inputs(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    inputs[i].input = edges[i].input;
    inputs[i].from = edges[i].input.defined() ? edges[i].input.node() : nullptr;
    inputs[i].index = edges[i].index;
  }
  if (recorded) value.impl()->node = make_node(op, value, edges);
  observer.forward({op, inputs, attributes, value, Scope::current(), thread_state().in_backward});
}

}  // namespace

Tensor record(const char* op, Tensor value, std::span<Edge> edges, std::span<const Attribute> attributes) {
  bool recorded = false;
  bool wanted = false;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    edges[i].index = static_cast<int>(i);
    recorded = recorded || edges[i].vjp != nullptr;
    wanted = wanted || (edges[i].input.defined() && edges[i].input.requires_grad());
  }
  // A handle that somebody else holds (the caller's own variable, an input returned as it is) must not join the graph.
  if (value.impl().use_count() > 1 || value.node()) {
    if (recorded) refuse_captured_output(op, value, edges);
    value = share(value.impl()->buffer, value.shape(), value.dtype());
  }
  if (Observer* const observer = thread_state().observer) [[unlikely]] {
    record_observed(*observer, op, value, edges, attributes, recorded);
  } else if (recorded) {
    value.impl()->node = make_node(op, value, edges);
  }
  if (!recorded && wanted) value.impl()->origin = "made under NoGrad";
  return value;
}

}  // namespace yhat
