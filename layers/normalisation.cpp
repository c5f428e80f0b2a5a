// SPDX-License-Identifier: MIT
#include "yhat/normalisation.h"

#include <fmt/format.h>

#include "default_init.h"
#include "image_shape.h"
#include "yhat/error.h"

namespace yhat {

BatchNorm2d::BatchNorm2d(const BatchNorm2dOptions& o) : options(o) {
  require_size("BatchNorm2d", "channels", o.channels);
  if (!(o.momentum >= 0 && o.momentum <= 1)) {
    throw ArgumentError("BatchNorm2d", fmt::format("momentum {} (must be in [0, 1])", o.momentum));
  }
  if (!(o.eps >= 0)) throw ArgumentError("BatchNorm2d", fmt::format("eps {} (must be >= 0)", o.eps));
  if (o.affine) {
    weight = ones({o.channels}).requires_grad_(true);
    bias = zeros({o.channels}).requires_grad_(true);
  }
  running_mean = zeros({o.channels});
  running_var = ones({o.channels});
}

Tensor BatchNorm2d::forward(const Tensor& x) {
  if (x.ndim() != 4) throw ShapeError("batch_norm", fmt::format("input {} (an image batch, [N, C, H, W])", x.shape()));
  return batch_norm(x, running_mean, running_var, weight, bias,
                    {.training = training(), .momentum = options.momentum, .eps = options.eps});
}

void BatchNorm2d::visit(Parts& p) {
  p.parameter("weight", weight);
  p.parameter("bias", bias);
  p.buffer("running_mean", running_mean);
  p.buffer("running_var", running_var);
}

LayerInfo BatchNorm2dOptions::info(const Shape& input) const {
  require_image("batch_norm", input);
  return {.type = "batchnorm", .output = input, .weights = affine ? channels : 0, .biases = affine ? channels : 0};
}

}  // namespace yhat
