// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/description.h"

namespace yhat {

/// Settings of lenet5.
struct LeNet5Options {
  bool average_pool = false;  ///< average instead of max pooling
};

/// LeNet-5 as it is built today: two convolutions and three fully connected layers, ReLU, pooling by 2x2.
/// Images (N,1,28,28) -> logits (N,10); 61,706 parameters.
Sequential lenet5(Rng& rng, const LeNet5Options& options = {});
/// The same network on paper.
ModelDescription lenet5_description(const LeNet5Options& options = {});

/// LeNet-5 as published (LeCun, Bottou, Bengio, Haffner 1998, section II.B): trainable subsampling, a second
/// convolution that joins only some of the maps, scaled tanh, distances to fixed prototypes at the end. Images
/// (N,1,32,32), background -0.1 and ink 1.175 -> scores (N,10), minus the squared distances: large is good. 60,000
/// parameters that start uniform in +-2.4/fan_in.
Sequential lenet5_1998(Rng& rng);
/// The same network on paper.
ModelDescription lenet5_1998_description();

/// The network that Caffe calls LeNet: 20 and 50 maps, 500 hidden units. A table only.
ModelDescription lenet_caffe_description();

/// 1.7159 tanh(2 x / 3): +-1 for +-1 (LeCun et al. 1998, appendix A).
Tensor scaled_tanh(const Tensor& x);

/// Sums each 2x2 block, times a trainable factor per map, plus a trainable bias. x (N,C,H,W) -> (N,C,H/2,W/2).
struct Subsample : Module {
  /// Weight and bias start uniform in +-2.4/4.
  Subsample(Rng& rng, std::int64_t channels);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override;

  Tensor weight, bias;  ///< (C)
};

/// A convolution in which each output map sees some of the input maps only. x (N,C,H,W) -> (N,O,H',W').
struct SparseConv2d : Module {
  /// connections[o] lists the input maps that output map o sees. Weight and bias start uniform in +-2.4/fan_in. Throws
  /// IndexError for a map outside 0 .. in-1.
  SparseConv2d(Rng& rng, std::int64_t in, std::int64_t kernel, std::vector<std::vector<std::int64_t>> connections);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override;
  LayerInfo info(const Shape& input) const override;

  std::int64_t in, kernel;                             ///< input maps; height and width of the kernel
  std::vector<std::vector<std::int64_t>> connections;  ///< by output map
  Tensor weight;  ///< (number of connections, kernel, kernel), in the order of the outputs and their lists
  Tensor bias;    ///< (O)
};

/// Minus the squared distance to each prototype. x (N,F) -> (N,classes). Throws ShapeError for another x.
struct RadialBasis : Module {
  /// prototypes (classes,F), which are not trained.
  explicit RadialBasis(const Tensor& prototypes);
  Tensor forward(const Tensor& x) override;
  void visit(Parts& p) override { p.buffer("prototypes", prototypes); }
  LayerInfo info(const Shape& input) const override;

  Tensor prototypes;  ///< (classes,F), a buffer
};

/// The ten digits as bitmaps of 12 rows and 7 columns, ink +1 and background -1: (10,84).
Tensor digit_prototypes();

}  // namespace yhat
