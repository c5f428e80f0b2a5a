// SPDX-License-Identifier: MIT
#include "step/micro.h"

#include <doctest/doctest.h>
#include <yhat/autograd.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include <cmath>

using namespace yhat;

// The steps inside a step are plain loops; where they end, the engine must have ended too.
namespace {

void check_end(const std::vector<MicroStep>& steps, std::size_t count, const Tensor& engine) {
  REQUIRE(steps.size() == count);
  const Numbers& end = steps.back().grids.at(0).data;
  const Numbers expected = engine.to_vector();
  REQUIRE(end.size() == expected.size());
  for (std::size_t i = 0; i < end.size(); ++i) CHECK(std::abs(end[i] - expected[i]) <= 1e-12);
}

// Integers, so that every sum is exact.
Tensor integers(const Shape& shape, std::uint64_t seed) {
  Rng rng{seed};
  return uniform(shape, -9, 10, rng, Dtype::f64).requires_grad_(false);
}
Tensor whole(const Tensor& x) {
  Numbers v = x.to_vector();
  for (double& e : v) e = std::floor(e);
  return from_values(std::span<const double>(v), x.shape(), Dtype::f64);
}

struct ConvCase {
  const char* name;
  Shape x, w;
  Conv2dSpec spec;
};

}  // namespace

TEST_CASE("micro-steps: convolution and its three gradients, against the engine") {
  const ConvCase cases[] = {
      {"plain", {2, 2, 4, 5}, {3, 2, 3, 2}, {}},
      {"stride and padding", {2, 2, 6, 5}, {2, 2, 3, 2}, {.stride = {2, 3}, .padding = {1, 2}}},
      {"dilation", {2, 2, 7, 6}, {2, 2, 3, 2}, {.stride = {1, 2}, .padding = {2, 1}, .dilation = {2, 3}}},
      {"groups", {2, 4, 5, 4}, {6, 2, 2, 3}, {.stride = {2, 1}, .padding = {1, 1}, .groups = 2}},
      {"rows that no window reaches", {1, 2, 8, 7}, {2, 2, 2, 2}, {.stride = 3}},
      {"padding wider than the kernel", {1, 1, 3, 4}, {1, 1, 2, 2}, {.padding = {3, 2}}},
  };
  for (const ConvCase& c : cases) {
    CAPTURE(c.name);
    const Tensor x = whole(integers(c.x, 1));
    const Tensor w = whole(integers(c.w, 2));
    const Tensor b = whole(integers({c.w[0]}, 3));
    const Tensor y = conv2d(x, w, b, c.spec);
    const Tensor g = whole(integers(y.shape(), 4));
    const auto pair = [](const Pair& p) { return std::pair(p.h, p.w); };
    const auto [sh, sw] = pair(c.spec.stride);
    const auto [ph, pw] = pair(c.spec.padding);
    const auto [dh, dw] = pair(c.spec.dilation);
    const trace::Window window{c.w[2], c.w[3], sh, sw, ph, pw, dh, dw};
    const auto cells = static_cast<std::size_t>(y.size());
    const Numbers xs = x.to_vector();
    const Numbers ws = w.to_vector();
    const Numbers gs = g.to_vector();
    check_end(trace::conv_steps(xs, c.x, ws, c.w, y.shape(), window, c.spec.groups, b.to_vector()), cells, y);
    const Tensor dx = conv2d_input_grad(g, w, c.x, c.spec);
    check_end(trace::conv_scatter_steps(gs, y.shape(), ws, c.w, c.x, window, c.spec.groups), cells, dx);
    check_end({trace::conv_turned_step(gs, y.shape(), ws, c.w, c.x, window, c.spec.groups)}, 1, dx);
    check_end(trace::conv_weight_steps(gs, y.shape(), xs, c.x, c.w, window, c.spec.groups), cells,
              conv2d_weight_grad(g, x, c.w, c.spec));
  }
}

TEST_CASE("micro-steps: pooling with windows that overlap, have gaps, or hang over the end") {
  struct {
    const char* name;
    MaxPool2dSpec spec;
    bool ceil_mode;
  } const cases[] = {{"overlap", {.kernel = {3, 2}, .stride = {2, 1}}, false},
                     {"gaps", {.kernel = 2, .stride = {1, 2}, .dilation = {2, 1}}, false},
                     {"over the end", {.kernel = 3, .stride = 2, .ceil_mode = true}, true}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Tensor x = whole(integers({2, 3, 6, 5}, 7)).requires_grad_(true);  // small integers: many ties
    const trace::Window window{c.spec.kernel.h,   c.spec.kernel.w,  c.spec.stride.h, c.spec.stride.w, 0, 0,
                               c.spec.dilation.h, c.spec.dilation.w};
    const auto check_both = [&](const Tensor& y, bool max) {
      const Tensor g = whole(integers(y.shape(), 8));
      const auto cells = static_cast<std::size_t>(y.size());
      check_end(trace::pool_steps(x.to_vector(), x.shape(), y.shape(), window, max), cells, y);
      check_end(trace::pool_backward_steps(x.to_vector(), x.shape(), g.to_vector(), y.shape(), window, max), cells,
                grad(y, {x}, {.seed = g})[0]);
    };
    check_both(max_pool2d(x, c.spec), true);
    if (c.spec.dilation.h > 1) continue;
    check_both(avg_pool2d(x, {.kernel = c.spec.kernel, .stride = c.spec.stride, .ceil_mode = c.ceil_mode}), false);
  }
}

TEST_CASE("micro-steps: softmax of one row and of several, forward and backward") {
  for (const Shape& shape : {Shape{1, 3}, Shape{3, 4}, Shape{2, 2, 3}}) {
    CAPTURE(shape);
    Rng rng{5};
    const Tensor z = uniform(shape, -3, 3, rng, Dtype::f64).requires_grad_(true);
    const Tensor p = softmax(z, -1);
    const Tensor g = uniform(shape, -1, 1, rng, Dtype::f64);
    const std::int64_t cols = shape[shape.size() - 1];
    check_end(trace::softmax_steps(z.to_vector(), cols), 5, p);
    check_end(trace::softmax_backward_steps(p.to_vector(), g.to_vector(), cols), shape.numel() == cols ? 5 : 4,
              grad(p, {z}, {.seed = g})[0]);
  }
}

TEST_CASE("micro-steps: the collapse to p - y, for a label and for a smoothed one, and what MSE keeps") {
  for (const Nested& logits : {Nested{{2, 1, 0.1}}, Nested{{8, 0, -2}}, Nested{{0, 0, 0}}}) {
    const Tensor z = tensor(logits, Dtype::f64).requires_grad_(true);
    const Numbers p = softmax(z, 1).to_vector();
    for (const Nested& target : {Nested{{0, 0, 1}}, Nested{{0.1, 0.1, 0.8}}}) {
      const Tensor y = tensor(target, Dtype::f64);
      const auto steps = trace::cross_entropy_steps(p, y.to_vector());
      check_end(steps, 7, grad(cross_entropy(z, y), {z})[0]);
      // Multiplied out by the Jacobian and collapsed: the same.
      const Numbers& product = steps[2].grids[0].data;
      const Numbers& collapsed = steps[6].grids[0].data;
      for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(product[i] - collapsed[i]) <= 1e-12);
      CHECK(steps[2].question.has_value() == (y.to_vector()[0] == 0));  // only a label leaves one row
      CHECK(steps[3].mathml.find("cancelled") != std::string::npos);
    }
    const Tensor y = tensor({{0, 0, 1}}, Dtype::f64);
    const Tensor e = softmax(z, 1) - y;
    check_end(trace::squared_error_steps(p, y.to_vector()), 5, grad(0.5 * sum(e * e), {z})[0]);
  }
}
