// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/description.h"

namespace yhat {

/// Settings of alexnet.
struct AlexNetOptions {
  bool grouped = true;          ///< conv2, conv4 and conv5 in two groups, as on the paper's two GPUs
  std::int64_t classes = 1000;  ///< outputs of fc8, >= 1
  std::int64_t narrow = 1;  ///< every other width is divided by this, >= 1: the same network at a fraction of the cost
};

/// AlexNet (Krizhevsky, Sutskever, Hinton 2012). Images (N,3,227,227) -> logits (N,1000); 60,965,224 parameters.
/// Weights start as in the paper, N(0, 0.01^2); biases 1 in conv2, conv4, conv5, fc6 and fc7, else 0. Another image
/// size is a ShapeError at fc6.
Sequential alexnet(Rng& rng, const AlexNetOptions& options = {});
/// The same network on paper.
ModelDescription alexnet_description(const AlexNetOptions& options = {});

/// The later, narrower network that torchvision calls alexnet ("one weird trick", Krizhevsky 2014): no groups, no
/// normalisation, dropout before the fully connected layers. Images (N,3,224,224) -> logits (N,1000); 61,100,840
/// parameters, under torchvision's names.
Sequential alexnet_torchvision(Rng& rng, const WidthOptions& options = {});
/// The same network on paper.
ModelDescription alexnet_torchvision_description(const WidthOptions& options = {});

}  // namespace yhat
