// SPDX-License-Identifier: MIT
#include "micro.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "numbers.h"

namespace yhat::trace {
namespace {

MicroStep line(std::string text, std::string name, Numbers data) {
  const auto n = static_cast<std::int64_t>(data.size());
  return {std::move(text), {{std::move(name), 1, n, std::move(data), {}}}};
}

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
  bool one_row(const TraceEvent& e) const {
    const Shape& s = tensor(op(e).output).shape;
    const auto axis = static_cast<std::size_t>(setting(op(e), "axis", 0));
    return axis < s.size() && s[axis] == s.numel();
  }

  void forward(TraceEvent& e) {
    const std::string& name = op(e).name;
    if (!e.micro.empty() || op(e).inputs.empty() || op(e).inputs[0] < 0) return;
    const Shape& ys = tensor(e.tensor).shape;
    if (name == "softmax" && one_row(e)) {
      e.micro = softmax_steps(in(e, 0));
    } else if (name == "conv2d" && e.data.size() <= most_cells) {
      e.micro = conv_steps(in(e, 0), shape_in(e, 0), in(e, 1), shape_in(e, 1), ys, window_of(op(e), shape_in(e, 1)),
                           static_cast<std::int64_t>(setting(op(e), "groups", 0)), in(e, 2));
    } else if ((name == "max_pool2d" || name == "avg_pool2d") && setting(op(e), "padding", 0) == 0 &&
               e.data.size() <= most_cells) {
      e.micro = pool_steps(in(e, 0), shape_in(e, 0), ys, window_of(op(e), {}), name == "max_pool2d");
    }
  }

  void backward(TraceEvent& e) {
    const std::string& name = op(e).name;
    if (!e.micro.empty()) return;
    const Shape& gs = tensor(op(e).output).shape;
    if (name == "softmax" && one_row(e)) {
      e.micro = softmax_backward_steps(value(op(e).output), e.upstream);
    } else if (name == "conv2d" && e.input == 0 && e.upstream.size() <= most_cells) {
      e.micro =
          conv_scatter_steps(e.upstream, gs, in(e, 1), shape_in(e, 1), shape_in(e, 0), window_of(op(e), shape_in(e, 1)),
                             static_cast<std::int64_t>(setting(op(e), "groups", 0)));
    } else if ((name == "max_pool2d" || name == "avg_pool2d") && setting(op(e), "padding", 0) == 0 &&
               e.upstream.size() <= most_cells) {
      e.micro =
          pool_backward_steps(in(e, 0), shape_in(e, 0), e.upstream, gs, window_of(op(e), {}), name == "max_pool2d");
    }
  }

  // A zero that was computed is not a gradient that is missing: say where it comes from, and carry that along.
  void reason(TraceEvent& e) {
    const auto all = [](const Numbers& v, auto test) { return !v.empty() && std::all_of(v.begin(), v.end(), test); };
    const auto zero = [](double v) { return v == 0; };
    const std::string& name = op(e).name;
    if (std::any_of(e.contribution.begin(), e.contribution.end(), [](double v) { return !std::isfinite(v); })) {
      const bool already =
          std::any_of(e.upstream.begin(), e.upstream.end(), [](double v) { return !std::isfinite(v); });
      e.reason = already ? "the upstream gradient is not finite" : name + ": the first gradient that is not finite";
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

std::vector<MicroStep> softmax_steps(const Numbers& x) {
  std::vector<MicroStep> steps;
  const double m = *std::max_element(x.begin(), x.end());
  steps.push_back(line(fmt::format("the largest is {}", show(m)), "max", {m}));
  Numbers v = x;
  for (double& e : v) e -= m;
  steps.push_back(line("subtract it, so that exp cannot overflow", "shifted", v));
  for (double& e : v) e = std::exp(e);
  steps.push_back(line("exp of each", "exp", v));
  double sum = 0;
  for (double e : v) sum += e;
  steps.push_back(line(fmt::format("they add up to {}", show(sum)), "sum", {sum}));
  for (double& e : v) e /= sum;
  steps.push_back(line("divide by the sum: they now add up to 1", "p", v));
  return steps;
}

std::vector<MicroStep> softmax_backward_steps(const Numbers& p, const Numbers& g) {
  std::vector<MicroStep> steps;
  const auto n = static_cast<std::int64_t>(p.size());
  if (n <= 8) {
    Grid j{"J", n, n, {}, {}};
    for (std::int64_t r = 0; r < n; ++r) {
      for (std::int64_t c = 0; c < n; ++c) {
        const auto rr = static_cast<std::size_t>(r);
        j.data.push_back(p[rr] * ((r == c ? 1 : 0) - p[static_cast<std::size_t>(c)]));
        if (g[rr] != 0) j.lit.push_back(r * n + c);
      }
    }
    steps.push_back({"J = diag(p) - p p^T; a row counts only where the upstream is not zero", {std::move(j)}});
  }
  Numbers v(p.size());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += v[i] = g[i] * p[i];
  steps.push_back(line("upstream times p, element by element", "g*p", v));
  steps.push_back(line(fmt::format("these add up to {}", show(sum)), "sum(g*p)", {sum}));
  for (std::size_t i = 0; i < p.size(); ++i) v[i] = g[i] - sum;
  steps.push_back(line("upstream minus that sum", "g - sum(g*p)", v));
  for (std::size_t i = 0; i < p.size(); ++i) v[i] *= p[i];
  steps.push_back(line("times p: this is J g", "contribution", v));
  return steps;
}

}  // namespace yhat::trace
