// SPDX-License-Identifier: MIT
#include "two_gpus/halves.h"

#include <fmt/format.h>

#include <cmath>

namespace demo {

using namespace yhat;

namespace {

double largest_difference(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }
Tensor half_of(const Tensor& x, std::int64_t axis, int which) {
  return split(x, {x.dim(axis) / 2, x.dim(axis) / 2}, axis)[static_cast<std::size_t>(which)];
}

}  // namespace

HalvesCompared compare_halves(const std::string& layer, const Conv2dOptions& o, std::int64_t size, Rng& rng) {
  if (o.groups != 2) throw ArgumentError("compare_halves", fmt::format("{} groups (2)", o.groups));
  const double scale = 1 / std::sqrt(static_cast<double>(o.in / 2 * o.kernel.h * o.kernel.w));  // outputs of size 1
  const Tensor x = randn({1, o.in, size, size}, rng, Dtype::f64).requires_grad_();
  const Tensor w = (scale * randn({o.out, o.in / 2, o.kernel.h, o.kernel.w}, rng, Dtype::f64)).requires_grad_();
  const Tensor b = randn({o.out}, rng, Dtype::f64).requires_grad_();

  // Once as one convolution with groups ...
  const Tensor grouped = conv2d(x, w, b, {.stride = o.stride, .padding = o.padding, .groups = 2});
  const Tensor seed = scale * randn(grouped.shape(), rng, Dtype::f64);
  const Tensors g = grad(grouped, {x, w, b}, {.retain_graph = true, .seed = seed});

  // ... and once as two, each with its half of the input maps, kernels and biases.
  const Conv2dSpec alone{.stride = o.stride, .padding = o.padding};
  Tensors outputs;
  for (const int gpu : {0, 1}) {
    outputs.push_back(conv2d(half_of(x, 1, gpu), half_of(w, 0, gpu), half_of(b, 0, gpu), alone));
  }
  const Tensor halves = concat(outputs, 1);
  const Tensors h = grad(halves, {x, w, b}, {.seed = seed});

  HalvesCompared c;
  c.layer = layer;
  c.in = o.in / 2;
  c.out = o.out / 2;
  c.kernel = half_of(w, 0, 0).shape();
  c.output = largest_difference(grouped, halves);
  c.x_gradient = largest_difference(g[0], h[0]);
  c.weight_gradient = largest_difference(g[1], h[1]);
  c.bias_gradient = largest_difference(g[2], h[2]);
  return c;
}

Crossing crossing(const Conv2dOptions& o, std::int64_t size, Rng& rng) {
  const Shape kernel{o.out, o.in / o.groups, o.kernel.h, o.kernel.w};
  const double scale = 1 / std::sqrt(static_cast<double>(kernel.numel() / o.out));
  const Tensor x = randn({1, o.in, size, size}, rng, Dtype::f64).requires_grad_();
  const Tensor y =
      conv2d(x, scale * randn(kernel, rng, Dtype::f64), {.stride = o.stride, .padding = o.padding, .groups = o.groups});
  const Tensor g = abs(grad(sum(half_of(y, 1, 0)), {x})[0]);
  return {max(half_of(g, 1, 0)).item(), max(half_of(g, 1, 1)).item()};
}

std::vector<OnTwoGpus> on_two_gpus(const Summary& net) {
  std::vector<OnTwoGpus> layers;
  Shape map = net.input;  // of the layer before
  for (const SummaryRow& row : net.rows) {
    if (row.info.weights > 0) {
      OnTwoGpus on;
      on.layer = row.name;
      on.half = row.info.output;
      std::vector<std::int64_t> axes(on.half.begin(), on.half.end());
      axes[0] /= 2;
      on.half = Shape(axes);
      on.both = !layers.empty() && row.info.groups != 2;
      on.received = on.both ? map.numel() / 2 : 0;
      on.parameters = row.parameters() / 2;
      layers.push_back(on);
    }
    map = row.info.output;
  }
  layers.back().half = net.rows.back().info.output;
  layers.back().parameters = net.rows.back().parameters();
  return layers;
}

}  // namespace demo
