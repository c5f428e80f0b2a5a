// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <string>
#include <vector>

/// What the lecture says about AlexNet (Krizhevsky, Sutskever, Hinton 2012) and is not read off its table: computed.
namespace demo {

/// 224 or 227 pixels: what the first convolution, 11x11 with stride 4, makes of an image.
struct FirstConvolution {
  std::string input;                 ///< "224, no padding"
  std::int64_t output = 0;           ///< rows of the map
  std::vector<std::int64_t> unseen;  ///< rows whose gradient is exactly 0 everywhere
  std::vector<std::int64_t> unseen_columns;
};
std::vector<FirstConvolution> first_convolutions();

/// Overlapping max-pooling, 3x3 with stride 2: where gradients of 1 go.
struct PoolGradient {
  std::string about;
  yhat::Tensor input, output, gradient;  ///< (H,W), (H',W'), (H,W)
};
std::vector<PoolGradient> pool_gradients();

/// One weight, gradients 0.2, -0.1, 0.4, momentum 0.9, decay 5e-4: after each of three steps. The rate falls from 0.01
/// to 0.001 before the third if `drop`.
struct MomentumRun {
  std::string rule;
  bool drop = false;
  std::vector<double> w;
};
std::vector<MomentumRun> momentum_runs();

/// Dropout with p = 1/2 before a linear layer of 4 inputs and 2 outputs.
struct DropoutMean {
  yhat::Tensor over_masks;  ///< (2), the mean over all 16 masks, as the paper trains: dropped or kept as it is
  yhat::Tensor halved;      ///< (2), as the paper tests: inputs times 1/2
  yhat::Tensor scaled;      ///< (2), the mean over all masks with kept inputs doubled, as yhat and PyTorch train
  yhat::Tensor plain;       ///< (2), as yhat and PyTorch test: inputs as they are
};
DropoutMean dropout_mean();

/// Memory in MiB of f32, and the work of the paper's training.
struct AlexNetCost {
  double parameters, parameters_gradient_momentum;
  double activations;        ///< outputs and gradients of all layers, a batch of 128
  double activations_apart;  ///< the same with ReLU's outputs kept apart
  double flop;               ///< 90 epochs of 1.2 million images, forward and backward, 2 per multiply-accumulate
  double total_gib() const { return (parameters_gradient_momentum + activations) / 1024; }
  double total_apart_gib() const { return (parameters_gradient_momentum + activations_apart) / 1024; }
  double months(double flop_per_second) const { return flop / flop_per_second / (365.25 / 12 * 86400); }
};
AlexNetCost alexnet_cost();

/// One image of noise through a network with its starting weights, in evaluation mode.
struct ForwardPass {
  yhat::Shape output;
  double loss = 0;    ///< cross-entropy, the mean over all classes the image might have
  double spread = 0;  ///< standard deviation of the logits
};
ForwardPass forward_pass(yhat::Module& model, const yhat::Shape& input, yhat::Rng& rng);
/// What the model says to an image of another size.
std::string error_of(yhat::Module& model, const yhat::Shape& input);

}  // namespace demo
