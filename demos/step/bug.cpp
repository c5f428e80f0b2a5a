// SPDX-License-Identifier: MIT
#include <yhat/ops.h>

#include "example.h"
#include "faulty_softmax.h"

// Two backward passes of softmax that are wrong, and look right for a while.
namespace yhat::step {

Trace bug(const Request& request) {
  const bool skipped = request.variant == "B";
  const Batch batch = batch_of(request, {2, 1, 0.1}, 2);
  const double n = static_cast<double>(batch.logits.dim(0));
  const Tensors leaves = {leaf(batch.logits, "z"), leaf(batch.one_hot, "y", false)};
  const auto program = [=](const Tensors& in) {
    if (skipped) {
      const Tensor p = softmax_without_jacobian(in[0], 1).label("p");
      const Tensor e = (p - in[1]).label("e");
      const Tensor q = pow(e, 2).label("q");
      const Tensor s = sum(q).label("s");
      return (0.5 / n * s).label("L");
    }
    const Tensor p = softmax_diagonal_only(in[0], 1).label("p");
    const Tensor l = log(p).label("l");
    const Tensor t = (in[1] * l).label("t");
    const Tensor s = sum(t).label("s");
    return (n == 1 ? -s : s / -n).label("L");
  };
  Recorder recorder({.title = skipped ? "find the bug, B: a squared error whose gradient is p - y"
                                      : "find the bug, A: a softmax whose gradient is half right",
                     .command = request.command});
  run_pass(recorder, program, leaves);
  Trace trace = recorder.trace();
  trace.expects_red = true;
  forward_event(trace, "p").question = {"Is the forward pass right?", "Yes: p is softmax(z), and adds up to 1."};
  TraceEvent& fault = backward_event(trace, "p", "z");
  if (skipped) {
    trace.lead = {
        "Somebody wrote softmax with a backward of their own, and put the squared error behind it. The gradient of the "
        "logits comes out as p - y, which looks like the famous result. One step is red."};
    trace.tail = {
        "The backward of softmax hands its upstream on, without the Jacobian. For the squared error the upstream is p "
        "- y, "
        "so the wrong gradient is exactly that of cross-entropy: training works, and one could believe that the "
        "squared "
        "error has this gradient. It only looks right. It is not the derivative of the loss that was computed, as the "
        "numeric check says."};
    backward_event(trace, "e", "p").question = {"What arrives at p?", "p - y, the derivative of the half square."};
    fault.question = {"dL/dz = p - y. Why is that wrong here, and why does it \"work\"?",
                      "J is missing, so it is not the gradient of this loss; it is that of cross-entropy, which is why "
                      "training goes well."};
  } else {
    trace.lead = {
        "Somebody wrote softmax with a backward of their own: p (1 - p), as for sigmoid. The loss is cross-entropy. "
        "One "
        "step is red."};
    trace.tail = {
        "Only the diagonal of J was used; the cross terms -p_i p_k are missing. Under cross-entropy the upstream is "
        "not "
        "zero at the true class only, and there the diagonal is all that counts: the entry of the true class is right. "
        "The other classes get 0 where they should be pushed down by p. So training half works: the true class goes "
        "up, "
        "and nothing else goes down by itself."};
    backward_event(trace, "l", "p").question = {"Which entries of the upstream are not zero?", "Only the true class."};
    fault.question = {"Which entries are wrong?", "All but the true class: so it half works."};
  }
  backward_event(trace, "L", "s").question = {"Is anything wrong so far?",
                                              "No: the check is green at every step before."};
  event(trace, EventKind::seed, "L").question = {"Where will the first red check stand?",
                                                 "At the backward step of the op that is wrong, not later."};
  return trace;
}

}  // namespace yhat::step
