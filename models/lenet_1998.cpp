// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "yhat/error.h"
#include "yhat/init.h"
#include "yhat/lenet.h"

namespace yhat {

Tensor scaled_tanh(const Tensor& x) { return 1.7159 * yhat::tanh(x * (2.0 / 3.0)); }

namespace {

// The paper's starting values.
Tensor starting_values(const Shape& shape, std::int64_t fan_in, Rng& rng) {
  const double bound = 2.4 / static_cast<double>(fan_in);
  return uniform(shape, -bound, bound, rng).requires_grad_(true);
}

// Table I of the paper: which maps of S2 each map of C3 sees.
const std::vector<std::vector<std::int64_t>> c3_connections = {
    {0, 1, 2},    {1, 2, 3},    {2, 3, 4},    {3, 4, 5},         {0, 4, 5},    {0, 1, 5},
    {0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5}, {0, 3, 4, 5},      {0, 1, 4, 5}, {0, 1, 2, 5},
    {0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}, {0, 1, 2, 3, 4, 5}};

LayerInfo subsample_info(const Shape& input) {
  LayerInfo info = info_of(AvgPool2dSpec{.kernel = 2}, input);
  info.type = "subsample";
  info.weights = info.biases = input[0];
  info.macs = info.output.numel();
  info.connections = 5 * info.output.numel();  // four inputs and the bias
  return info;
}

LayerInfo sparse_info(const Shape& input, std::int64_t kernel, const std::vector<std::vector<std::int64_t>>& joined) {
  const auto out = static_cast<std::int64_t>(joined.size());
  LayerInfo info = Conv2dOptions{.in = input[0], .out = out, .kernel = kernel}.info(input);
  std::int64_t kernels = 0;
  for (const auto& maps : joined) kernels += static_cast<std::int64_t>(maps.size());
  const std::int64_t positions = info.output[1] * info.output[2];
  info.weights = kernels * kernel * kernel;
  info.macs = info.weights * positions;
  info.connections = (info.weights + info.biases) * positions;
  return info;
}

LayerInfo radial_basis_info(const Shape& input, std::int64_t classes) {
  LayerInfo info;
  info.type = "rbf_fixed";
  info.output = {classes};
  info.macs = info.connections = classes * input.numel();
  info.neurons = true;
  return info;
}

}  // namespace

Subsample::Subsample(Rng& rng, std::int64_t channels)
    : weight(starting_values({channels}, 4, rng)), bias(starting_values({channels}, 4, rng)) {}

Tensor Subsample::forward(const Tensor& x) {
  const Shape per_map{1, weight.size(), 1, 1};
  const Tensor sums = 4 * avg_pool2d(x, {.kernel = 2});
  return sums * reshape(weight, per_map) + reshape(bias, per_map);
}

void Subsample::visit(Parts& p) {
  p.parameter("weight", weight);
  p.parameter("bias", bias);
}

LayerInfo Subsample::info(const Shape& input) const { return subsample_info(input); }

SparseConv2d::SparseConv2d(Rng& rng, std::int64_t channels, std::int64_t size,
                           std::vector<std::vector<std::int64_t>> joined)
    : in(channels), kernel(size), connections(std::move(joined)) {
  Tensors weights;
  Tensors biases;
  for (const auto& maps : connections) {
    for (std::int64_t map : maps) {
      if (map < 0 || map >= in) {
        throw IndexError("SparseConv2d", fmt::format("input map {} (valid: [0, {}])", map, in - 1));
      }
    }
    const auto count = static_cast<std::int64_t>(maps.size());
    const std::int64_t fan_in = count * kernel * kernel;
    weights.push_back(starting_values({count, kernel, kernel}, fan_in, rng));
    biases.push_back(starting_values({1}, fan_in, rng));
  }
  weight = concat(weights).detach().requires_grad_(true);
  bias = concat(biases).detach().requires_grad_(true);
}

// The kernels that exist are laid into an ordinary weight that is 0 elsewhere; gradients come back the same way.
Tensor SparseConv2d::forward(const Tensor& x) {
  const std::int64_t area = kernel * kernel;
  const auto out = static_cast<std::int64_t>(connections.size());
  std::vector<std::int64_t> row_of_element;
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t map : connections[static_cast<std::size_t>(o)]) {
      row_of_element.insert(row_of_element.end(), static_cast<std::size_t>(area), o * in + map);
    }
  }
  const std::int64_t kernels = weight.dim(0);
  const Tensor rows = reshape(weight, {kernels, area});
  const Tensor dense = scatter_add(rows, 0, Index(std::move(row_of_element), {kernels, area}), out * in);
  return conv2d(x, reshape(dense, {out, in, kernel, kernel}), bias);
}

void SparseConv2d::visit(Parts& p) {
  p.parameter("weight", weight);
  p.parameter("bias", bias);
}

LayerInfo SparseConv2d::info(const Shape& input) const { return sparse_info(input, kernel, connections); }

RadialBasis::RadialBasis(const Tensor& p) : prototypes(p) {}

// x (N,F), prototypes (K,F) -> -sum_f (x_nf - p_kf)^2 (N,K)
Tensor RadialBasis::forward(const Tensor& x) {
  if (x.ndim() != 2 || x.dim(1) != prototypes.dim(1)) {
    throw ShapeError("RadialBasis", fmt::format("input {} (a batch of rows, [N, {}])", x.shape(), prototypes.dim(1)));
  }
  const Tensor difference = reshape(x, x.shape().inserted(1, 1)) - prototypes;
  return -sum(difference * difference, 2);
}

LayerInfo RadialBasis::info(const Shape& input) const { return radial_basis_info(input, prototypes.dim(0)); }

ModelDescription lenet5_1998_description() {
  const auto subsample = [](const char* name) {
    return LayerDescription(name, subsample_info, [](Rng& rng, const Shape& input, const std::string&) {
      return std::make_unique<Subsample>(rng, input[0]);
    });
  };
  const LayerDescription c3(
      "C3", [](const Shape& input) { return sparse_info(input, 5, c3_connections); },
      [](Rng& rng, const Shape& input, const std::string&) {
        return std::make_unique<SparseConv2d>(rng, input[0], 5, c3_connections);
      });
  const LayerDescription output(
      "OUTPUT", [](const Shape& input) { return radial_basis_info(input, 10); },
      [](Rng&, const Shape&, const std::string&) { return std::make_unique<RadialBasis>(digit_prototypes()); });
  return {"lenet5_1998",
          {1, 32, 32},
          {
              {"C1", Conv2dOptions{.out = 6, .kernel = 5}},  // 28 x 28
              {"f1", scaled_tanh},
              subsample("S2"),  // 14 x 14
              {"f2", scaled_tanh},
              c3,  // 10 x 10
              {"f3", scaled_tanh},
              subsample("S4"),  // 5 x 5
              {"f4", scaled_tanh},
              {"C5", Conv2dOptions{.out = 120, .kernel = 5}},  // 1 x 1
              {"f5", scaled_tanh},
              {"flatten", FlattenOptions{}},
              {"F6", LinearOptions{.out = 84}},
              {"f6", scaled_tanh},
              output,
          }};
}

Sequential lenet5_1998(Rng& rng) {
  Sequential model = build(lenet5_1998_description(), rng);
  const auto restart = [&](Tensor& weight, Tensor& bias) {
    const double bound = 2.4 / static_cast<double>(fan_of(weight.shape()).in);
    uniform_(weight, -bound, bound, rng);
    uniform_(bias, -bound, bound, rng);
  };
  for (const char* name : {"C1", "C5"}) restart(model.at<Conv2d>(name).weight, model.at<Conv2d>(name).bias);
  restart(model.at<Linear>("F6").weight, model.at<Linear>("F6").bias);
  return model;
}

}  // namespace yhat
