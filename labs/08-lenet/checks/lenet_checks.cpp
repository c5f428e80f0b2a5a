// SPDX-License-Identifier: MIT
// Checks of lab 8: the network and the optimiser.
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/lenet.h>
#include <yhat/ops.h>
#include <yhat/sgd.h>

#include <cmath>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

TEST_CASE("8.1 LeNet-5") {
  Rng rng = seeded(81);
  Sequential model = lenet5(rng);
  model.eval();
  const NoGrad values_only;
  const Tensor a = uniform({3, 1, 28, 28}, 0, 1, rng), b = uniform({3, 1, 28, 28}, 0, 1, rng);
  const Tensor fa = model(a);
  const Shape expected{3, 10};
  REQUIRE_MESSAGE(fa.shape() == expected, fmt::format("3 images give {}, expected {}", fa.shape(), expected));
  const std::vector<double> logits = fa.to_vector();
  double total = 0, least = 1;
  for (std::size_t i = 0; i < 10; ++i) total += logits[i], least = std::fmin(least, logits[i]);
  if (near(total, 1, 1e-4, 0) && least >= 0) note("lenet.softmax");
  CHECK_MESSAGE(!(near(total, 1, 1e-4, 0) && least >= 0),
                "the outputs of an image are positive and sum to 1: " << total);
  // An affine function has f(a + b) = f(a) + f(b) - f(0).
  const std::vector<double> both = model(a + b).to_vector(), second = model(b).to_vector(),
                            zero = model(zeros({3, 1, 28, 28})).to_vector();
  double bent = 0;
  for (std::size_t i = 0; i < both.size(); ++i) {
    bent = std::fmax(bent, std::abs(both[i] - logits[i] - second[i] + zero[i]));
  }
  const Summary table = summary(lenet5_description());
  if (table.activation_outputs == 0 || bent < 1e-5) note("lenet.affine");
  CHECK_MESSAGE(table.activation_outputs > 0, "there is no activation function between the layers");
  CHECK_MESSAGE(bent >= 1e-5, "f(a + b) = f(a) + f(b) - f(0): the network is affine");
  const std::vector<std::pair<std::string, Shape>> outputs = {
      {"conv1", {6, 28, 28}}, {"conv2", {16, 10, 10}}, {"fc1", {120}}, {"fc2", {84}}, {"fc3", {10}}};
  for (const auto& [name, shape] : outputs) {
    bool found = false;
    for (const SummaryRow& row : table.rows) found = found || (row.name == name && row.info.output == shape);
    if (!found && name == "conv1") note("lenet.padding");
    CHECK_MESSAGE(found, fmt::format("a layer {} with output {} is missing", name, shape));
  }
  CHECK_MESSAGE(model.parameter_count() == 61706, "parameters: " << model.parameter_count() << ", expected 61706");
}

TEST_CASE("8.2 SGD by hand") {
  const auto run = [](const SGDOptions& options) {
    Tensor p = tensor({1, -2}, Dtype::f64).requires_grad_(true);
    SGD sgd({p}, options);
    for (const auto& g :
         {tensor({0.5, -0.25}, Dtype::f64), tensor({1, -0.25}, Dtype::f64), tensor({1.5, -0.25}, Dtype::f64)}) {
      p.set_grad(g);
      sgd.step();
    }
    return p;
  };
  const Tolerance tight{1e-12, 1e-13}, printed{1e-9, 0};
  expect("three steps, lr 0.1", run({.lr = 0.1}), {2}, {0.7, -1.925}, tight);
  expect("momentum 0.9", run({.lr = 0.1, .momentum = 0.9}), {2}, {0.5245, -1.85975}, tight,
         {{"sgd.momentum", {0.7, -1.925}}});
  expect("momentum 0.9, dampening 0.1", run({.lr = 0.1, .momentum = 0.9, .dampening = 0.1}), {2}, {0.5585, -1.867},
         tight, {{"sgd.first", {0.57205, -1.873775}}});
  const Tensor decayed = run({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
  if (decayed.to_vector()[0] > 0.5245) note("sgd.decay");
  expect("momentum 0.9, weight decay 0.01", decayed, {2}, {0.519184749, -1.848659573}, printed);
  // A parameter without gradient stays.
  Tensor p = tensor({1, 2}, Dtype::f64).requires_grad_(true), q = tensor({3}, Dtype::f64).requires_grad_(true);
  SGD sgd({p, q}, {.lr = 1});
  p.set_grad(tensor({1, 1}, Dtype::f64));
  sgd.step();
  expect("a parameter with a gradient", p, {2}, {0, 1}, exact);
  expect("a parameter without", q, {1}, {3}, exact);
}
