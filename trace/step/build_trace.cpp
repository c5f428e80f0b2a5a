// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "micro.h"
#include "raw_log.h"
#include "yhat/version.h"

// From the log to a trace: modules become one box, a second run of the same ops reuses the boxes of the first, names.
namespace yhat::trace {
namespace {

struct Group {
  std::vector<int> ops;
  std::vector<int> inputs;  // tensors from outside
  int output = -1;
};

// Ops that ran directly in one call of a scope which has no scope inside it, if only one result is used outside.
std::vector<Group> find_groups(const RawLog& log) {
  std::map<std::uint64_t, std::vector<int>> members;
  std::set<std::uint64_t> has_inner;
  for (std::size_t i = 0; i < log.ops.size(); ++i) {
    const RawOp& op = log.ops[i];
    if (op.scopes.empty() || op.during_backward) continue;
    members[op.scopes[0]].push_back(static_cast<int>(i));
    has_inner.insert(op.scopes.begin() + 1, op.scopes.end());
  }
  std::vector<Group> groups;
  for (auto& [scope, ops] : members) {
    if (ops.size() < 2 || has_inner.count(scope)) continue;
    std::set<int> made;
    std::set<int> used_outside;
    for (int op : ops) made.insert(log.ops[static_cast<std::size_t>(op)].output);
    Group group;
    for (std::size_t i = 0; i < log.ops.size(); ++i) {
      const bool inside = std::find(ops.begin(), ops.end(), static_cast<int>(i)) != ops.end();
      for (int t : log.ops[i].inputs) {
        if (t < 0) continue;
        if (!inside && made.count(t)) used_outside.insert(t);
        const bool listed = std::find(group.inputs.begin(), group.inputs.end(), t) != group.inputs.end();
        if (inside && !made.count(t) && !listed) group.inputs.push_back(t);
      }
    }
    group.output = log.ops[static_cast<std::size_t>(ops.back())].output;
    used_outside.insert(group.output);
    if (used_outside.size() > 1) continue;
    group.ops = ops;
    groups.push_back(std::move(group));
  }
  return groups;
}

class Builder {
 public:
  Builder(const RawLog& log, const Recorder::Options& options) : log_(log) {
    trace_.title = options.title;
    trace_.command = options.command;
    trace_.version = YHAT_VERSION;
    trace_.seed = options.seed;
    if (options.group_modules) groups_ = find_groups(log);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (int op : groups_[g].ops) group_of_[op] = static_cast<int>(g);
    }
  }

  Trace build() {
    std::size_t next_phase = 0;
    std::size_t at = 0;
    for (const TraceEvent& e : log_.events) {
      while (next_phase < log_.phases.size() && log_.phases[next_phase].second <= at) start_phase(next_phase++);
      event(e);
      ++at;
    }
    end_phase();
    finish();
    return std::move(trace_);
  }

 private:
  const RawTensor& raw(int tensor) const { return log_.tensors[static_cast<std::size_t>(tensor)]; }
  const RawOp& raw_op(int op) const { return log_.ops[static_cast<std::size_t>(op)]; }
  int group(int op) const {
    auto found = group_of_.find(op);
    return found == group_of_.end() ? -1 : found->second;
  }
  int steps() const { return static_cast<int>(trace_.events.size()); }

  void start_phase(std::size_t i) {
    end_phase();
    trace_.phases.push_back({log_.phases[i].first, steps() + 1, steps() + 1});
  }
  void end_phase() {
    if (!trace_.phases.empty()) trace_.phases.back().to = steps();
  }

  std::string unique(const std::string& wanted) {
    std::string name = wanted;
    for (int n = 2; !names_.insert(name).second; ++n) name = fmt::format("{}_{}", wanted, n);
    return name;
  }

  int tensor(int id, const std::string& fallback = "const") {
    auto found = tensor_.find(id);
    if (found != tensor_.end()) return found->second;
    const RawTensor& t = raw(id);
    TraceTensor made;
    made.name = unique(t.label.empty() ? fallback : t.label);
    made.shape = t.shape;
    made.requires_grad = t.wants_grad;
    made.f32 = t.dtype == Dtype::f32;
    made.role = t.made_by >= 0 ? "temp" : t.wants_grad ? "param" : "input";
    trace_.tensors.push_back(std::move(made));
    return tensor_[id] = static_cast<int>(trace_.tensors.size()) - 1;
  }

  bool hidden(int id) const { return raw(id).folded; }

  // The box of an op or group. A later pass that runs the same op on the same boxes gets the box of the earlier one.
  int box(int op) {
    auto known = op_.find(op);
    if (known != op_.end()) return known->second;
    const RawOp& r = raw_op(op);
    const int g = group(op);
    TraceOp made;
    made.path = r.path;
    made.during_backward = r.during_backward;
    const std::vector<int>& inputs = g < 0 ? r.inputs : groups_[static_cast<std::size_t>(g)].inputs;
    if (g < 0) {
      made.name = r.name;
      made.attributes = r.attributes;
    } else {
      made.name = r.scope;
      for (int inner : groups_[static_cast<std::size_t>(g)].ops) made.inner.push_back(raw_op(inner).name);
    }
    for (int t : inputs) {
      if (t < 0) continue;
      made.inputs.push_back(hidden(t) ? -1 : tensor(t));
      made.folded.push_back(hidden(t) ? raw(t).number : 0);
    }
    const int output = g < 0 ? r.output : groups_[static_cast<std::size_t>(g)].output;
    std::string key = fmt::format("{}|{}|{}|{}", made.name, made.path, made.inputs, made.folded);
    for (const TraceAttribute& a : made.attributes) key += fmt::format("|{}={}", a.name, a.values);
    key += fmt::format("#{}", seen_[{r.pass, key}]++);
    auto earlier = repeated_.find(key);
    int id;
    if (earlier != repeated_.end()) {
      id = earlier->second;
      tensor_[output] = trace_.ops[static_cast<std::size_t>(id)].output;
    } else {
      id = static_cast<int>(trace_.ops.size());
      const bool named_by_module = !made.path.empty() && raw(output).label.empty();
      made.output = tensor(output, named_by_module ? made.path : made.name);
      trace_.tensors[static_cast<std::size_t>(made.output)].producer = id;
      trace_.ops.push_back(std::move(made));
      repeated_[key] = id;
    }
    if (g < 0) {
      op_[op] = id;
    } else {
      for (int inner : groups_[static_cast<std::size_t>(g)].ops) op_[inner] = id;
    }
    return id;
  }

  void event(const TraceEvent& e) {
    if (e.kind == EventKind::forward) return forward(e);
    if (e.kind == EventKind::backward) return backward(e);
    if (e.kind == EventKind::value && hidden(e.tensor)) return;
    TraceEvent made = e;
    if (e.kind == EventKind::seed) {
      made.tensor = tensor(e.tensor);
      trace_.tensors[static_cast<std::size_t>(made.tensor)].role = "loss";
    } else {
      made.tensor = tensor(e.tensor);
    }
    if (e.kind == EventKind::seed || e.kind == EventKind::stored) gradient_[e.tensor] = e.after;
    made.before = e.before;
    trace_.events.push_back(std::move(made));
  }

  void forward(const TraceEvent& e) {
    const int g = group(e.op);
    if (g >= 0 && e.op != groups_[static_cast<std::size_t>(g)].ops.back()) {
      inner_[g].push_back(inner_step(e, e.data, raw_op(e.op).name + " gives"));
      return;
    }
    TraceEvent made = e;
    made.op = box(e.op);
    made.tensor = trace_.ops[static_cast<std::size_t>(made.op)].output;
    if (g >= 0) {
      inner_[g].push_back(inner_step(e, e.data, raw_op(e.op).name + " gives"));
      made.micro = std::move(inner_[g]);
      inner_[g].clear();
    }
    trace_.events.push_back(std::move(made));
  }

  void backward(const TraceEvent& e) {
    const int g = group(e.op);
    gradient_[e.tensor] = e.after;
    const bool stays_inside = g >= 0 && raw(e.tensor).made_by >= 0 && group(raw(e.tensor).made_by) == g;
    if (stays_inside) {
      inner_[g].push_back(inner_step(e, e.contribution, raw_op(e.op).name + " sends back"));
      return;
    }
    TraceEvent made = e;
    made.op = box(e.op);
    made.tensor = tensor(e.tensor);
    const TraceOp& op = trace_.ops[static_cast<std::size_t>(made.op)];
    if (g >= 0) {
      const auto at = std::find(op.inputs.begin(), op.inputs.end(), made.tensor);
      made.input = static_cast<int>(at - op.inputs.begin());
      made.upstream = gradient_[groups_[static_cast<std::size_t>(g)].output];
      made.local = {};
      made.raw.reset();
      inner_[g].push_back(inner_step(e, e.contribution, raw_op(e.op).name + " sends out"));
      made.micro = std::move(inner_[g]);
      inner_[g].clear();
    } else {
      int skipped = 0;  // inputs that are not there, such as a missing bias, have no place in the box
      for (int i = 0; i < e.input; ++i) skipped += raw_op(e.op).inputs[static_cast<std::size_t>(i)] < 0;
      made.input = e.input - skipped;
    }
    trace_.events.push_back(std::move(made));
  }

  MicroStep inner_step(const TraceEvent& e, const Numbers& data, const std::string& what) const {
    const Shape& shape = raw(e.tensor).shape;
    Grid grid{raw(e.tensor).label, 0, shape.empty() ? 1 : shape[shape.size() - 1], data, {}};
    grid.rows = grid.cols > 0 ? shape.numel() / grid.cols : 0;
    MicroStep step;
    step.say = what;
    step.grids.push_back(std::move(grid));
    return step;
  }

  void finish() {
    for (const TraceTensor& t : trace_.tensors) trace_.dtype = t.f32 ? "f32" : "f64";
    std::map<std::pair<int, int>, int> parts;
    for (TraceEvent& e : trace_.events) {
      if (e.kind == EventKind::backward) e.part = ++parts[{e.pass, e.tensor}];
    }
    for (TraceEvent& e : trace_.events) {
      if (e.kind == EventKind::backward) e.parts = parts[{e.pass, e.tensor}];
    }
    explain(trace_);
  }

  const RawLog& log_;
  Trace trace_;
  std::vector<Group> groups_;
  std::map<int, int> group_of_;
  std::map<int, int> tensor_, op_;   // log -> trace
  std::map<int, Numbers> gradient_;  // the latest, by the log's tensors
  std::map<int, std::vector<MicroStep>> inner_;
  std::map<std::pair<int, std::string>, int> seen_;
  std::map<std::string, int> repeated_;
  std::set<std::string> names_;
};

}  // namespace

Trace build_trace(const RawLog& log, const Recorder::Options& options) { return Builder(log, options).build(); }

}  // namespace yhat::trace

namespace yhat {

bool LocalDerivative::differs() const {
  for (std::size_t i = 0; i < std::min(data.size(), closed.size()); ++i) {
    const bool both_nan = std::isnan(data[i]) && std::isnan(closed[i]);
    if (!both_nan && data[i] != closed[i] &&
        !(std::abs(data[i] - closed[i]) <= 1e-5 * std::max(1.0, std::abs(closed[i])))) {
      return true;
    }
  }
  return false;
}

Trace::State Trace::at(int steps) const {
  State state;
  state.value.resize(tensors.size());
  state.grad.resize(tensors.size());
  for (int k = 0; k < steps && k < static_cast<int>(events.size()); ++k) {
    const TraceEvent& e = events[static_cast<std::size_t>(k)];
    const auto t = static_cast<std::size_t>(e.tensor);
    switch (e.kind) {
      case EventKind::value:
      case EventKind::update:
        state.value[t] = e.data;
        break;
      case EventKind::forward:
        state.value[t] = e.data;
        state.grad[t].reset();
        break;
      case EventKind::seed:
      case EventKind::backward:
      case EventKind::stored:
        state.grad[t] = e.after;
        break;
      case EventKind::zero_grad:
        state.grad[t].reset();
        break;
    }
  }
  return state;
}

int Trace::first_red() const {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].check.state == NumericCheck::State::red) return static_cast<int>(i) + 1;
  }
  return 0;
}

}  // namespace yhat
