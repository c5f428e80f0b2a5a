// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/description.h"

namespace yhat {

/// The columns of table 1 in Simonyan and Zisserman 2015: 11, 13, 16 (with 1x1 convolutions), 16 and 19 weight layers.
enum class VggConfig { A, B, C, D, E };

/// VGG (Simonyan and Zisserman 2015). Images (N,3,224,224) -> logits (N,1000); parameters under torchvision's names
/// (vgg11, 13, -, 16, 19). Weights of convolutions start as kaiming_uniform_, their biases at 0.
Sequential vgg(VggConfig config, Rng& rng, const WidthOptions& options = {});
/// The same network on paper.
ModelDescription vgg_description(VggConfig config, const WidthOptions& options = {});

}  // namespace yhat
