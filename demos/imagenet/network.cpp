// SPDX-License-Identifier: MIT
#include "imagenet/network.h"

#include <yhat/alexnet.h>
#include <yhat/vgg.h>

#include <algorithm>
#include <iterator>

namespace demo {
namespace {

yhat::VggConfig config_of(const std::string& name) {
  const std::vector<std::string>& names = network_names();
  return static_cast<yhat::VggConfig>(std::find(names.begin() + 2, names.end(), name) - names.begin() - 2);
}

}  // namespace

const std::vector<std::string>& network_names() {
  static const std::vector<std::string> names = {
      "alexnet", "alexnet_torchvision", "vgg11", "vgg13", "vgg16_1x1", "vgg16", "vgg19"};
  return names;
}

yhat::Summary Network::summary() const {
  if (name == "alexnet") return yhat::summary(yhat::alexnet_description({.classes = classes, .narrow = narrow}));
  const yhat::WidthOptions widths{.classes = classes, .narrow = narrow};
  return yhat::summary(name == "alexnet_torchvision" ? yhat::alexnet_torchvision_description(widths)
                                                     : yhat::vgg_description(config_of(name), widths));
}

yhat::Sequential Network::build(yhat::Rng& rng) const {
  if (name == "alexnet") return yhat::alexnet(rng, {.classes = classes, .narrow = narrow});
  const yhat::WidthOptions widths{.classes = classes, .narrow = narrow};
  return name == "alexnet_torchvision" ? yhat::alexnet_torchvision(rng, widths)
                                       : yhat::vgg(config_of(name), rng, widths);
}

yhat::Preprocessing Network::preprocessing() const {
  return name == "alexnet" ? yhat::alexnet_preprocessing() : yhat::torchvision_preprocessing();
}

}  // namespace demo
