// SPDX-License-Identifier: MIT
#include "numeric_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "yhat/error.h"
#include "yhat/ops.h"

namespace yhat::trace {
namespace {

constexpr double usual_step = 1e-5;

// Runs along with the program and adds `change` to one element of what the n-th op returns.
class Nudge final : public Observer {
 public:
  Nudge(int op, std::int64_t element, double change) : op_(op), element_(element), change_(change) {}
  void forward(const ForwardEvent& event) override {
    if (change_ == 0) outputs_.push_back(event.output.to_vector());
    if (seen_++ != op_ || change_ == 0) return;
    Numbers values = event.output.to_vector();
    values[static_cast<std::size_t>(element_)] += change_;
    event.output = from_values(std::span<const double>(values), event.output.shape(), event.output.dtype());
  }
  /// What the ops returned, if nothing was changed.
  const std::vector<Numbers>& outputs() const { return outputs_; }

 private:
  int op_;
  std::int64_t element_;
  double change_;
  int seen_ = 0;
  std::vector<Numbers> outputs_;
};

// The program in f64, with a way to change one number of it.
class Experiment {
 public:
  Experiment(const Recorder::Program& program, const Tensors& leaves, Numbers seed)
      : program_(program), seed_(std::move(seed)) {
    for (const Tensor& leaf : leaves) leaves_.push_back(leaf.detach().to(Dtype::f64));
  }

  /// The run as it is: its result, and what its ops return.
  double unchanged(std::vector<Numbers>& outputs) {
    Nudge none(-1, 0, 0);
    const double result = run(none, leaves_);
    outputs = none.outputs();
    return result;
  }
  Numbers leaf(std::size_t which) const { return leaves_[which].to_vector(); }
  double with_leaf(std::size_t leaf, std::int64_t element, double change) {
    Tensors changed = leaves_;
    Numbers values = leaves_[leaf].to_vector();
    values[static_cast<std::size_t>(element)] += change;
    changed[leaf] = from_values(std::span<const double>(values), leaves_[leaf].shape(), Dtype::f64);
    Nudge none(-1, 0, 1);
    return run(none, changed);
  }
  double with_output(int op, std::int64_t element, double change) {
    Nudge nudge(op, element, change);
    return run(nudge, leaves_);
  }

 private:
  double run(Nudge& nudge, const Tensors& leaves) {
    const NoGrad off;
    const Observe on(nudge);
    const Numbers y = program_(leaves).to_vector();
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * (i < seed_.size() ? seed_[i] : 1.0);
    return sum;
  }

  const Recorder::Program& program_;
  Tensors leaves_;
  Numbers seed_;
};

struct Difference {
  double slope, left, right;
  double jump() const { return std::abs(right - left); }
};

template <class F>
Difference difference(double here, double h, F run) {
  const double up = run(h);
  const double down = run(-h);
  return {(up - down) / (2 * h), (here - down) / h, (up - here) / h};
}

// At a kink the slopes to both sides differ by far more than curvature explains.
bool smooth(const Difference& d) { return d.jump() <= 1e-2 * std::max({std::abs(d.left), std::abs(d.right), 1e-2}); }

template <class F>
NumericCheck check(const Numbers& gradient, const Numbers& value, double tolerance, double here, F run_at) {
  NumericCheck result;
  result.step = usual_step;
  result.elements = checked_elements(gradient);
  bool red = false;
  bool kink = false;
  for (std::int64_t i : result.elements) {
    const auto at = static_cast<std::size_t>(i);
    const double a = gradient[at];
    const auto run = [&](double h) { return run_at(i, h); };
    Difference d{};
    double rel = 0;
    // log near 0 bends within the usual step: a second try is in proportion to the element.
    for (double h : {usual_step, usual_step * std::abs(value[at])}) {
      if (h != usual_step && (h == 0 || h > 0.1 * usual_step)) break;
      d = difference(here, h, run);
      rel = std::abs(a - d.slope) / std::max({std::abs(a), std::abs(d.slope), 1e-4});
      result.step = std::min(result.step, h);
      if (rel <= tolerance && smooth(d)) break;
    }
    result.numeric.push_back(d.slope);
    bool kinked = std::isfinite(a) && std::isfinite(d.slope) && !smooth(d);
    if (!kinked && !(rel <= tolerance) && std::abs(a - d.slope) <= d.jump()) {
      // A small kink: with a smaller step a jump stays, while what is only curved shrinks.
      kinked = difference(here, result.step / 10, run).jump() > 0.5 * d.jump();
    }
    if (kinked) {
      kink = true;
    } else if (rel <= tolerance) {
      result.max_rel = std::max(result.max_rel, rel);
    } else {
      red = true;
      if (std::isnan(rel) || !(result.max_rel > rel)) result.max_rel = rel;
    }
  }
  using State = NumericCheck::State;
  result.state = red ? State::red : kink ? State::not_smooth : State::ok;
  return result;
}

}  // namespace

std::vector<std::int64_t> checked_elements(const Numbers& gradient) {
  const auto n = static_cast<std::int64_t>(gradient.size());
  std::vector<std::int64_t> chosen;
  if (n <= 64) {
    for (std::int64_t i = 0; i < n; ++i) chosen.push_back(i);
    return chosen;
  }
  const auto largest =
      std::max_element(gradient.begin(), gradient.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  chosen = {0, n - 1, largest - gradient.begin()};
  for (std::int64_t i = 1; i <= 5; ++i) chosen.push_back(i * n / 6);
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

void check_pass(RawLog& log, int pass, const Recorder::Program& program, const Tensors& leaves,
                const std::vector<int>& leaf_ids) {
  std::map<int, int> place;  // op -> which of the pass's ops it is
  for (std::size_t i = 0; i < log.ops.size(); ++i) {
    if (log.ops[i].pass != pass || log.ops[i].during_backward) continue;
    const auto n = static_cast<int>(place.size());
    place[static_cast<int>(i)] = n;
  }
  std::map<int, std::vector<TraceEvent*>> contributions;
  Numbers seed;
  for (TraceEvent& e : log.events) {
    if (e.pass != pass) continue;
    if (e.kind == EventKind::seed) seed = e.after;
    if (e.kind == EventKind::backward) contributions[e.tensor].push_back(&e);
  }
  Experiment experiment(program, leaves, seed);
  std::vector<Numbers> outputs;
  const double here = experiment.unchanged(outputs);
  if (outputs.size() != place.size()) {
    throw ArgumentError("check", fmt::format("the program ran {} ops, the recording has {} (must be the same run)",
                                             outputs.size(), place.size()));
  }
  for (auto& [tensor, events] : contributions) {
    TraceEvent& last = *events.back();
    const RawTensor& t = log.tensors[static_cast<std::size_t>(tensor)];
    // What an earlier backward left in a leaf is not part of this pass.
    const Numbers& gradient = events.size() == 1 ? last.contribution : last.after;
    const double tolerance = t.dtype == Dtype::f32 ? 1e-4 : 1e-6;
    NumericCheck result;
    if (t.made_by >= 0) {
      auto op = place.find(t.made_by);
      if (op == place.end()) continue;
      result = check(gradient, outputs[static_cast<std::size_t>(op->second)], tolerance, here,
                     [&](std::int64_t i, double h) { return experiment.with_output(op->second, i, h); });
    } else {
      const auto leaf = std::find(leaf_ids.begin(), leaf_ids.end(), tensor);
      if (leaf == leaf_ids.end()) continue;
      const auto which = static_cast<std::size_t>(leaf - leaf_ids.begin());
      result = check(gradient, experiment.leaf(which), tolerance, here,
                     [&](std::int64_t i, double h) { return experiment.with_leaf(which, i, h); });
    }
    for (TraceEvent* e : events) e->check.state = NumericCheck::State::partial;
    last.check = std::move(result);
  }
}

}  // namespace yhat::trace
