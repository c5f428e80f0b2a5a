// SPDX-License-Identifier: MIT
#include "two_gpus/halves.h"

#include <doctest/doctest.h>

#include "tests/near.h"

using namespace yhat;
using near::error_of;

TEST_CASE(
    "lecture 20, two_gpus: a grouped convolution is two halves concatenated, gradients included, nothing crosses") {
  Rng rng(3);
  struct Layer {
    const char* name;
    std::int64_t in, out, kernel, padding;
  };
  for (const Layer& l :
       {Layer{"conv2", 96, 256, 5, 2}, Layer{"conv4", 384, 384, 3, 1}, Layer{"conv5", 384, 256, 3, 1}}) {
    CAPTURE(l.name);
    const Conv2dOptions options{.in = l.in, .out = l.out, .kernel = l.kernel, .padding = l.padding, .groups = 2};
    const demo::HalvesCompared c = demo::compare_halves(l.name, options, 7, rng);
    CHECK(c.kernel == Shape{l.out / 2, l.in / 2, l.kernel, l.kernel});
    CHECK(c.output <= 1e-14);
    CHECK(c.x_gradient <= 1e-14);
    CHECK(c.weight_gradient <= 1e-14);
    CHECK(c.bias_gradient <= 1e-14);
    const demo::Crossing between = demo::crossing(options, 7, rng);
    CHECK(between.across == 0);
    CHECK(between.own > 0.1);
  }
  // Strides and sizes that leave a remainder.
  const demo::HalvesCompared strided =
      demo::compare_halves("strided", {.in = 4, .out = 6, .kernel = 3, .stride = 2, .groups = 2}, 8, rng);
  CHECK(strided.output <= 1e-14);
  CHECK(strided.gradients() <= 1e-14);
  CHECK(demo::crossing({.in = 8, .out = 6, .kernel = 3}, 5, rng).across > 0.1);  // one group: the halves meet
  CHECK(error_of<ArgumentError>([&] { demo::compare_halves("whole", {.in = 4, .out = 6, .kernel = 3}, 8, rng); }) ==
        "compare_halves: 1 groups (2)");
}

TEST_CASE("lecture 20, two_gpus: what stands on each card, and what it gets from the other") {
  const std::vector<demo::OnTwoGpus> layers = demo::on_two_gpus(summary(alexnet_description()));
  struct Known {
    const char* layer;
    Shape half;
    bool both;
    std::int64_t received, parameters;
  };
  const std::vector<Known> known = {{"conv1", {48, 55, 55}, false, 0, 17'472},
                                    {"conv2", {128, 27, 27}, false, 0, 153'728},
                                    {"conv3", {192, 13, 13}, true, 128 * 13 * 13, 442'560},
                                    {"conv4", {192, 13, 13}, false, 0, 331'968},
                                    {"conv5", {128, 13, 13}, false, 0, 221'312},
                                    {"fc6", {2048}, true, 128 * 6 * 6, 18'876'416},
                                    {"fc7", {2048}, true, 2048, 8'390'656},
                                    {"fc8", {1000}, true, 2048, 4'097'000}};
  REQUIRE(layers.size() == known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    CAPTURE(known[i].layer);
    CHECK(layers[i].layer == known[i].layer);
    CHECK(layers[i].half == known[i].half);
    CHECK(layers[i].both == known[i].both);
    CHECK(layers[i].received == known[i].received);
    CHECK(layers[i].parameters == known[i].parameters);
  }
}
