// SPDX-License-Identifier: MIT
#include <yhat/ops.h>
#include <yhat/sgd.h>

#include "example.h"

// Two examples about +=: several paths to one value, and several passes to one leaf.
namespace yhat::step {

Trace diamond(const Request& request) {
  const auto program = [](const Tensors& in) {
    const Tensor y = (3 * in[0]).label("y");
    const Tensor a = (2 * y).label("a");
    const Tensor b = (5 * y).label("b");
    return (a + b).label("c");
  };
  Recorder recorder({.title = "diamond: y = 3x, a = 2y, b = 5y, c = a + b", .command = request.command});
  run_pass(recorder, program, {leaf(tensor(request.x.value_or(2), request.dtype), "x")});
  Trace trace = recorder.trace();
  trace.lead = {
      "y is used twice, so two paths lead from y to c. Each sends back its own contribution, and the gradient of y "
      "is their sum."};
  trace.tail = {
      "All paths from y to c add up: 2 + 5 = 7, so dL/dx = 7 * 3 = 21. With = instead of += the second "
      "contribution would overwrite the first: dL/dy would be 2 and dL/dx 6 instead of 21."};
  event(trace, EventKind::seed, "c").question = {"Why 1?",
                                                 "L is c, and dc/dc = 1: a quantity changes with itself one to one."};
  backward_event(trace, "c", "b").question = {"c = a + b. Which share of the gradient does each get?",
                                              "Both get all of it: the slope of a sum in each term is 1."};
  backward_event(trace, "b", "y").question = {"Is 5 the gradient of y?",
                                              "Not yet: y is used twice; a's contribution is still to come."};
  backward_event(trace, "a", "y").question = {
      "Why `+=`, not `=`?", "Every path from y to c counts. `=` leaves 2, and dL/dx = 6 instead of 21."};
  backward_event(trace, "y", "x").question = {"Why did x have to wait until both contributions to y were in?",
                                              "dL/dx = dL/dy * 3 needs the whole dL/dy = 7."};
  return trace;
}

namespace {

void set(Observer& observer, Tensor& w, double value) {
  const Tensor before = w.detach().clone();
  dispatch(w.dtype(),
           [&](auto zero) { w.mutable_data<decltype(zero)>("set")[0] = static_cast<decltype(zero)>(value); });
  observer.update({w, "set", {}, before});
}

}  // namespace

Trace zero_grad(const Request& request) {
  const double start = request.w.value_or(1);
  Tensor w = leaf(tensor(start, request.dtype), "w");
  const Tensor x = leaf(tensor(request.x.value_or(2), request.dtype), "x", false);
  const auto program = [](const Tensors& in) {
    const Tensor y = (in[0] * in[1]).label("y");
    const Tensor e = (y - 6).label("e");
    const Tensor q = pow(e, 2).label("q");
    return (0.5 * q).label("L");
  };
  Recorder recorder({.title = "zero_grad: L = 1/2 (w x - 6)^2, two steps of SGD without and with zero_grad",
                     .command = request.command});
  SGD sgd({w}, {.lr = 0.1});
  const auto iteration = [&] {
    run_pass(recorder, program, {w, x});
    const Observe on(recorder);
    sgd.step();
  };
  recorder.phase("without zero_grad");
  iteration();
  iteration();
  recorder.phase("with zero_grad");
  set(recorder, w, start);
  remove_gradient(recorder, w);
  iteration();
  remove_gradient(recorder, w);
  iteration();
  Trace trace = recorder.trace();
  trace.lead = {
      "backward() adds to the gradient that a leaf has; it does not replace it. So between two steps of "
      "training somebody must remove the old one: zero_grad()."};
  if (!request.w && !request.x) {
    trace.tail = {
        "Without zero_grad the second gradient was the sum of both: -8 + -4.8 = -12.8, and w went to 3.08, past "
        "the minimum at 3. With it the second gradient was -4.8, and w went to 2.28.",
        "The numeric check compares what one pass added."};
    backward_event(trace, "y", "w", 1).question = {"What will the gradient be?",
                                                   "-8 + -4.8 = -12.8: nobody removed the first."};
    event(trace, EventKind::update, "w", 1).question = {"The minimum is at w = 3. Where does this step end?",
                                                        "At 3.08, past it: the step used -12.8 instead of -4.8."};
  }
  backward_event(trace, "y", "w", 0).question = {"Which way will w go?",
                                                 "Up: the gradient is negative, and SGD subtracts it."};
  event(trace, EventKind::zero_grad, "w", 1).question = {
      "Is the gradient 0 now?", "No: it is gone (-). 0 would mean that it was computed and is exactly zero."};
  backward_event(trace, "y", "w", 3).question = {"And now?", "Only this pass's gradient: the old one was removed."};
  return trace;
}

}  // namespace yhat::step
