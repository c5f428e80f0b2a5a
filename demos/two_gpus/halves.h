// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <algorithm>
#include <string>
#include <vector>

/// AlexNet's convolutions in two groups as what they were: two halves on two GPUs, which meet in some layers only.
namespace demo {

/// One grouped convolution against two convolutions of half the maps whose outputs are concatenated: the largest
/// differences.
struct HalvesCompared {
  std::string layer;
  std::int64_t in = 0, out = 0;  ///< maps of one half
  yhat::Shape kernel;            ///< weight of one half
  double output = 0, x_gradient = 0, weight_gradient = 0, bias_gradient = 0;

  double gradients() const { return std::max({x_gradient, weight_gradient, bias_gradient}); }
};
/// Random input, weights and incoming gradient in f64; `options.groups` must be 2, `size` is the map's height and
/// width.
HalvesCompared compare_halves(const std::string& layer, const yhat::Conv2dOptions& options, std::int64_t size,
                              yhat::Rng& rng);

/// The largest gradient of the first half's output (the sum of it) in each half of the input. With two groups nothing
/// goes across: exactly 0.
struct Crossing {
  double own = 0, across = 0;
};
Crossing crossing(const yhat::Conv2dOptions& options, std::int64_t size, yhat::Rng& rng);

/// A layer of AlexNet as it stood on the two cards.
struct OnTwoGpus {
  std::string layer;
  yhat::Shape half;             ///< what each card computes; all of it in the last layer
  bool both = false;            ///< its inputs come from both cards
  std::int64_t received = 0;    ///< values that each card gets from the other, for one image
  std::int64_t parameters = 0;  ///< on each card
};
/// Worked out from the network's table: convolutions with two groups stay on their card, all other layers with weights
/// see both, but for the first, whose input is the image. The last, one softmax over all classes, is not split.
std::vector<OnTwoGpus> on_two_gpus(const yhat::Summary& net);

}  // namespace demo
