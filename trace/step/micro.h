// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/trace.h"

/// What happens inside an event, in plain loops: their end must be what the engine got.
namespace yhat::trace {

inline std::size_t u(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Fills in the micro-steps that are known for an op, and why a contribution is zero or not finite.
void explain(Trace& trace);

/// softmax of rows of `cols` elements: max, shift, exp, sum, divide.
std::vector<MicroStep> softmax_steps(const Numbers& x, std::int64_t cols);
/// The upstream g times J = diag(p) - p p^T, row by row: p (g - sum(g p)).
std::vector<MicroStep> softmax_backward_steps(const Numbers& p, const Numbers& g, std::int64_t cols);
/// The same for one row under -sum(y log p), where g = -y/p: one algebra move each, down to p - y. Needs sum(y) = 1.
std::vector<MicroStep> cross_entropy_steps(const Numbers& p, const Numbers& y);
/// The same under 1/2 sum((p - y)^2), where g = p - y and nothing cancels.
std::vector<MicroStep> squared_error_steps(const Numbers& p, const Numbers& y);

struct Window {
  std::int64_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dil_h, dil_w;
};
/// One output cell at a time: window times kernel, added up. x (N,C,H,W), w (O,C/g,kh,kw).
std::vector<MicroStep> conv_steps(const Numbers& x, const Shape& xs, const Numbers& w, const Shape& ws, const Shape& ys,
                                  const Window& window, std::int64_t groups, const Numbers& bias);
/// One upstream cell at a time: times the kernel, added into its input window.
std::vector<MicroStep> conv_scatter_steps(const Numbers& g, const Shape& gs, const Numbers& w, const Shape& ws,
                                          const Shape& xs, const Window& window, std::int64_t groups);
/// The same gradient as a convolution: the upstream, spread out by the stride and padded, with the kernel turned by 180
/// degrees.
MicroStep conv_turned_step(const Numbers& g, const Shape& gs, const Numbers& w, const Shape& ws, const Shape& xs,
                           const Window& window, std::int64_t groups);
/// One upstream cell at a time: times its input window, added to dL/dw.
std::vector<MicroStep> conv_weight_steps(const Numbers& g, const Shape& gs, const Numbers& x, const Shape& xs,
                                         const Shape& ws, const Window& window, std::int64_t groups);
/// One window at a time.
std::vector<MicroStep> pool_steps(const Numbers& x, const Shape& xs, const Shape& ys, const Window& window, bool max);
std::vector<MicroStep> pool_backward_steps(const Numbers& x, const Shape& xs, const Numbers& g, const Shape& gs,
                                           const Window& window, bool max);

}  // namespace yhat::trace
