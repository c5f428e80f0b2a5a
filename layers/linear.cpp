// SPDX-License-Identifier: MIT
#include "yhat/linear.h"

#include <fmt/format.h>

#include "default_init.h"
#include "yhat/error.h"

namespace yhat {

Linear::Linear(Rng& rng, const LinearOptions& o) : options(o) {
  require_size("Linear", "in", o.in);
  require_size("Linear", "out", o.out);
  weight = default_parameter({o.out, o.in}, o.in, rng);
  if (o.bias) bias = default_parameter({o.out}, o.in, rng);
}

Tensor Linear::forward(const Tensor& x) {
  if (!options.hint.empty() && x.ndim() == 2 && x.dim(1) != options.in) {
    throw ShapeError("linear", fmt::format("input {} has {} features, weight {} takes {} (must be equal); hint: {}",
                                           x.shape(), x.dim(1), weight.shape(), options.in, options.hint));
  }
  return linear(x, weight, bias);
}

void Linear::visit(Parts& p) {
  p.parameter("weight", weight);
  p.parameter("bias", bias);
}

LayerInfo LinearOptions::info(const Shape& input) const {
  if (input.numel() != in) {
    throw ShapeError("linear", fmt::format("input {} has {} features, weight {} takes {} (must be equal)", input,
                                           input.numel(), Shape{out, in}, in));
  }
  LayerInfo info;
  info.type = "fc";
  info.output = {out};
  info.weights = in * out;
  info.biases = bias ? out : 0;
  info.macs = in * out;
  info.connections = info.weights + info.biases;
  info.neurons = true;
  return info;
}

}  // namespace yhat
