// SPDX-License-Identifier: MIT
#include <yhat/labs/oracle.h>

#include "convolution.h"

namespace {

using namespace yhat;
using namespace yhat::labs;

Conv2dSpec spec_of(const Question& q) {
  return {.stride = q.integer("stride"),
          .padding = q.integer("padding"),
          .dilation = q.integer("dilation"),
          .groups = q.integer("groups")};
}

// x (N,C,H,W), w (O,C/groups,K,K), b (O)
Question some_convolution(Rng& rng, std::int64_t most_groups) {
  const std::int64_t groups = 1 + rng.below(most_groups), k = 1 + rng.below(3), dilation = 1 + rng.below(2);
  const Question shape{
      {},
      {{"stride", {1 + rng.below(2)}}, {"padding", {rng.below(2)}}, {"dilation", {dilation}}, {"groups", {groups}}}};
  const std::int64_t c = groups * (1 + rng.below(2)), o = groups * (1 + rng.below(2));
  const std::int64_t least = dilation * (k - 1) + 1;
  return {{randn({1 + rng.below(2), c, least + rng.below(3), least + rng.below(4)}, rng, Dtype::f64),
           randn({o, c / groups, k, k}, rng, Dtype::f64), randn({o}, rng, Dtype::f64)},
          shape.attrs};
}
Question grouped(Rng& rng) { return some_convolution(rng, 2); }
Question plain(Rng& rng) { return some_convolution(rng, 1); }

// dL/dy in place of the bias.
Question with_gradient(Rng& rng) {
  Question q = grouped(rng);
  q.args[2] = randn(output_shape(q.args[0].shape(), q.args[1].shape(), spec_of(q)), rng, Dtype::f64);
  return q;
}

Question some_size(Rng& rng) {
  return {{}, {{"sizes", {7 + rng.below(220), 1 + rng.below(7), 1 + rng.below(4), rng.below(3), 1}}}};
}

Tensor size(const Question& q) {
  const std::vector<std::int64_t>& s = q.attrs.at("sizes");
  return full({}, static_cast<double>(conv_output_size(s[0], s[1], s[2], s[3], s[4])), Dtype::f64);
}

}  // namespace

int main(int argc, char** argv) {
  const auto& x = [](const Question& q) { return q.args[0]; };
  const auto& w = [](const Question& q) { return q.args[1]; };
  const auto& last = [](const Question& q) { return q.args[2]; };
  return serve(argc, argv,
               {{"direct_conv2d", [=](const Question& q) { return direct_conv2d(x(q), w(q), last(q), spec_of(q)); },
                 grouped, false},
                {"direct_input_grad",
                 [=](const Question& q) { return direct_input_grad(last(q), w(q), x(q).shape(), spec_of(q)); },
                 with_gradient, false},
                {"direct_weight_grad",
                 [=](const Question& q) { return direct_weight_grad(last(q), x(q), w(q).shape(), spec_of(q)); },
                 with_gradient, false},
                {"conv_output_size", size, some_size, false},
                {"im2col", [=](const Question& q) { return im2col(x(q), w(q).shape(), spec_of(q)); }, plain, false},
                {"conv2d_im2col", [=](const Question& q) { return conv2d_im2col(x(q), w(q), last(q), spec_of(q)); },
                 plain, false}});
}
