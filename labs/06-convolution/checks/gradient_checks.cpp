// SPDX-License-Identifier: MIT
// Checks of lab 6: the two gradients of a convolution, which is linear in x and in w: <y(x, w), g> = <x, dx> = <w, dw>.
#include <convolution.h>
#include <yhat/autograd.h>

#include "grid.h"

using namespace yhat;
using namespace yhat::labs;

namespace {

struct Values {
  Tensor x, w, g;
};
Values random_values(const ConvCase& c, Rng& rng) {
  return {integers(c.x, rng), integers(c.w, rng), integers(output_shape(c.x, c.w, c.spec), rng)};
}

}  // namespace

TEST_CASE("6.3 gradient in the input") {
  Rng rng = seeded(63);
  const auto check = [&](const ConvCase& c) {
    const Values v = random_values(c, rng);
    show_case(c);
    show("g", v.g);
    return same(direct_input_grad(v.g, v.w, c.x, c.spec), yhat::conv2d_input_grad(v.g, v.w, c.x, c.spec), 0, 0);
  };
  // Here every pixel is in one window of one filter.
  const Outcome apart = check({{2, 2, 4, 6}, {1, 2, 2, 2}, {.stride = 2}});
  REQUIRE(apart);
  for (const ConvCase& c : conv_cases) {
    const Outcome outcome = check(c);
    if (!outcome && c.spec.groups == 1) note("conv.overwritten");
    if (!outcome && c.spec.groups > 1) note("conv.group");
    REQUIRE(outcome);
    const Values v = random_values(c, rng);
    CHECK(inner(yhat::conv2d(v.x, v.w, c.spec), v.g) == inner(v.x, direct_input_grad(v.g, v.w, c.x, c.spec)));
  }
}

TEST_CASE("6.4 gradient in the weight") {
  Rng rng = seeded(64);
  for (const ConvCase& c : conv_cases) {
    const Values v = random_values(c, rng);
    show_case(c);
    show("g", v.g);
    const Tensor got = direct_weight_grad(v.g, v.x, c.w, c.spec);
    const Tensor want = yhat::conv2d_weight_grad(v.g, v.x, c.w, c.spec);
    const Outcome outcome = same(got, want, 0, 0);
    if (!outcome && c.x[0] > 1) {
      const auto n = static_cast<double>(c.x[0]);
      const Tensor first = yhat::conv2d_weight_grad(slice(v.g, 0, 0, 1), slice(v.x, 0, 0, 1), c.w, c.spec);
      if (same(got, first, 0, 0)) note("conv.first_sample");
      if (same(got, want / n, 1e-12, 1e-12)) note("conv.mean", {text_of(n)});
    }
    REQUIRE(outcome);
    CHECK(inner(yhat::conv2d(v.x, v.w, c.spec), v.g) == inner(v.w, got));
  }
}

TEST_CASE("6.5 groups are separate convolutions") {
  Rng rng = seeded(65);
  const ConvCase c{{2, 4, 5, 6}, {6, 2, 3, 3}, {.padding = 1, .groups = 2}};
  const Conv2dSpec half{.padding = 1};
  const Values v = random_values(c, rng);
  show_case(c);
  const Tensors x = split(v.x, {2, 2}, 1), w = split(v.w, {3, 3}, 0), g = split(v.g, {3, 3}, 1);
  const Tensor y = direct_conv2d(v.x, v.w, Tensor(), c.spec);
  if (same(y, yhat::conv2d(concat({x[0], x[0]}, 1), v.w, c.spec), 0, 0)) note("conv.group");
  REQUIRE(same(y, concat({yhat::conv2d(x[0], w[0], half), yhat::conv2d(x[1], w[1], half)}, 1), 0, 0));
  // What comes in at the outputs of group 1 must not reach the channels of group 0.
  const Tensor second_only = concat({zeros(g[0].shape(), Dtype::f64), g[1]}, 1);
  const Tensor dx = direct_input_grad(second_only, v.w, c.x, c.spec);
  REQUIRE(dx.shape() == c.x);
  const Tensor across = slice(dx, 1, 0, 2);
  if (!same(across, zeros(across.shape(), Dtype::f64), 0, 0)) note("conv.group");
  CHECK(same(across, zeros(across.shape(), Dtype::f64), 0, 0));
  CHECK(same(slice(dx, 1, 2, 4), yhat::conv2d_input_grad(g[1], w[1], x[1].shape(), half), 0, 0));
}
