// SPDX-License-Identifier: MIT
#include "yhat/lenet.h"

namespace yhat {

ModelDescription lenet5_description(const LeNet5Options& options) {
  const auto pool = [&](const char* name) {
    return options.average_pool ? LayerDescription(name, AvgPool2dSpec{.kernel = 2})
                                : LayerDescription(name, MaxPool2dSpec{.kernel = 2});
  };
  return {"lenet5_modern",
          {1, 28, 28},
          {
              {"conv1", Conv2dOptions{.out = 6, .kernel = 5, .padding = 2}},  // 28 x 28
              {"relu1", relu},
              pool("pool1"),                                     // 14 x 14
              {"conv2", Conv2dOptions{.out = 16, .kernel = 5}},  // 10 x 10
              {"relu2", relu},
              pool("pool2"),  // 5 x 5
              {"flatten", FlattenOptions{}},
              {"fc1", LinearOptions{.out = 120}},
              {"relu3", relu},
              {"fc2", LinearOptions{.out = 84}},
              {"relu4", relu},
              {"fc3", LinearOptions{.out = 10}},
          }};
}

Sequential lenet5(Rng& rng, const LeNet5Options& options) { return build(lenet5_description(options), rng); }

ModelDescription lenet_caffe_description() {
  return {"lenet_caffe",
          {1, 28, 28},
          {
              {"conv1", Conv2dOptions{.out = 20, .kernel = 5}},
              {"pool1", MaxPool2dSpec{.kernel = 2}},
              {"conv2", Conv2dOptions{.out = 50, .kernel = 5}},
              {"pool2", MaxPool2dSpec{.kernel = 2}},
              {"flatten", FlattenOptions{}},
              {"ip1", LinearOptions{.out = 500}},
              {"relu1", relu},
              {"ip2", LinearOptions{.out = 10}},
          }};
}

}  // namespace yhat
