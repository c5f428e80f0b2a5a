// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

using namespace yhat;

TEST_CASE("alexnet: the gradient of the published network, reduced in width, passes gradcheck from end to end") {
  // Every kind of layer in its place: grouped convolutions, ReLU, normalisation, overlapping pooling, dropout in
  // training. A sixteenth as wide, on images of 67 x 67: maps of 15, 7, 7, 3, 3 and 1.
  ModelDescription description = alexnet_description({.classes = 5, .narrow = 16});
  description.input = {3, 67, 67};
  Rng rng(1);
  Sequential net = build(description, rng);
  for (const auto& [name, parameter] : net.named_parameters()) {
    Tensor weight = parameter;
    if (weight.ndim() > 1) kaiming_uniform_(weight, rng);  // so that every layer's outputs are of size 1
  }
  net.to(Dtype::f64);
  Rng masks(0);
  for (const char* name : {"drop6", "drop7"}) net.at<Dropout>(name).draw_from(masks);
  const Tensor x = randn({2, 3, 67, 67}, rng, Dtype::f64).requires_grad_();
  const auto loss = [&](const Tensors&) {
    masks = Rng(7);  // the same units are dropped in every run
    return cross_entropy(net(x), {1, 3});
  };
  Tensors inputs = net.parameters();
  CHECK(inputs.size() == 16);
  inputs.push_back(x);
  // A small step: none of some ten thousand ReLUs and windows may change its mind in between.
  const GradcheckReport r = gradcheck(loss, inputs, {.step = 1e-5, .max_elements = 24});
  CAPTURE(r.message);
  CHECK(r.ok);
  CHECK(r.inputs_checked == 17);
  CHECK(r.checked > 300);
  // Nothing was vacuous: gradients reach the first layer and the image.
  for (const Tensor& g : grad(loss({}), {inputs.front(), x})) CHECK(max(abs(g)).item() > 1e-4);
}
