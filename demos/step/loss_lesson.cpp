// SPDX-License-Identifier: MIT
#include "loss_lesson.h"

#include <fmt/format.h>

#include <cmath>

#include "mse_vs_cross_entropy/descent.h"
#include "yhat_minus_y/collapse.h"

namespace yhat::step {
namespace {

constexpr std::int64_t label = 2;  // of every prepared start

Batch checked(const Request& r) {
  const auto refuse = [](const char* option, const std::string& why) { throw ArgumentError(option, why); };
  if (!r.variant.empty()) refuse("--variant", fmt::format("'{}' (the loss page has none)", r.variant));
  const std::pair<const char*, bool> given[] = {{"--w", !!r.w}, {"--b", !!r.b}, {"--x", !!r.x}, {"--y", !!r.y}};
  for (const auto& [option, is_given] : given) {
    if (is_given) refuse(option, "the loss page takes --logits and --label only");
  }
  if (r.dtype != Dtype::f64) refuse("--dtype", "f32 (the loss page compares in f64)");
  if (r.logits.size() > 1)
    refuse("--logits", fmt::format("{} of them (the loss page shows one sample)", r.logits.size()));
  return batch_of(r, {2, 1, 0.1}, label);
}

TargetRow target(const char* name, const Numbers& y) {
  const demo::AnyTarget t =
      demo::any_target(tensor({2, 1, 0.1}, Dtype::f64), from_values(std::span(y), {3}, Dtype::f64));
  double sum = 0;
  for (double v : y) sum += v;
  return {name, y, sum, t.gradient.to_vector(), t.p_minus_y.to_vector(), demo::apart(t.gradient, t.p_minus_y) < 1e-12};
}

// Every start at every rate, and the descents at each loss's best one.
void train(LossLesson& lesson) {
  lesson.rates = demo::rate_grid();
  for (std::size_t s = 0; s < lesson.starts.size(); ++s) {
    const std::string& id = lesson.starts[s].id;
    if (id != "benign" && id != "wrong" && id != "very-wrong") continue;
    StepCount count{s, {}, {}};
    for (const bool ce : {true, false}) {
      std::vector<demo::LogitRun> runs;
      std::vector<std::int64_t>& steps = ce ? count.ce : count.mse;
      for (double rate : lesson.rates) {
        const demo::Loss loss = ce ? demo::Loss::cross_entropy : demo::Loss::squared_error;
        runs.push_back(demo::descend(loss, lesson.starts[s]["z"], label, rate));
        steps.push_back(runs.back().steps);
      }
      const std::size_t best = demo::best_rate(steps);
      if (id != "wrong") {
        lesson.curves.push_back({s, ce, lesson.rates[best], std::move(runs[best].p), std::move(runs[best].gradient)});
      }
    }
    lesson.steps.push_back(std::move(count));
  }
}

SigmoidSlopes sigmoid_slopes() {
  SigmoidSlopes s;
  const auto slope = [](demo::Loss loss, double z) { return std::abs(demo::neuron_gradient(loss, z, 1)); };
  for (int i = 0; i <= 80; ++i) {
    const double z = -10 + 0.25 * i;
    s.z.push_back(z);
    s.ce.push_back(slope(demo::Loss::cross_entropy, z));
    s.mse.push_back(slope(demo::Loss::squared_error, z));
  }
  s.peak_z = demo::steepest_z(1);
  s.peak_p = sigmoid(tensor(s.peak_z, Dtype::f64)).item();
  s.peak = slope(demo::Loss::squared_error, s.peak_z);
  return s;
}

std::vector<GapRow> float32_gap() {
  const Tensor z = tensor({120, 0, 0}, Dtype::f32).requires_grad_(true);
  const Tensor p = softmax(z, 0);
  const Tensor q = gather(p, 0, Index({label}));
  const Tensor l = log(q);
  const Tensor loss = -sum(l);
  const Tensors g = grad(loss, {l, q, p, z});
  const Tensor fused = cross_entropy(reshape(z, {1, 3}), {label});
  const auto row = [](const char* op, const Tensor& t, const char* note) { return GapRow{op, t.to_vector(), note}; };
  return {
      row("forward softmax", p, "p_2 = e^-120 is too small for float32"),
      row("forward gather", q, ""),
      row("forward log", l, "the first value that is not finite"),
      row("forward L", loss, ""),
      row("backward log", g[1], "1/p overflows"),
      row("backward gather", g[2], ""),
      row("backward softmax", g[3], "-Infinity * 0"),
      row("fused L", fused, "cross_entropy(z, label)"),
      row("fused dL/dz", grad(fused, {z})[0], "p - y"),
  };
}

}  // namespace

LossLesson loss_lesson(const Request& request) {
  const Batch own = checked(request);
  LossLesson lesson;
  lesson.command = request.command;
  lesson.starts = {
      take_apart("benign", "benign", {0, 0, 0}, label), take_apart("example", "example", {2, 1, 0.1}, label),
      take_apart("wrong", "wrong", {4, 0, -2}, label), take_apart("very-wrong", "very wrong", {8, 0, -2}, label)};
  lesson.shown = 3;
  lesson.worked = 1;
  if (!own.standard) {
    lesson.shown = lesson.worked = lesson.starts.size();
    lesson.starts.push_back(take_apart("yours", "yours", own.logits.to_vector(), own.labels[0]));
  }
  for (int i = 0; i <= 80; ++i) {
    const double m = -10 + 0.25 * i;
    lesson.how_wrong.push_back(m);
    lesson.sweep.push_back(take_apart("", fmt::format("m = {}", m), {m * 0.8, 0, m * -0.2 + 0.0}, label));
  }
  lesson.table = {take_apart("", "", {2, 1, 0.1}, 0), take_apart("", "", {2, 1, 0.1}, 2),
                  take_apart("", "", {8, 0, -2}, 2), take_apart("", "", {0, 0, 0}, 0)};
  lesson.targets = {target("one-hot", {0, 0, 1}), target("label smoothing 0.1", {0.1 / 3, 0.1 / 3, 0.9 + 0.1 / 3}),
                    target("multi-label", {1, 1, 0})};
  train(lesson);
  lesson.sigmoid = sigmoid_slopes();
  lesson.gap = float32_gap();
  const Tensor four = tensor(4, Dtype::f64).requires_grad_(true);
  lesson.hidden_slope = grad(sigmoid(four), {four})[0].item();
  return lesson;
}

}  // namespace yhat::step
