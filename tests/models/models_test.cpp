// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <algorithm>
#include <utility>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;

namespace {

const auto f64 = Dtype::f64;

std::string names_of(const Module& model) {
  std::string names;
  for (const auto& [name, value] : state_dict(model)) names.append(names.empty() ? "" : " ").append(name);
  return names;
}

// torchvision's names for these places of convolutions and fully connected layers.
std::string torchvision_names(const std::vector<int>& features, const std::vector<int>& classifier) {
  std::string names;
  const auto add = [&](const char* group, const std::vector<int>& places) {
    for (int place : places) {
      for (const char* what : {"weight", "bias"}) {
        names.append(names.empty() ? "" : " ").append(group).append(".").append(std::to_string(place));
        names.append(".").append(what);
      }
    }
  };
  add("features", features);
  add("classifier", classifier);
  return names;
}

}  // namespace

TEST_CASE("lenet5: shapes, parameters, names, logits that are not affine, first loss ln 10") {
  Rng rng(1);
  for (bool average : {false, true}) {
    Sequential net = lenet5(rng, {.average_pool = average});
    CHECK(net.parameter_count() == 61'706);
    CHECK(
        names_of(net) ==
        "conv1.weight conv1.bias conv2.weight conv2.bias fc1.weight fc1.bias fc2.weight fc2.bias fc3.weight fc3.bias");
    CHECK(net.parameters()[0].label() == "conv1.weight");
    const Tensor x = randn({4, 1, 28, 28}, rng);
    const Tensor y = net(x);
    CHECK(y.shape() == Shape{4, 10});
    CHECK(std::abs(sum(y).item() - 4) > 1e-3);
    CHECK(difference(net(2 * x) - net(zeros_like(x)), 2 * (y - net(zeros_like(x)))) > 1e-3);
    CHECK(std::abs(cross_entropy(y, {1, 2, 3, 4}).item() / std::log(10.0) - 1) < 0.05);
  }
  Sequential net = lenet5(rng);
  CHECK(error_of<ShapeError>([&] {
          net(zeros({1, 1, 32, 32}));
        }) ==
        "linear (fc1): input [1, 576] has 576 features, weight [120, 400] takes 400 (must be equal); hint: "
        "lenet5_modern takes images of [1, 28, 28]");
}

TEST_CASE("lenet5: the same bits from the same seed, and the gradient of every parameter agrees with differences") {
  Rng a(3);
  Rng b(3);
  Sequential first = lenet5(a);
  Sequential second = lenet5(b);
  const StateDict sa = state_dict(first);
  const StateDict sb = state_dict(second);
  for (std::size_t i = 0; i < sa.size(); ++i) CHECK(sa[i].second.to_vector() == sb[i].second.to_vector());

  first.to(f64);
  const Tensor x = randn({2, 1, 28, 28}, a, f64);
  const std::vector<std::int64_t> labels = {3, 7};
  const auto loss = [&] { return cross_entropy(first(x), labels); };
  loss().backward();
  for (Tensor p : first.parameters()) {
    CAPTURE(p.label());
    const auto place = static_cast<std::size_t>(p.size() / 2);
    const double old = p.to_vector()[place];
    const auto at = [&](double value) {
      p.mutable_data<double>()[place] = value;
      return loss().item();
    };
    const double numeric = (at(old + 1e-6) - at(old - 1e-6)) / 2e-6;
    at(old);
    CHECK(std::abs(p.grad().to_vector()[place] - numeric) <= 1e-8);
  }
}

TEST_CASE("lenet5_1998: parameters, starting values and shapes are the paper's") {
  Rng rng(2);
  Sequential net = lenet5_1998(rng);
  CHECK(net.parameter_count() == 60'000);
  CHECK(names_of(net) ==
        "C1.weight C1.bias S2.weight S2.bias C3.weight C3.bias S4.weight S4.bias C5.weight C5.bias F6.weight F6.bias "
        "OUTPUT.prototypes");
  CHECK(net.at<SparseConv2d>("C3").weight.shape() == Shape{60, 5, 5});
  const auto largest = [](const Tensor& t) { return max(abs(t)).item(); };
  CHECK(largest(net.at<Conv2d>("C1").weight) <= 2.4 / 25);
  CHECK(largest(net.at<Conv2d>("C5").weight) <= 2.4 / 400);
  CHECK(largest(net.at<Conv2d>("C5").weight) > 2.39 / 400);
  CHECK(largest(net.at<Linear>("F6").weight) <= 2.4 / 120);
  const Tensor& c3 = net.at<SparseConv2d>("C3").weight;
  CHECK(largest(slice(c3, 0, 0, 3)) <= 2.4 / 75);
  CHECK(largest(slice(c3, 0, 0, 18)) > 2.2 / 75);
  CHECK(largest(slice(c3, 0, 54, 60)) <= 2.4 / 150);
  const Tensor scores = net(randn({3, 1, 32, 32}, rng));
  CHECK(scores.shape() == Shape{3, 10});
  CHECK(max(scores).item() <= 0);  // minus a squared distance
  sum(cross_entropy(scores, {0, 1, 2})).backward();
  for (const Tensor& p : net.parameters()) CHECK(p.has_grad());
  CHECK(std::abs(scaled_tanh(tensor({1, -1}, f64)).to_vector()[0] - 1) < 1e-4);
}

TEST_CASE("lenet5_1998: the sparse convolution is a dense one with absent kernels, gradients included") {
  Rng rng(4);
  const std::vector<std::vector<std::int64_t>> joined = {{0, 2}, {1}, {0, 1, 2}};
  SparseConv2d sparse(rng, 3, 2, joined);
  sparse.to(f64);
  const Tensor x = randn({2, 3, 4, 5}, rng, f64);
  Conv2d dense{rng, {.in = 3, .out = 3, .kernel = 2}};
  dense.to(f64);
  auto w = dense.weight.mutable_data<double>();
  std::fill(w.begin(), w.end(), 0.0);
  const std::vector<std::pair<int, int>> present = {{0, 0}, {0, 2}, {1, 1}, {2, 0}, {2, 1}, {2, 2}};
  const std::vector<double> kernels = sparse.weight.to_vector();
  for (std::size_t k = 0; k < present.size(); ++k) {
    for (std::size_t i = 0; i < 4; ++i) {
      w[static_cast<std::size_t>(present[k].first * 12 + present[k].second * 4) + i] = kernels[k * 4 + i];
    }
  }
  load_state_dict(dense, {{"weight", dense.weight}, {"bias", sparse.bias}});
  CHECK(difference(sparse(x), dense(x)) == 0);
  const Tensor v = randn({2, 3, 3, 4}, rng, f64);
  sum(v * sparse(x)).backward();
  sum(v * dense(x)).backward();
  const std::vector<double> dw = dense.weight.grad().to_vector();
  const std::vector<double> kernel_gradients = sparse.weight.grad().to_vector();
  for (std::size_t k = 0; k < present.size(); ++k) {
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(kernel_gradients[k * 4 + i] ==
            dw[static_cast<std::size_t>(present[k].first * 12 + present[k].second * 4) + i]);
    }
  }
  CHECK(error_of<IndexError>([&] {
          SparseConv2d(rng, 3, 2, {{0, 3}});
        }) == "SparseConv2d: input map 3 (valid: [0, 2])");
}

TEST_CASE("lenet5_1998: subsampling and distances to prototypes compute what the paper says") {
  Rng rng(5);
  Subsample s2(rng, 2);
  const Tensor x = tensor({{{{1, 2, 3, 4}, {5, 6, 7, 8}}, {{1, 1, 1, 1}, {1, 1, 1, 2}}}});
  const Tensor y = s2(x);
  const std::vector<double> w = s2.weight.to_vector();
  const std::vector<double> b = s2.bias.to_vector();
  CHECK(difference(y, {14 * w[0] + b[0], 22 * w[0] + b[0], 4 * w[1] + b[1], 5 * w[1] + b[1]}) <= 1e-6);

  RadialBasis rbf(tensor({{1, 2}, {0, 0}, {-1, 3}}));
  CHECK(rbf(tensor({{1, 1}, {0, 0}})).to_vector() == std::vector<double>{-1, -2, -8, -5, 0, -10});
  CHECK(error_of<ShapeError>([&] { rbf(zeros({1, 3})); }) == "RadialBasis: input [1, 3] (a batch of rows, [N, 2])");

  const Tensor prototypes = digit_prototypes();
  CHECK(prototypes.shape() == Shape{10, 84});
  for (double v : prototypes.to_vector()) CHECK(std::abs(v) == 1);
  for (std::int64_t i = 0; i < 10; ++i) {  // every digit is nearest to itself, and far from the others
    const Tensor scores = RadialBasis(prototypes)(slice(prototypes, 0, i, i + 1));
    CHECK(scores.at({0, i}) == 0);
    for (std::int64_t j = 0; j < 10; ++j) CHECK((i == j || scores.at({0, j}) <= -4 * 5));
  }
}

TEST_CASE("alexnet 60: the paper's starting values, 227 pixels, and the hint for 224") {
  Rng rng(6);
  Sequential net = alexnet(rng);
  CHECK(net.parameter_count() == 60'965'224);
  CHECK(names_of(net).find("conv1.weight conv1.bias conv2.weight conv2.bias conv3.weight") == 0);
  CHECK(net.at<Conv2d>("conv2").weight.shape() == Shape{256, 48, 5, 5});
  const Tensor w = net.at<Conv2d>("conv3").weight.detach();
  CHECK(std::abs(std::sqrt(mean(w * w).item()) / 0.01 - 1) < 0.01);
  for (const char* name : {"conv2", "conv4", "conv5"}) CHECK(net.at<Conv2d>(name).bias.at({0}) == 1);
  for (const char* name : {"conv1", "conv3"}) CHECK(net.at<Conv2d>(name).bias.at({0}) == 0);
  for (const char* name : {"fc6", "fc7"}) CHECK(net.at<Linear>(name).bias.at({0}) == 1);
  CHECK(net.at<Linear>("fc8").bias.at({0}) == 0);

  const NoGrad values_only;
  net.eval();
  const Tensor logits = net(randn({1, 3, 227, 227}, rng));
  CHECK(logits.shape() == Shape{1, 1000});
  CHECK(std::isfinite(sum(logits).item()));
  CHECK(error_of<ShapeError>([&] {
          net(zeros({1, 3, 224, 224}));
        }) ==
        "linear (fc6): input [1, 6400] has 6400 features, weight [4096, 9216] takes 9216 (must be equal); hint: "
        "alexnet_2012 takes images of [3, 227, 227]");
}

TEST_CASE("alexnet_torchvision and vgg: torchvision's names for every parameter") {
  Rng rng(7);
  const WidthOptions narrow{.narrow = 16};  // names and places do not depend on the width
  {
    const Sequential net = alexnet_torchvision(rng, narrow);
    CHECK(names_of(net) == torchvision_names({0, 3, 6, 8, 10}, {1, 4, 6}));
    CHECK(net.parameter_count() == summary(alexnet_torchvision_description(narrow)).parameters());
  }
  const std::vector<std::pair<VggConfig, std::vector<int>>> features = {
      {VggConfig::A, {0, 3, 6, 8, 11, 13, 16, 18}},
      {VggConfig::B, {0, 2, 5, 7, 10, 12, 15, 17, 20, 22}},
      {VggConfig::D, {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28}},
      {VggConfig::E, {0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34}}};
  for (const auto& [config, places] : features) {
    const Sequential net = vgg(config, rng, narrow);
    CHECK(names_of(net) == torchvision_names(places, {0, 3, 6}));
    CHECK(net.parameter_count() == summary(vgg_description(config, narrow)).parameters());
  }
}
