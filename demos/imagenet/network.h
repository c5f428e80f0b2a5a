// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/imagenet.h>
#include <yhat/sequential.h>
#include <yhat/summary.h>

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// A network for photographs that a user can name, and what it wants its pictures to be.
struct Network {
  std::string name;
  std::int64_t classes = 1000;
  std::int64_t narrow = 1;  ///< all widths but the classes divided by this

  yhat::Summary summary() const;
  yhat::Sequential build(yhat::Rng& rng) const;
  yhat::Preprocessing preprocessing() const;
};

/// alexnet, alexnet_torchvision, vgg11, vgg13, vgg16_1x1 (configuration C), vgg16 (D), vgg19.
const std::vector<std::string>& network_names();

}  // namespace demo
