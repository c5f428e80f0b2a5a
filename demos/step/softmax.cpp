// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include "example.h"

// Softmax and cross-entropy, first in separate ops, then as the one op that the library has for them.
namespace yhat::step {

Trace softmax_cross_entropy(const Request& request) {
  const Batch batch = batch_of(request, {2, 1, 0.1}, 2);
  const Tensors leaves = {leaf(batch.logits, "z"), leaf(batch.one_hot, "y", false)};
  const std::int64_t n = batch.logits.dim(0);
  const auto separate = [n](const Tensors& in) {
    const Tensor p = softmax(in[0], 1).label("p");
    const Tensor l = log(p).label("l");
    const Tensor t = (in[1] * l).label("t");
    const Tensor s = sum(t).label("s");
    return (n == 1 ? -s : s / static_cast<double>(-n)).label("L");
  };
  const auto fused = [&](const Tensors& in) { return cross_entropy(in[0], batch.labels).label("CE"); };

  Recorder recorder({.title = "softmax and cross-entropy: L = -sum(y log softmax(z))", .command = request.command});
  recorder.phase("in separate ops");
  run_pass(recorder, separate, leaves);
  recorder.phase("as one op");
  remove_gradient(recorder, leaves[0]);
  run_pass(recorder, fused, {leaves[0]});
  Trace trace = recorder.trace();

  const bool one = n == 1;
  trace.lead = {
      fmt::format("The class that is true is number {}, counted from 0. p is what the network believes, y what "
                  "is so; L is large where p gives the true class little.",
                  batch.labels[0])};
  if (!one) {
    trace.lead = {
        fmt::format("A batch of {} samples, one in each row; labels count from 0. The loss is their mean.", n)};
  }
  trace.tail = {
      fmt::format(
          "Both ways end at the same gradient of the logits, {}: what was predicted minus what was true. Go into "
          "the step from p to z (key Down) to see it happen, one move at a time.",
          one ? "p - y" : fmt::format("(p - y) / {}", n)),
      "The fused op never divides by p, so it also works where p has become 0 in floating point (example gap120).",
      "Three things are used: p is the softmax of z, log is the natural logarithm, and the entries of y add up to 1."};

  forward_event(trace, "p").question = {"Which class gets the largest share, and what do the shares add up to?",
                                        "The one with the largest logit; softmax makes the shares add up to 1."};
  backward_event(trace, "l", "p").question = {
      one ? "L looks at log p of one class only. How many entries of dL/dp are not zero?"
          : "L looks at one log p in each row. How many entries of dL/dp are not zero?",
      one ? "One: -1/p at the true class, very large if p is small there." : "One in each row: -1/(N p)."};
  backward_event(trace, "p", "z").question = {"Which entry is negative, why?",
                                              "The true class: only there y = 1 is subtracted."};
  event(trace, EventKind::zero_grad, "z").question = {
      "Why is the gradient removed before the second pass?",
      "backward() adds to what is there; the sum of both passes would be twice p - y."};
  backward_event(trace, "CE", "z", 1).question = {"What does the fused op send back to z?",
                                                  "The same p - y, without the way through 1/p."};
  return trace;
}

}  // namespace yhat::step
