// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/ops.h>

#include "example.h"

namespace yhat::step {

// L = 1/2 (f(w x + b) - y)^2 with f the sigmoid, or relu.
Trace neuron(const Request& request) {
  const bool saturated = request.variant == "saturated";
  const bool rectified = request.variant == "relu";
  const Dtype dtype = request.dtype;
  const Tensors leaves = {leaf(tensor(request.w.value_or(saturated ? 2 : 0.6), dtype), "w"),
                          leaf(tensor(request.x.value_or(1), dtype), "x", false),
                          leaf(tensor(request.b.value_or(saturated   ? 2
                                                         : rectified ? -0.9
                                                                     : 0.9),
                                      dtype),
                               "b"),
                          leaf(tensor(request.y.value_or(rectified ? 1 : 0), dtype), "y", false)};
  const auto program = [rectified](const Tensors& in) {
    const Tensor u = (in[0] * in[1]).label("u");
    const Tensor z = (u + in[2]).label("z");
    const Tensor a = (rectified ? relu(z) : sigmoid(z)).label("a");
    const Tensor e = (a - in[3]).label("e");
    const Tensor q = pow(e, 2).label("q");
    return (0.5 * q).label("L");
  };
  const char* f = rectified ? "relu" : "sigmoid";
  Recorder recorder({.title = fmt::format("neuron: L = 1/2 ({}(w x + b) - y)^2", f), .command = request.command});
  run_pass(recorder, program, leaves);
  Trace trace = recorder.trace();

  trace.lead = {
      "One neuron and a squared loss. Values go forward from the left; gradients come back from L, each one "
      "the upstream gradient times a local derivative."};
  forward_event(trace, "a").question = {
      rectified ? "z is negative. What is a?" : "Between which numbers must a lie?",
      rectified ? "0: relu cuts off what is below 0." : "Between 0 and 1: that is what the sigmoid does."};
  backward_event(trace, "L", "q").question = {"L = 1/2 q. What is dL/dq?", "1/2, whatever q is."};
  TraceEvent& slope = backward_event(trace, "a", "z");
  if (rectified) {
    slope.question = {"a is 0. Can a small change of w change it?",
                      "Not if the input stays negative: the slope is 0, so nothing upstream gets through."};
    trace.tail = {
        "This neuron is dead for this input: dL/dw = dL/db = 0, computed and exactly zero. The loss is not zero, "
        "but no gradient says so."};
  } else {
    slope.question = {"sigma'(z) = a (1 - a). When is it largest, and how large?",
                      "At z = 0, where a = 1/2: 1/4. Away from there it only shrinks the gradient."};
    const double a = forward_event(trace, "a").data[0];
    const double target = leaves[3].item();
    const double e = a - target;
    const double mse = backward_event(trace, "a", "z").after[0];
    const auto n = [](double v) { return format_number(v, 4); };
    trace.tail = {fmt::format("The error a - y is {}, but only {} of it reaches z: sigma'(z) = {} stands in between.",
                              n(e), n(mse), n(a * (1 - a)))};
    if ((target == 0 || target == 1) && mse != 0) {
      trace.tail.push_back(
          fmt::format("With cross-entropy instead of the squared loss, dL/dz would be a - y = {}: {} "
                      "times as much.",
                      n(e), n(e / mse)));
    }
  }
  backward_event(trace, "z", "b").question = {"z = u + b. What does b get?", "All of dL/dz: the slope of a sum is 1."};
  backward_event(trace, "u", "w").question = {"u = w x. What is du/dw?",
                                              "x: the larger the input, the more w matters."};
  return trace;
}

}  // namespace yhat::step
