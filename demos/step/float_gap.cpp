// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include "example.h"

// Softmax, then log, in float32: where the exact formulas are right and the numbers are not.
namespace yhat::step {

Trace gap120(const Request& request) {
  Request f32 = request;
  f32.dtype = Dtype::f32;
  const Batch batch = batch_of(f32, {120, 0, 0}, 2);
  const Tensors leaves = {leaf(batch.logits, "z")};
  const Index label(batch.labels, {batch.logits.dim(0), 1});
  const auto separate = [&](const Tensors& in) {
    const Tensor p = softmax(in[0], 1).label("p");
    const Tensor t = gather(p, 1, label).label("t");
    const Tensor l = log(t).label("l");
    return (l.size() == 1 ? -l : -mean(l)).label("L");
  };
  const auto fused = [&](const Tensors& in) { return cross_entropy(in[0], batch.labels).label("CE"); };

  Recorder recorder(
      {.title = "float32 far out: -log(softmax(z)) against cross_entropy(z)", .command = request.command});
  recorder.phase("softmax, then log");
  run_pass(recorder, separate, leaves);
  recorder.phase("fused");
  remove_gradient(recorder, leaves[0]);
  run_pass(recorder, fused, leaves);
  Trace trace = recorder.trace();
  trace.expects_red = trace.first_red() > 0;
  trace.lead = {
      "The same loss twice, in float32. In exact arithmetic both gradients are p - y. Red checks are expected here: "
      "the "
      "check computes in double precision."};
  trace.tail = {
      "Softmax rounds e^-120 to 0, so log gives -Infinity, and its slope 1/p is not finite either. In backward, "
      "-Infinity times 0 is NaN, and a NaN spreads to every parameter.",
      "How far is far? p is 0 once the gap between the largest logit and that of the true class is beyond 87.3, where "
      "float32 ends but for subnormal numbers, which this exp rounds to 0. With them p would last until 103.97, but "
      "1/p "
      "overflows beyond ln(FLT_MAX) = 88.72: a right loss with a wrong gradient. In double precision: 709.78 and "
      "745.13.",
      "The fused op computes log p as z - logsumexp(z) and the gradient as p - y: nothing is divided by p."};
  if (!batch.standard) trace.tail.erase(trace.tail.begin());
  forward_event(trace, "p").question = {"e^-120 is about 1e-52. What is it in float32?",
                                        "0: the smallest positive float32 is 1.4e-45."};
  forward_event(trace, "l").question = {"And its logarithm?", "-Infinity: the first number that is not finite."};
  backward_event(trace, "l", "t").question = {"What is the slope of log at 0?", "1/0 = Infinity."};
  backward_event(trace, "p", "z").question = {"Softmax multiplies by p = 0. Does that rescue it?",
                                              "No: Infinity times 0 is NaN."};
  backward_event(trace, "CE", "z", 1).question = {"What does the fused op give?", "p - y = (1, 0, -1), exactly."};
  return trace;
}

}  // namespace yhat::step
