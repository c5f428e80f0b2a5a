// SPDX-License-Identifier: MIT
#include "yhat/vgg.h"

#include <fmt/format.h>

#include "yhat/init.h"

namespace yhat {
namespace {

struct Stage {
  int channels;
  int convs;    // 3x3 convolutions in configuration A
  int more[5];  // further ones in A to E; in C, a third one is 1x1
};

constexpr Stage stages[] = {{64, 1, {0, 1, 1, 1, 1}},
                            {128, 1, {0, 1, 1, 1, 1}},
                            {256, 2, {0, 0, 1, 1, 2}},
                            {512, 2, {0, 0, 1, 1, 2}},
                            {512, 2, {0, 0, 1, 1, 2}}};
constexpr const char* names[] = {"vgg11_A", "vgg13_B", "vgg16_C", "vgg16_D", "vgg19_E"};

}  // namespace

ModelDescription vgg_description(VggConfig config, const WidthOptions& options) {
  const auto column = static_cast<std::size_t>(config);
  std::vector<LayerDescription> features;
  int number = 0;
  for (const Stage& stage : stages) {
    ++number;
    const int convs = stage.convs + stage.more[column];
    for (int i = 1; i <= convs; ++i) {
      const bool one_by_one = config == VggConfig::C && i == 3;
      features.push_back({fmt::format("conv{}_{}", number, i), Conv2dOptions{.out = stage.channels / options.narrow,
                                                                             .kernel = one_by_one ? 1 : 3,
                                                                             .padding = one_by_one ? 0 : 1}});
      features.push_back({fmt::format("relu{}_{}", number, i), relu});
    }
    features.push_back({fmt::format("pool{}", number), MaxPool2dSpec{.kernel = 2}});
  }
  return {names[column],
          {3, 224, 224},
          {
              section("features", std::move(features)),
              {"flatten", FlattenOptions{}},
              section("classifier",
                      {
                          {"fc6", LinearOptions{.out = 4096 / options.narrow}},
                          {"relu6", relu},
                          {"drop6", DropoutOptions{.p = 0.5}},
                          {"fc7", LinearOptions{.out = 4096 / options.narrow}},
                          {"relu7", relu},
                          {"drop7", DropoutOptions{.p = 0.5}},
                          {"fc8", LinearOptions{.out = options.classes}},
                      }),
          }};
}

Sequential vgg(VggConfig config, Rng& rng, const WidthOptions& options) {
  Sequential model = build(vgg_description(config, options), rng);
  auto& features = model.at<Sequential>("features");
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (auto* conv = dynamic_cast<Conv2d*>(&features[i])) {
      kaiming_uniform_(conv->weight, rng);
      constant_(conv->bias, 0);
    }
  }
  return model;
}

}  // namespace yhat
