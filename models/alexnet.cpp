// SPDX-License-Identifier: MIT
#include "yhat/alexnet.h"

#include "yhat/init.h"

namespace yhat {

ModelDescription alexnet_description(const AlexNetOptions& options) {
  const std::int64_t two = options.grouped ? 2 : 1;
  const std::int64_t n = options.narrow;
  const LocalResponseNormSpec lrn{.size = 5, .alpha = 1e-4, .beta = 0.75, .k = 2};
  const MaxPool2dSpec overlapping{.kernel = 3, .stride = 2};
  return {options.grouped ? "alexnet_2012" : "alexnet_2012_ungrouped",
          {3, 227, 227},
          {
              {"conv1", Conv2dOptions{.out = 96 / n, .kernel = 11, .stride = 4}},  // 55 x 55
              {"relu1", relu},
              {"norm1", lrn},
              {"pool1", overlapping},                                                              // 27 x 27
              {"conv2", Conv2dOptions{.out = 256 / n, .kernel = 5, .padding = 2, .groups = two}},  // 27 x 27
              {"relu2", relu},
              {"norm2", lrn},
              {"pool2", overlapping},                                               // 13 x 13
              {"conv3", Conv2dOptions{.out = 384 / n, .kernel = 3, .padding = 1}},  // 13 x 13
              {"relu3", relu},
              {"conv4", Conv2dOptions{.out = 384 / n, .kernel = 3, .padding = 1, .groups = two}},
              {"relu4", relu},
              {"conv5", Conv2dOptions{.out = 256 / n, .kernel = 3, .padding = 1, .groups = two}},
              {"relu5", relu},
              {"pool5", overlapping},  // 6 x 6
              {"flatten", FlattenOptions{}},
              {"fc6", LinearOptions{.out = 4096 / n}},
              {"relu6", relu},
              {"drop6", DropoutOptions{.p = 0.5}},
              {"fc7", LinearOptions{.out = 4096 / n}},
              {"relu7", relu},
              {"drop7", DropoutOptions{.p = 0.5}},
              {"fc8", LinearOptions{.out = options.classes}},
          }};
}

Sequential alexnet(Rng& rng, const AlexNetOptions& options) {
  Sequential model = build(alexnet_description(options), rng);
  const auto restart = [&](Tensor& weight, Tensor& bias, double start) {
    normal_(weight, 0, 0.01, rng);
    constant_(bias, start);
  };
  const auto conv = [&](const char* name, double start) {
    Conv2d& layer = model.at<Conv2d>(name);
    restart(layer.weight, layer.bias, start);
  };
  const auto fc = [&](const char* name, double start) {
    Linear& layer = model.at<Linear>(name);
    restart(layer.weight, layer.bias, start);
  };
  conv("conv1", 0), conv("conv2", 1), conv("conv3", 0), conv("conv4", 1), conv("conv5", 1);
  fc("fc6", 1), fc("fc7", 1), fc("fc8", 0);
  return model;
}

ModelDescription alexnet_torchvision_description(const WidthOptions& options) {
  const std::int64_t n = options.narrow;
  const MaxPool2dSpec overlapping{.kernel = 3, .stride = 2};
  return {"alexnet_torchvision",
          {3, 224, 224},
          {
              section("features",
                      {
                          {"conv1", Conv2dOptions{.out = 64 / n, .kernel = 11, .stride = 4, .padding = 2}},
                          {"relu1", relu},
                          {"pool1", overlapping},
                          {"conv2", Conv2dOptions{.out = 192 / n, .kernel = 5, .padding = 2}},
                          {"relu2", relu},
                          {"pool2", overlapping},
                          {"conv3", Conv2dOptions{.out = 384 / n, .kernel = 3, .padding = 1}},
                          {"relu3", relu},
                          {"conv4", Conv2dOptions{.out = 256 / n, .kernel = 3, .padding = 1}},
                          {"relu4", relu},
                          {"conv5", Conv2dOptions{.out = 256 / n, .kernel = 3, .padding = 1}},
                          {"relu5", relu},
                          {"pool5", overlapping},
                      }),
              {"flatten", FlattenOptions{}},
              section("classifier",
                      {
                          {"drop6", DropoutOptions{.p = 0.5}},
                          {"fc6", LinearOptions{.out = 4096 / n}},
                          {"relu6", relu},
                          {"drop7", DropoutOptions{.p = 0.5}},
                          {"fc7", LinearOptions{.out = 4096 / n}},
                          {"relu7", relu},
                          {"fc8", LinearOptions{.out = options.classes}},
                      }),
          }};
}

Sequential alexnet_torchvision(Rng& rng, const WidthOptions& options) {
  return build(alexnet_torchvision_description(options), rng);
}

}  // namespace yhat
