// SPDX-License-Identifier: MIT
#include "yhat/recorder.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>

#include "formula.h"
#include "numeric_check.h"
#include "output.h"
#include "raw_log.h"
#include "yhat/error.h"
#include "yhat/ops.h"
#include "yhat/scope.h"

namespace yhat {

using trace::RawOp;
using trace::RawTensor;

struct Recorder::Impl {
  Options options;
  trace::RawLog log;
  std::map<std::uint64_t, int> by_node;           // node -> tensor
  std::map<const Tensor::Impl*, int> by_address;  // constants
  std::map<std::uint64_t, int> op_of;             // node -> op
  std::map<int, Numbers> values;                  // the latest value of each tensor
  TraceEvent pending;                             // a vjp has run, its contribution has not been added yet
  int pass = 0;
  bool in_backward = false;  // a seed has been seen since the last forward op
  std::int64_t events = 0;   // also those that were not kept
  std::int64_t ops = 0;
  std::string broken;  // why no trace can be made
  mutable std::unique_ptr<Trace> built;

  bool full() const { return !broken.empty() || events > std::int64_t{8} * most_events; }

  // Runs a part of the recorder that must not disturb the run it watches.
  template <class F>
  void quietly(F f) noexcept {
    try {
      built.reset();
      f();
    } catch (const std::exception& error) {
      broken = error.what();
    } catch (...) {
      broken = "the recorder failed";
    }
  }

  void add(TraceEvent event) {
    ++events;
    if (full()) return;
    event.pass = pass;
    log.events.push_back(std::move(event));
  }

  int find(const Tensor& t) const {
    if (t.node()) {
      auto found = by_node.find(t.node()->id);
      return found == by_node.end() ? -1 : found->second;
    }
    auto found = by_address.find(t.impl().get());
    return found == by_address.end() ? -1 : found->second;
  }

  int enter(const Tensor& t, int made_by) {
    RawTensor raw;
    raw.shape = t.shape();
    raw.dtype = t.dtype();
    raw.label = t.label();
    raw.wants_grad = t.requires_grad();
    raw.made_by = made_by;
    raw.version = t.version();
    const int id = static_cast<int>(log.tensors.size());
    if (t.node()) {
      raw.node = t.node();
      by_node[t.node()->id] = id;
    } else {
      raw.constant = t;
      by_address[t.impl().get()] = id;
    }
    log.tensors.push_back(std::move(raw));
    return id;
  }

  void show_value(int id, const Tensor& t) {
    values[id] = t.to_vector();
    log.tensors[static_cast<std::size_t>(id)].version = t.version();
    TraceEvent event;
    event.kind = EventKind::value;
    event.tensor = id;
    event.data = values[id];
    add(std::move(event));
  }

  int input(const Tensor& t) {
    int id = find(t);
    const bool first = id < 0;
    if (first) id = enter(t, -1);
    RawTensor& raw = log.tensors[static_cast<std::size_t>(id)];
    if (!t.label().empty()) raw.label = t.label();
    if (raw.made_by >= 0) return id;
    if (first && t.size() == 1 && raw.label.empty() && !raw.wants_grad) {
      raw.folded = true;
      raw.number = t.item();
      values[id] = {raw.number};
    } else if (first || raw.version != t.version()) {
      show_value(id, t);
    }
    return id;
  }

  void start_forward() {
    if (!in_backward) return;
    in_backward = false;
    ++pass;
  }
};

Recorder::Recorder() : Recorder(Options{}) {}
Recorder::Recorder(Options options) : impl_(std::make_unique<Impl>()) { impl_->options = std::move(options); }
Recorder::~Recorder() = default;

void Recorder::forward(const ForwardEvent& event) {
  if (event.during_backward && !event.output.node()) return;  // how a vjp computes is its own affair
  impl_->quietly([&] {
    Impl& m = *impl_;
    ++m.ops;
    if (m.full()) return;
    if (!event.during_backward) m.start_forward();
    RawOp op;
    op.name = event.op;
    op.during_backward = event.during_backward;
    op.pass = m.pass;
    for (const Attribute& a : event.attributes) {
      op.attributes.push_back({a.name, Numbers(a.values.begin(), a.values.begin() + a.count)});
    }
    for (const Edge& e : event.inputs) {
      op.inputs.push_back(e.input.defined() ? m.input(e.input) : -1);
      const trace::OpFormula* formula = op.inputs.size() == 2 ? trace::formula_of(op.name) : nullptr;
      if (!formula || !formula->second || op.inputs[1] < 0) continue;
      RawTensor& second = m.log.tensors[static_cast<std::size_t>(op.inputs[1])];
      if (second.label.empty() && second.made_by < 0) second.label = formula->second;
    }
    if (event.scope) {
      op.path = event.scope->path();
      const std::string outside = event.scope->outer() ? event.scope->outer()->path() : "";
      op.scope = op.path.size() > outside.size() && !outside.empty() ? op.path.substr(outside.size() + 1) : op.path;
      for (const Scope* s = event.scope; s; s = s->outer()) op.scopes.push_back(s->id());
    }
    const int id = static_cast<int>(m.log.ops.size());
    op.output = m.enter(event.output, id);
    if (event.output.node()) m.op_of[event.output.node()->id] = id;
    TraceEvent forward;
    forward.kind = EventKind::forward;
    forward.op = id;
    forward.tensor = op.output;
    forward.data = m.values[op.output] = event.output.to_vector();
    m.log.ops.push_back(std::move(op));
    m.add(std::move(forward));
  });
}

void Recorder::vjp(const VjpEvent& event) {
  impl_->quietly([&] {
    Impl& m = *impl_;
    m.pending = TraceEvent();
    if (m.full()) return;
    auto op = m.op_of.find(event.node.id);
    if (op == m.op_of.end()) {
      m.broken = fmt::format(
          "backward reached {}, which ran before recording began; hint: open the Observe scope first", event.node.op);
      return;
    }
    const RawOp& raw = m.log.ops[static_cast<std::size_t>(op->second)];
    TraceEvent& e = m.pending;
    e.kind = EventKind::backward;
    e.op = op->second;
    e.input = event.edge.index;
    e.upstream = event.upstream.to_vector();
    if (event.raw.shape() != event.edge.from->shape) {
      e.raw = event.raw.to_vector();
      const auto extra = event.raw.shape().size() - event.edge.from->shape.size();
      for (std::size_t axis = 0; axis < event.raw.shape().size(); ++axis) {
        if (axis < extra || event.edge.from->shape[axis - extra] != event.raw.shape()[axis]) {
          e.summed_axes.push_back(static_cast<int>(axis));
        }
      }
    }
    const trace::Unobserved unobserved;
    const Numbers first = event.raw.to_vector();
    const Numbers second = (*event.edge.vjp)(event.upstream, event.output).to_vector();
    e.repeatable =
        first.size() == second.size() && std::memcmp(first.data(), second.data(), first.size() * sizeof(double)) == 0;
    e.local = trace::probe(event, raw.name, m.log, raw, m.values);
  });
}

void Recorder::accumulate(const AccumulateEvent& event) {
  impl_->quietly([&] {
    Impl& m = *impl_;
    auto known = m.by_node.find(event.target.id);
    if (m.full()) {
      ++m.events;
      return;
    }
    if (known == m.by_node.end()) {
      m.broken = fmt::format("backward reached {}, which was not seen forward; hint: open the Observe scope first",
                             event.target.name());
      return;
    }
    const int id = known->second;
    if (!event.target.label.empty()) m.log.tensors[static_cast<std::size_t>(id)].label = event.target.label;
    TraceEvent e;
    if (event.cause) {
      e = std::move(m.pending);
      m.pending = TraceEvent();
    } else if (!event.before.defined()) {
      if (m.in_backward) ++m.pass;
      m.in_backward = true;
      e.kind = EventKind::seed;
      e.data = event.after.to_vector();
    } else {
      // A gradient that an earlier backward left there. If this pass had one contribution to the leaf, it is the sum.
      std::vector<std::size_t> mine;
      for (std::size_t i = 0; i < m.log.events.size(); ++i) {
        const TraceEvent& old = m.log.events[i];
        if (old.pass == m.pass && old.tensor == id && old.kind == EventKind::backward) mine.push_back(i);
      }
      if (mine.size() == 1) {
        m.log.events[mine[0]].before = event.before.to_vector();
        m.log.events[mine[0]].after = event.after.to_vector();
        return;
      }
      e.kind = EventKind::stored;
    }
    e.tensor = id;
    e.contribution = event.contribution.to_vector();
    if (event.before.defined()) e.before = event.before.to_vector();
    e.after = event.after.to_vector();
    m.add(std::move(e));
  });
}

void Recorder::release(const ReleaseEvent& event) {
  impl_->quietly([&] {
    Impl& m = *impl_;
    auto op = m.op_of.find(event.node.id);
    if (op == m.op_of.end()) return;
    const auto output = static_cast<std::size_t>(m.log.ops[static_cast<std::size_t>(op->second)].output);
    if (!event.node.label.empty()) m.log.tensors[output].label = event.node.label;
    for (auto e = m.log.events.rbegin(); e != m.log.events.rend(); ++e) {
      if (e->kind != EventKind::backward || e->op != op->second) continue;
      e->released = true;
      break;
    }
  });
}

void Recorder::update(const UpdateEvent& event) {
  impl_->quietly([&] {
    Impl& m = *impl_;
    if (m.full()) {
      ++m.events;
      return;
    }
    int id = m.find(event.tensor);
    if (id < 0) {
      id = m.enter(event.tensor, -1);
      m.show_value(id, event.tensor);
    }
    TraceEvent e;
    e.kind = std::strcmp(event.rule, "zero_grad") == 0 ? EventKind::zero_grad : EventKind::update;
    e.tensor = id;
    e.rule = event.rule;
    for (const Attribute& a : event.settings) {
      e.settings.push_back({a.name, Numbers(a.values.begin(), a.values.begin() + a.count)});
    }
    e.before = event.before.to_vector();
    if (e.kind == EventKind::update) {
      e.data = m.values[id] = event.tensor.to_vector();
      m.log.tensors[static_cast<std::size_t>(id)].version = event.tensor.version();
    }
    m.add(std::move(e));
  });
}

void Recorder::check(const Program& program, const Tensors& leaves) {
  Impl& m = *impl_;
  if (m.full()) return;
  std::vector<int> ids;
  for (const Tensor& leaf : leaves) ids.push_back(m.find(leaf));
  m.built.reset();
  trace::check_pass(m.log, m.pass, program, leaves, ids);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (ids[i] < 0 || !leaves[i].has_grad()) continue;
    const Numbers has = leaves[i].grad().to_vector();
    for (auto e = m.log.events.rbegin(); e != m.log.events.rend(); ++e) {
      if (e->tensor != ids[i] || (e->kind != EventKind::backward && e->kind != EventKind::stored)) continue;
      if (e->after.size() != has.size() || std::memcmp(e->after.data(), has.data(), has.size() * sizeof(double)) != 0) {
        throw GraphError("check", fmt::format("the gradient of {} is not what was recorded (read it before it changes)",
                                              m.log.tensors[static_cast<std::size_t>(ids[i])].label));
      }
      break;
    }
  }
}

void Recorder::phase(std::string name) { impl_->log.phases.emplace_back(std::move(name), impl_->log.events.size()); }

Trace& Recorder::edit() {
  Impl& m = *impl_;
  if (!m.broken.empty()) throw ArgumentError("trace", m.broken);
  if (!m.built) {
    for (RawTensor& t : m.log.tensors) {  // what was named after it was made
      if (auto node = t.node.lock(); node && !node->label.empty()) t.label = node->label;
      if (t.constant.defined() && !t.constant.label().empty()) t.label = t.constant.label();
    }
    const char* hint = "record at module level or use a smaller input";
    if (m.full()) {
      throw ArgumentError("trace", fmt::format("{} events (at most {}); {}", m.events, most_events, hint));
    }
    auto built = std::make_unique<Trace>(trace::build_trace(m.log, m.options));
    std::size_t boxes = built->ops.size();
    for (const TraceTensor& t : built->tensors) boxes += t.producer < 0;
    if (boxes > most_boxes) {
      throw ArgumentError("trace", fmt::format("{} boxes (at most {}); {}", boxes, most_boxes, hint));
    }
    if (built->events.size() > most_events) {
      throw ArgumentError("trace", fmt::format("{} events (at most {}); {}", built->events.size(), most_events, hint));
    }
    m.built = std::move(built);
  }
  return *m.built;
}

const Trace& Recorder::trace() const { return const_cast<Recorder*>(this)->edit(); }

void Recorder::print() const {
  const std::string text = trace::render_all(trace(), {});
  std::fwrite(text.data(), 1, text.size(), stdout);
}
void Recorder::save_html(const std::string& path) const { trace::write_file("save", path, trace::to_html(trace())); }
void Recorder::save_json(const std::string& path) const { trace::write_file("save", path, trace::to_json(trace())); }
void Recorder::save_dot(const std::string& path) const { trace::write_file("save", path, trace::to_dot(trace())); }

}  // namespace yhat
