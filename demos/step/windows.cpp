// SPDX-License-Identifier: MIT
#include <yhat/ops.h>

#include "example.h"

// Convolution and pooling: one window at a time, forward a gather, backward a scatter.
namespace yhat::step {

Trace conv(const Request& request) {
  const bool strided = request.variant == "strided";
  const Dtype dtype = request.dtype;
  const Conv2dSpec spec = strided ? Conv2dSpec{.stride = 2, .padding = 1} : Conv2dSpec{};
  const Tensors leaves = {leaf(reshape(arange(1, 21, 1, dtype), {1, 1, 4, 5}), "x"),
                          leaf(reshape(arange(1, 10, 1, dtype), {1, 1, 3, 3}), "w"),
                          leaf(reshape(arange(1, 7, 1, dtype), {1, 1, 2, 3}), "c", false)};
  const auto program = [spec](const Tensors& in) {
    const Tensor y = conv2d(in[0], in[1], spec).label("y");
    const Tensor m = (y * in[2]).label("m");
    return sum(m).label("L");
  };
  Recorder recorder({.title = strided ? "convolution with stride 2 and padding 1: L = sum(conv2d(x, w) * c)"
                                      : "convolution: L = sum(conv2d(x, w) * c)",
                     .command = request.command});
  run_pass(recorder, program, leaves);
  Trace trace = recorder.trace();
  trace.lead = {
      "A kernel w of 3 x 3 slides over x. The weights c = 1..6 make every cell of y count differently, so that each "
      "part "
      "of a gradient can be told from the others."};
  trace.tail = {
      "Forward, each cell of y collects a window of x. Backward, each cell of dL/dy gives back to that window: its "
      "value "
      "times the kernel is added there. Where windows overlap, contributions add up, so the gradient of x is a "
      "scatter.",
      "The kernel's gradient is the sum over all cells of the upstream times the window it looked at.",
      "Go into a step (key Down) to see it window by window; the last card shows the same gradient as a convolution "
      "with "
      "the kernel turned by 180 degrees."};
  forward_event(trace, "y").question = {"How many products make one cell of y?",
                                        "One for each cell of the kernel that lies on x: at most 9."};
  backward_event(trace, "m", "y").question = {"What is the upstream gradient of the convolution?",
                                              "c: m = y c, and the sum gives every element the slope 1."};
  TraceEvent& to_x = backward_event(trace, "y", "x");
  to_x.question = {"To how many cells of x does one cell of the upstream give?",
                   "To those of its window: 9, fewer where the window hangs over the edge."};
  to_x.micro.at(1).question =
      strided ? Question{"Does window 2 overlap window 1?",
                         "In one column: the windows are 3 wide and 2 apart. There it is added to."}
              : Question{"What overlaps window 1?", "Columns 1 and 2 of rows 0-2: they are added to."};
  backward_event(trace, "y", "w").question = {"Which inputs does dL/dw need?",
                                              "All of x: each weight has touched a cell of every window."};
  return trace;
}

Trace pool(const Request& request) {
  const bool average = request.variant == "avg";
  const Tensor x =
      tensor({{4, 1, 0, 2, 8}, {3, 0, 1, 5, 5}, {2, 5, 6, 1, 0}, {7, 3, 5, 4, 2}, {1, 7, 0, 4, 3}}, request.dtype);
  const Tensors leaves = {leaf(reshape(x, {1, 1, 5, 5}), "x"),
                          leaf(reshape(tensor({{1, 2}, {3, 4}}, request.dtype), {1, 1, 2, 2}), "c", false)};
  const auto program = [average](const Tensors& in) {
    const Tensor y =
        (average ? avg_pool2d(in[0], {.kernel = 3, .stride = 2}) : max_pool2d(in[0], {.kernel = 3, .stride = 2}))
            .label("y");
    const Tensor m = (y * in[1]).label("m");
    return sum(m).label("L");
  };
  Recorder recorder({.title = average ? "average pooling with windows that overlap: L = sum(pool(x) * c)"
                                      : "max pooling with windows that overlap: L = sum(pool(x) * c)",
                     .command = request.command});
  run_pass(recorder, program, leaves);
  Trace trace = recorder.trace();
  trace.lead = {
      "Windows of 3 x 3, two apart, so neighbours share a row or column. c = 1..4 tells the windows apart in the "
      "gradient."};
  TraceEvent& to_x = backward_event(trace, "y", "x");
  if (average) {
    trace.tail = {
        "Every cell of a window had the same share in its mean, so each gets the upstream divided by 9; the cell in "
        "the "
        "middle lies in all four windows."};
    to_x.question = {"Why does the cell (2,2) get most?", "It lies in all four windows: (1 + 2 + 3 + 4) / 9."};
  } else {
    trace.tail = {
        "Only the winner of a window gets its gradient; all others get 0, because a small change of them changes "
        "nothing. (2,2) won two windows: 1 + 4 = 5. Window (1,0) has a tie of 7 at (3,0) and (4,1): the first in "
        "reading order wins, so (3,0) gets 3.",
        "At a tie the function has a kink. The numeric check sees it and says: not smooth here."};
    to_x.question = {"(2,2): why 5?", "It won two windows: 1 + 4."};
  }
  forward_event(trace, "y").question = {"Which cell of x lies in all four windows?", "(2,2), the one in the middle."};
  backward_event(trace, "m", "y").question = {"What is the upstream gradient of the pooling?", "c = 1, 2, 3, 4."};
  event(trace, EventKind::seed, "L").question = {"Where does every backward pass begin?", "With dL/dL = 1."};
  return trace;
}

}  // namespace yhat::step
