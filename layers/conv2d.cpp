// SPDX-License-Identifier: MIT
#include "yhat/conv2d.h"

#include <fmt/format.h>

#include "core/ops/spatial.h"
#include "default_init.h"
#include "image_shape.h"
#include "yhat/error.h"

namespace yhat {

Conv2d::Conv2d(Rng& rng, const Conv2dOptions& o) : options(o) {
  require_size("Conv2d", "in", o.in);
  require_size("Conv2d", "out", o.out);
  require_size("Conv2d", "kernel", o.kernel.h);
  require_size("Conv2d", "kernel", o.kernel.w);
  require_groups("Conv2d", o.groups, o.in, o.out);
  const std::int64_t channels = o.in / o.groups;
  const std::int64_t fan_in = channels * o.kernel.h * o.kernel.w;
  weight = default_parameter({o.out, channels, o.kernel.h, o.kernel.w}, fan_in, rng);
  if (o.bias) bias = default_parameter({o.out}, fan_in, rng);
}

Tensor Conv2d::forward(const Tensor& x) {
  return conv2d(
      x, weight, bias,
      {.stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = options.groups});
}

void Conv2d::visit(Parts& p) {
  p.parameter("weight", weight);
  p.parameter("bias", bias);
}

LayerInfo Conv2dOptions::info(const Shape& input) const {
  require_image("conv2d", input);
  if (input[0] != in) {
    throw ShapeError("conv2d", fmt::format("input has {} channels, layer takes {} (must be equal)", input[0], in));
  }
  require_groups("conv2d", groups, in, out);
  LayerInfo info;
  info.type = "conv";
  info.kernel = kernel;
  info.stride = stride;
  info.padding = padding;
  info.dilation = dilation;
  info.groups = groups;
  info.output = slide("conv2d", input, out, info, false);
  info.weights = out * (in / groups) * kernel.h * kernel.w;
  info.biases = bias ? out : 0;
  const std::int64_t positions = info.output[1] * info.output[2];
  info.macs = info.weights * positions;
  info.connections = (info.weights + info.biases) * positions;
  info.neurons = true;
  return info;
}

}  // namespace yhat
