// SPDX-License-Identifier: MIT
#include "alexnet/figures.h"

#include <doctest/doctest.h>

#include <cmath>

#include "support/tables.h"
#include "tests/near.h"

using namespace yhat;
using near::difference;

namespace {

double rounded(double value, int decimals) {
  return std::round(value * std::pow(10, decimals)) / std::pow(10, decimals);
}

}  // namespace

TEST_CASE(
    "lecture 18, alexnet: 60,965,224 parameters, 96.17 % of them fully connected, 659,272 neurons, 724,406,816 MACs") {
  const Summary net = summary(alexnet_description());
  CHECK(net.parameters() == 60'965'224);
  CHECK(net.fc_parameters() == 58'631'144);
  CHECK(rounded(demo::fc_share(net), 2) == 96.17);
  CHECK(rounded(demo::conv_mac_share(net), 2) == 91.91);
  CHECK(net.neurons() == 659'272);
  CHECK(net.macs() == 724'406'816);
  const Summary ungrouped = summary(alexnet_description({.grouped = false}));
  CHECK(ungrouped.parameters() - net.parameters() == 1'413'120);
  CHECK(ungrouped.macs() == 1'135'256'096);
  CHECK(demo::row_of(ungrouped, "conv2").info.weights == 614'400);
  CHECK(demo::row_of(ungrouped, "conv4").info.weights == 1'327'104);
  CHECK(demo::row_of(ungrouped, "conv5").info.weights == 884'736);
  // Forward and backward, without the input gradient of the first layer.
  const std::int64_t conv = net.macs() - net.fc_macs();
  const std::int64_t first = demo::row_of(net, "conv1").info.macs;
  CHECK(rounded(demo::share(3 * conv - first, 3 * net.macs() - first), 2) == 91.50);
}

TEST_CASE("lecture 18, alexnet: memory and the work of the paper's training") {
  const demo::AlexNetCost cost = demo::alexnet_cost();
  CHECK(rounded(cost.parameters, 2) == 232.56);
  CHECK(rounded(cost.parameters_gradient_momentum, 2) == 697.69);
  CHECK(rounded(cost.activations, 2) == 1380.22);
  CHECK(rounded(cost.total_gib(), 2) == 2.03);
  CHECK(rounded(cost.total_apart_gib(), 2) == 2.66);
  CHECK(rounded(cost.flop / 1e17, 1) == 4.7);
  CHECK(rounded(cost.months(20e9), 0) == 9);
}

TEST_CASE(
    "lecture 21, alexnet: an image of 224 gives 54 and leaves row and column 223 unseen, 227 gives 55 and sees all") {
  const std::vector<demo::FirstConvolution> cases = demo::first_convolutions();
  REQUIRE(cases.size() == 4);
  const std::vector<std::int64_t> last = {223};
  CHECK(cases[0].output == 54);
  CHECK(cases[0].unseen == last);
  CHECK(cases[0].unseen_columns == last);
  for (std::size_t i = 1; i < 4; ++i) {
    CAPTURE(cases[i].input);
    CHECK(cases[i].output == 55);
    CHECK(cases[i].unseen.empty());
    CHECK(cases[i].unseen_columns.empty());
  }
  const Summary small = summary(alexnet_description(), {3, 224, 224});
  std::vector<std::int64_t> sides;
  for (const char* layer : {"conv1", "pool1", "pool2", "pool5"}) {
    sides.push_back(demo::row_of(small, layer).info.output[1]);
  }
  CHECK(sides == std::vector<std::int64_t>{54, 26, 12, 5});
  CHECK(demo::row_of(small, "pool5").outputs() == 6'400);
  CHECK(demo::row_of(summary(alexnet_description()), "fc6").input.numel() == 9'216);
}

TEST_CASE("lecture 29, alexnet: max-pooling sends gradients to the first of equal elements, adds them up, and to NaN") {
  const std::vector<demo::PoolGradient> cases = demo::pool_gradients();
  REQUIRE(cases.size() == 3);
  CHECK(cases[0].gradient.to_vector() ==
        std::vector<double>{1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  std::vector<double> peak(25, 0.0);
  peak[12] = 4;
  CHECK(cases[1].gradient.to_vector() == peak);
  CHECK(cases[1].output.to_vector() == std::vector<double>(4, 9));
  // The first NaN of each window: both windows on the left hold only the one in the middle, those on the right both.
  CHECK(cases[2].gradient.to_vector() == peak);
  for (const double v : cases[2].output.to_vector()) CHECK(std::isnan(v));
}

TEST_CASE("lecture 31, alexnet: the two rules of momentum agree at a constant rate and differ after a drop") {
  const std::vector<demo::MomentumRun> runs = demo::momentum_runs();
  REQUIRE(runs.size() == 4);
  for (const demo::MomentumRun& run : runs) {
    CAPTURE(run.rule);
    CAPTURE(run.drop);
    const double last = !run.drop ? 0.49246600805995 : run.rule == "paper" ? 0.49606824542737 : 0.496720084817245;
    CHECK(difference(run.w, {0.4979975, 0.4971927600125, last}) <= 1e-14);
  }
  CHECK(difference(runs[0].w, runs[1].w) <= 1e-15);
}

TEST_CASE(
    "lecture 32, alexnet: halving at test is the mean over all of dropout's masks, doubling in training likewise") {
  const demo::DropoutMean mean = demo::dropout_mean();
  CHECK(difference(mean.over_masks, mean.halved) <= 1e-15);
  CHECK(difference(mean.scaled, mean.plain) <= 1e-15);
  CHECK(difference(mean.halved, mean.plain) > 0.1);
}

TEST_CASE("alexnet demo: a forward pass reports shape, loss and spread, and the error of another size") {
  Rng rng(1);
  Sequential net = lenet5(rng);
  const demo::ForwardPass pass = demo::forward_pass(net, {1, 28, 28}, rng);
  CHECK(pass.output == Shape{1, 10});
  CHECK(pass.loss == doctest::Approx(std::log(10.0)).epsilon(0.1));
  CHECK(pass.spread > 0.01);
  CHECK(demo::error_of(net, {1, 28, 28}) == "no error");
  CHECK(demo::error_of(net, {1, 32, 32}).find("linear (fc1): input [1, 576] has 576 features") == 0);
}
