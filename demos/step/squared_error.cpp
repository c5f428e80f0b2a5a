// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/ops.h>

#include <cmath>

#include "example.h"

// 1/2 sum (. - y)^2 of three things: softmax(z), z itself, sigmoid(z).
namespace yhat::step {
namespace {

double length(const Numbers& v) {
  double sum = 0;
  for (double e : v) sum += e * e;
  return std::sqrt(sum);
}

std::string four(double v) { return format_number(v, 4); }

}  // namespace

Trace squared_error(const Request& request) {
  const bool very_wrong = request.variant == "very_wrong";
  const Batch batch = very_wrong ? batch_of(request, {8, 0, -2}, 2) : batch_of(request, {2, 1, 0.1}, 2);
  const Tensors leaves = {leaf(batch.logits, "z"), leaf(batch.one_hot, "y", false)};
  const std::int64_t n = batch.logits.dim(0);
  const auto half_sum = [n](const Tensor& prediction, const Tensor& y, const std::string& mark) {
    const Tensor e = (prediction - y).label("e" + mark);
    const Tensor q = pow(e, 2).label("q" + mark);
    const Tensor s = sum(q).label("s" + mark);
    return (0.5 / static_cast<double>(n) * s).label("L" + mark);
  };
  struct Part {
    const char* phase;
    Recorder::Program program;
  };
  const Part parts[] = {
      {"through softmax", [&](const Tensors& in) { return half_sum(softmax(in[0], 1).label("p"), in[1], ""); }},
      {"on the logits", [&](const Tensors& in) { return half_sum(in[0], in[1], "2"); }},
      {"through sigmoid", [&](const Tensors& in) { return half_sum(sigmoid(in[0]).label("a"), in[1], "3"); }}};

  Recorder recorder({.title = "squared error: L = 1/2 sum (p - y)^2, and the same of z and of sigmoid(z)",
                     .command = request.command});
  for (std::size_t i = 0; i < 3; ++i) {
    recorder.phase(parts[i].phase);
    if (i > 0) remove_gradient(recorder, leaves[0]);
    run_pass(recorder, parts[i].program, leaves);
  }
  Trace trace = recorder.trace();

  const Numbers through_softmax = backward_event(trace, "p", "z").after;
  const Numbers error = backward_event(trace, "e", "p").after;  // p - y: what cross-entropy would hand to z
  const Numbers on_logits = backward_event(trace, "e2", "z", 1).after;
  const double ratio = length(error) / length(through_softmax);
  trace.lead = {
      "Three losses of the same logits. The squared error here is half the sum; the library's mse_loss is the mean "
      "over "
      "all elements, which is 2/K times that."};
  trace.tail = {
      fmt::format("Through softmax the error p - y is multiplied by J = diag(p) - p p^T, and nothing in J cancels. "
                  "Cross-entropy would hand p - y itself to the logits: {} times as long.",
                  four(ratio)),
      fmt::format("Without softmax nothing stands between: the gradient is z - y, with length {}. So it is not the "
                  "squared error that vanishes, but the squared error behind a function that saturates.",
                  four(length(on_logits))),
      "Behind a sigmoid each class has a factor a (1 - a) of its own, at most 1/4."};
  forward_event(trace, "p").question = {"Is this prediction right?",
                                        "Only if the largest p is at the true class, where y is 1."};
  backward_event(trace, "e", "p").question = {"What arrives at p?",
                                              "p - y already: the derivative of the half square."};
  TraceEvent& product = backward_event(trace, "p", "z");
  const bool wrong_and_flat = ratio > 100;
  if (wrong_and_flat) {
    product.question = {"More wrong: larger gradient?", "No: J shrinks faster than p - y grows."};
  } else {
    product.question = {"Will z get p - y too?", "No: J stands in between, and all of its rows count."};
  }
  backward_event(trace, "e2", "z", 1).question = {"Now without softmax. What is the gradient?",
                                                  "z - y: no J, no factor."};
  backward_event(trace, "a", "z", 2).question = {"Which factor does sigmoid put in?",
                                                 "a (1 - a) at each class, near 0 where a is near 0 or 1."};
  return trace;
}

}  // namespace yhat::step
