// SPDX-License-Identifier: MIT
#include "micro.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "numbers.h"

namespace yhat::trace {
namespace {

double setting(const TraceOp& op, const char* which, std::size_t at) {
  for (const TraceAttribute& a : op.attributes) {
    if (a.name == which) return a.values[std::min(at, a.values.size() - 1)];
  }
  return at == 0 && std::string(which) == "groups" ? 1 : 0;
}

Window window_of(const TraceOp& op, const Shape& kernel) {
  const auto get = [&](const char* which, std::size_t at) { return static_cast<std::int64_t>(setting(op, which, at)); };
  Window w{};
  w.kernel_h = kernel.size() == 4 ? kernel[2] : get("kernel", 0);
  w.kernel_w = kernel.size() == 4 ? kernel[3] : get("kernel", 1);
  w.stride_h = get("stride", 0), w.stride_w = get("stride", 1);
  w.pad_h = get("padding", 0), w.pad_w = get("padding", 1);
  w.dil_h = std::max<std::int64_t>(1, get("dilation", 0)), w.dil_w = std::max<std::int64_t>(1, get("dilation", 1));
  return w;
}

constexpr std::size_t most_cells = 12;  // windows that are shown one by one

class Explainer {
 public:
  explicit Explainer(Trace& trace) : trace_(trace), reason_(trace.tensors.size()), state_(trace.at(0)) {
    state_.value.resize(trace.tensors.size());
  }

  void run() {
    for (TraceEvent& e : trace_.events) {
      if (e.kind == EventKind::forward) {
        not_finite(e);
        state_.value[index(e.tensor)] = e.data;
        reason_[index(e.tensor)].clear();
        forward(e);
      } else if (e.kind == EventKind::value || e.kind == EventKind::update) {
        state_.value[index(e.tensor)] = e.data;
      } else if (e.kind == EventKind::backward) {
        backward(e);
        reason(e);
      }
    }
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  const TraceOp& op(const TraceEvent& e) const { return trace_.ops[index(e.op)]; }
  const TraceTensor& tensor(int t) const { return trace_.tensors[index(t)]; }
  const Numbers& value(int t) const {
    static const Numbers nothing;
    return t >= 0 && state_.value[index(t)] ? *state_.value[index(t)] : nothing;
  }
  const Numbers& in(const TraceEvent& e, std::size_t i) const {
    static const Numbers nothing;
    return i < op(e).inputs.size() ? value(op(e).inputs[i]) : nothing;
  }
  const Shape& shape_in(const TraceEvent& e, std::size_t i) const { return tensor(op(e).inputs[i]).shape; }
  // How many elements softmax normalises together, if its rows lie one after the other; else 0.
  std::int64_t row_length(const TraceEvent& e) const {
    const Shape& s = tensor(op(e).output).shape;
    const auto axis = static_cast<std::size_t>(setting(op(e), "axis", 0));
    return axis < s.size() && s.numel() > 0 && (axis + 1 == s.size() || s[axis] == s.numel()) ? s[axis] : 0;
  }
  bool red(const TraceEvent& e) const { return e.check.state == NumericCheck::State::red; }

  void forward(TraceEvent& e) {
    const std::string& name = op(e).name;
    if (!e.micro.empty() || op(e).inputs.empty() || op(e).inputs[0] < 0) return;
    const Shape& ys = tensor(e.tensor).shape;
    if (name == "softmax" && row_length(e) > 0) {
      e.micro = softmax_steps(in(e, 0), row_length(e));
    } else if (name == "conv2d" && e.data.size() <= most_cells) {
      e.micro = conv_steps(in(e, 0), shape_in(e, 0), in(e, 1), shape_in(e, 1), ys, window_of(op(e), shape_in(e, 1)),
                           static_cast<std::int64_t>(setting(op(e), "groups", 0)), in(e, 2));
    } else if ((name == "max_pool2d" || name == "avg_pool2d") && setting(op(e), "padding", 0) == 0 &&
               e.data.size() <= most_cells) {
      e.micro = pool_steps(in(e, 0), shape_in(e, 0), ys, window_of(op(e), {}), name == "max_pool2d");
    }
  }

  static bool finite(const Numbers& v) {
    return std::all_of(v.begin(), v.end(), [](double e) { return std::isfinite(e); });
  }

  void not_finite(TraceEvent& e) const {
    if (finite(e.data)) return;
    bool came_in = false;
    for (int t : op(e).inputs) came_in = came_in || !finite(value(t));
    e.reason = came_in ? "an input is not finite" : op(e).name + ": the first value that is not finite";
  }

  void backward(TraceEvent& e) {
    const std::string& name = op(e).name;
    if (!e.micro.empty() || red(e)) return;  // where the engine is wrong, plain loops would show something else
    const Shape& gs = tensor(op(e).output).shape;
    if (name == "softmax" && row_length(e) > 0) {
      e.micro = softmax_backward(value(op(e).output), e.upstream, row_length(e));
    } else if (name == "conv2d" && e.input < 2 && e.upstream.size() <= most_cells) {
      const Window window = window_of(op(e), shape_in(e, 1));
      const auto groups = static_cast<std::int64_t>(setting(op(e), "groups", 0));
      if (e.input == 0) {
        e.micro = conv_scatter_steps(e.upstream, gs, in(e, 1), shape_in(e, 1), shape_in(e, 0), window, groups);
        e.micro.push_back(conv_turned_step(e.upstream, gs, in(e, 1), shape_in(e, 1), shape_in(e, 0), window, groups));
      } else {
        e.micro = conv_weight_steps(e.upstream, gs, in(e, 0), shape_in(e, 0), shape_in(e, 1), window, groups);
      }
    } else if ((name == "max_pool2d" || name == "avg_pool2d") && setting(op(e), "padding", 0) == 0 &&
               e.upstream.size() <= most_cells) {
      e.micro =
          pool_backward_steps(in(e, 0), shape_in(e, 0), e.upstream, gs, window_of(op(e), {}), name == "max_pool2d");
    }
  }

  // Under a loss that is known, the algebra of that loss; else the product with J.
  static std::vector<MicroStep> softmax_backward(const Numbers& p, const Numbers& g, std::int64_t cols) {
    if (static_cast<std::int64_t>(p.size()) == cols && cols <= 8) {
      Numbers y;
      Numbers target;
      double total = 0;
      bool shares = true;
      bool one_hot = true;
      for (std::size_t i = 0; i < p.size(); ++i) {
        y.push_back(g[i] == 0 ? 0 : -g[i] * p[i]);
        total += y[i];
        shares = shares && y[i] >= 0;
        target.push_back(std::abs(p[i] - g[i]) < 1e-6 ? 0 : p[i] - g[i]);
        one_hot = one_hot && (target[i] == 0 || std::abs(target[i] - 1) < 1e-6);
      }
      if (shares && std::abs(total - 1) < 1e-6) return cross_entropy_steps(p, y);
      if (one_hot && std::count(target.begin(), target.end(), 0.0) == cols - 1) return squared_error_steps(p, target);
    }
    return softmax_backward_steps(p, g, cols);
  }

  // A zero that was computed is not a gradient that is missing: say where it comes from, and carry that along.
  void reason(TraceEvent& e) {
    const auto all = [](const Numbers& v, auto test) { return !v.empty() && std::all_of(v.begin(), v.end(), test); };
    const auto zero = [](double v) { return v == 0; };
    const std::string& name = op(e).name;
    if (!finite(e.contribution)) {
      e.reason =
          finite(e.upstream) ? name + ": the first gradient that is not finite" : "the upstream gradient is not finite";
      return;
    }
    if (name == "max_pool2d" && std::any_of(e.contribution.begin(), e.contribution.end(), zero)) {
      e.reason = "0 where the cell was not the maximum of its window";
    } else if (name == "relu" && std::any_of(in(e, 0).begin(), in(e, 0).end(), [](double v) { return v < 0; })) {
      e.reason = in(e, 0).size() == 1 ? "relu: input was negative" : "relu: 0 where the input was negative";
    } else if (all(e.contribution, zero)) {
      const std::string& above = reason_[index(op(e).output)];
      e.reason =
          all(e.upstream, zero) ? (above.empty() ? "the upstream gradient is 0" : above) : "the local derivative is 0";
    }
    if (all(e.contribution, zero)) reason_[index(e.tensor)] = e.reason;
  }

  Trace& trace_;
  std::vector<std::string> reason_;  // of a zero gradient, by tensor
  Trace::State state_;
};

}  // namespace

void explain(Trace& trace) { Explainer(trace).run(); }

}  // namespace yhat::trace
