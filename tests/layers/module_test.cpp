// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <type_traits>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;

namespace {

Sequential small_net(Rng& rng) {
  return {{"features", Sequential{Conv2d{rng, {.in = 1, .out = 2, .kernel = 3, .padding = 1}}, relu,
                                  MaxPool2d{{.kernel = 2}}, Conv2d{rng, {.in = 2, .out = 3, .kernel = 3}}}},
          {"flatten", Flatten{}},
          {"drop", Dropout{rng, {.p = 0.5}}},
          {"fc", Linear{rng, {.in = 3, .out = 2}}}};
}

std::string names_of(const StateDict& state) {
  std::string names;
  for (const auto& [name, value] : state) names += (names.empty() ? "" : " ") + name;
  return names;
}

struct Residual : Module {
  Linear inner;
  Linear unlisted;
  explicit Residual(Rng& rng) : inner(rng, {.in = 4, .out = 4}), unlisted(rng, {.in = 4, .out = 4}) {}
  Tensor forward(const Tensor& x) override { return x + inner(x); }
  void visit(Parts& p) override { p.child("inner", inner); }
};

}  // namespace

TEST_CASE("Module: parameters, names and state dict come from visit, in its order") {
  Rng rng(1);
  Sequential net = small_net(rng);
  CHECK(names_of(net.named_parameters()) ==
        "features.0.weight features.0.bias features.3.weight features.3.bias fc.weight fc.bias");
  CHECK(net.parameter_count() == 18 + 2 + 54 + 3 + 6 + 2);
  CHECK(net.parameters()[2].label() == "features.3.weight");
  for (const Tensor& p : net.parameters()) CHECK(p.requires_grad());
  BatchNorm2d norm{{.channels = 3}};
  CHECK(names_of(state_dict(norm)) == "weight bias running_mean running_var");
  CHECK(names_of(norm.named_buffers()) == "running_mean running_var");
  CHECK(norm.parameters().size() == 2);
  CHECK(names_of(state_dict(Linear{rng, {.in = 2, .out = 3, .bias = false}})) == "weight");
}

TEST_CASE("Module: a label that was given stays, one from an inner module grows to the whole path") {
  Rng rng(1);
  Sequential net{{"a", Linear{rng, {.in = 2, .out = 2}}}, {"b", Linear{rng, {.in = 2, .out = 2}}}};
  net.at<Linear>("a").weight.label("W1");
  CHECK(net.at("b").parameters()[0].label() == "weight");
  const Tensors all = net.parameters();
  CHECK(all[0].label() == "W1");
  CHECK(all[2].label() == "b.weight");
}

TEST_CASE("Module: can be moved, not copied, and keeps its parameters when moved") {
  static_assert(!std::is_copy_constructible_v<Linear> && !std::is_copy_assignable_v<Sequential>);
  static_assert(std::is_nothrow_destructible_v<Conv2d> && std::is_move_constructible_v<Conv2d>);
  Rng rng(1);
  Sequential net = small_net(rng);
  const Tensor w = net.parameters()[0];
  Sequential moved = std::move(net);
  CHECK(moved.parameters()[0].shares_storage_with(w));
  CHECK(moved.parameter_count() == 85);
}

TEST_CASE("Module: an error inside names the op and the module's path") {
  Rng rng(1);
  Sequential net = small_net(rng);
  CHECK(
      error_of<ShapeError>([&] {
        net(zeros({1, 2, 6, 6}));
      }) ==
      "conv2d (features.0): input has 2 channels, weight [2, 1, 3, 3] with groups 1 takes 1 (C must be weight dim 1 x "
      "groups)");
  CHECK(error_of<ShapeError>([&] {
          net(zeros({1, 1, 4, 4}));
        }) ==
        "conv2d (features.3): kernel [3, 3] exceeds padded input [2, 2], output would be 0 x 0 (kernel must fit)");
  CHECK(error_of<ShapeError>([&] {
          net(zeros({1, 1, 8, 8}));
        }) == "linear (fc): input [1, 12] has 12 features, weight [2, 3] takes 3 (must be equal)");
  Sequential moved = std::move(net);  // paths are worked out, not stored
  CHECK(error_of<ShapeError>([&] { moved(zeros({1, 1, 4, 4})); }).find("conv2d (features.3): ") == 0);
  Linear alone{rng, {.in = 2, .out = 2}};
  CHECK(error_of<ShapeError>([&] { alone(zeros({1, 3})); }).find("linear: input [1, 3]") == 0);
  CHECK(scope_path().empty());
}

TEST_CASE("Module: paths of hand-written modules, of unnamed ones, and inside named scopes") {
  Rng rng(1);
  Sequential net{{"block", Residual{rng}}};
  Residual& block = net.at<Residual>("block");
  CHECK(net.path_of(block.inner) == "block.inner");
  CHECK(net.path_of(net).empty());
  CHECK(net.path_of(block.unlisted) == "?");
  CHECK(error_of<ShapeError>([&] { net(zeros({1, 3})); }).find("linear (block.inner): ") == 0);
  Sequential uses_unlisted{{"step", [&](const Tensor& x) { return block.unlisted(x); }}};
  CHECK(error_of<ShapeError>([&] { uses_unlisted(zeros({1, 3})); }).find("linear (step): ") == 0);
  const Scope scope("teacher");
  CHECK(error_of<ShapeError>([&] { net(zeros({1, 3})); }).find("linear (teacher.block.inner): ") == 0);
}

TEST_CASE("Module: train and eval reach every module, requires_grad_ freezes, both independently") {
  Rng rng(1);
  Sequential net = small_net(rng);
  CHECK(net.at("drop").training());
  net.eval();
  CHECK(!net.at("drop").training());
  CHECK(!net.at("features.0").training());
  const Tensor x = randn({2, 1, 6, 6}, rng);
  CHECK(difference(net(x), net(x)) == 0);
  net.train();
  CHECK(difference(net(x), net(x)) > 0);
  net.eval();
  net.requires_grad_(false);
  CHECK(!net(x).requires_grad());
  CHECK(!net.training());
  net.requires_grad_(true);
  CHECK(net(x).requires_grad());
}

TEST_CASE("Module: frozen parameters get no gradient, and lose it from zero_grad") {
  Rng rng(1);
  Sequential net{Linear{rng, {.in = 3, .out = 4}}, relu, Linear{rng, {.in = 4, .out = 2}}};
  net.at("0").requires_grad_(false);
  CHECK(net.parameters().size() == 4);
  sum(net(ones({2, 3}))).backward();
  CHECK(!net.at<Linear>("0").weight.has_grad());
  CHECK(net.at<Linear>("2").weight.has_grad());
  net.zero_grad();
  CHECK(!net.at<Linear>("2").weight.has_grad());
}

TEST_CASE("Module: a parameter shared by two modules is listed once, and saved under both names") {
  Rng rng(1);
  Sequential net{{"a", Linear{rng, {.in = 2, .out = 2}}}, {"b", Linear{rng, {.in = 2, .out = 2}}}};
  net.at<Linear>("b").weight = net.at<Linear>("a").weight;
  CHECK(net.parameters().size() == 3);
  CHECK(net.parameter_count() == 4 + 2 + 2);
  CHECK(state_dict(net).size() == 4);
  net.to(Dtype::f64);
  CHECK(net.at<Linear>("b").weight.shares_storage_with(net.at<Linear>("a").weight));
}

TEST_CASE("Module: to(dtype) converts in place, so that earlier handles follow") {
  Rng rng(1);
  Linear fc{rng, {.in = 2, .out = 3}};
  const Tensors held = fc.parameters();
  const std::vector<double> before = held[0].to_vector();
  sum(fc(ones({1, 2}))).backward();
  const Tensor x = ones({1, 2}).requires_grad_(true);
  const Tensor y = sum(fc(x));
  fc.to(Dtype::f64);
  CHECK(held[0].dtype() == Dtype::f64);
  CHECK(held[0].to_vector() == before);
  CHECK(held[0].requires_grad());
  CHECK(!held[0].has_grad());
  CHECK(held[0].label() == "weight");
  CHECK(fc(ones({1, 2}, Dtype::f64)).dtype() == Dtype::f64);
  CHECK(error_of<GraphError>([&] {
          y.backward();
        }).find("backward: 'weight' was changed by to after linear saved it") == 0);
  BatchNorm2d norm{{.channels = 2}};
  norm.to(Dtype::f64);
  CHECK(norm.running_var.dtype() == Dtype::f64);
  CHECK(!norm.running_var.requires_grad());
}

TEST_CASE("load_state_dict: brings back every value, across dtypes, and notes the change for graphs") {
  Rng rng(1);
  Sequential a = small_net(rng);
  Sequential b = small_net(rng);
  CHECK(difference(a.parameters()[0], b.parameters()[0]) > 0);
  load_state_dict(b, state_dict(a));
  const StateDict sa = state_dict(a);
  const StateDict sb = state_dict(b);
  for (std::size_t i = 0; i < sa.size(); ++i) {
    CHECK(sa[i].second.to_vector() == sb[i].second.to_vector());
    CHECK(!sa[i].second.shares_storage_with(sb[i].second));
  }
  Sequential wide = small_net(rng);
  wide.to(Dtype::f64);
  load_state_dict(wide, sa);
  CHECK(wide.parameters()[0].dtype() == Dtype::f64);
  CHECK(wide.parameters()[0].to_vector() == a.parameters()[0].to_vector());
  load_state_dict(a, state_dict(a));

  Linear fc{rng, {.in = 2, .out = 2}};
  fc.weight.label("fc.weight");
  const Tensor x = ones({1, 2}).requires_grad_(true);
  const Tensor y = sum(fc(x));
  load_state_dict(fc, {{"weight", zeros({2, 2})}, {"bias", zeros({2})}});
  CHECK(
      error_of<GraphError>([&] { y.backward(); }) ==
      "backward: 'fc.weight' was changed by load_state_dict after linear saved it, version 1 (saved at 0); hint: step "
      "after backward");
}

TEST_CASE("load_state_dict: lists what is missing, extra and of wrong shape, and changes nothing") {
  Rng rng(1);
  Sequential net{{"fc1", Linear{rng, {.in = 120, .out = 84}}}, {"fc2", Linear{rng, {.in = 84, .out = 10}}}};
  StateDict state;
  for (const auto& [name, value] : state_dict(net)) state.emplace_back(name, zeros_like(value));
  state[0].second = zeros({10, 84});
  state[3].first = "fc3.bias";
  const std::vector<double> before = net.parameters()[2].to_vector();
  CHECK(error_of<FormatError>([&] { load_state_dict(net, state); }) ==
        "load_state_dict: missing 'fc2.bias'; extra 'fc3.bias'; 'fc1.weight' is [10, 84] (model has [84, 120])");
  CHECK(net.parameters()[2].to_vector() == before);
  CHECK(net.parameters()[2].version() == 0);
  state = state_dict(net);
  state.push_back(state[0]);
  CHECK(error_of<FormatError>([&] { load_state_dict(net, state); }) == "load_state_dict: 'fc1.weight' is there twice");
  StateDict many;
  for (int i = 0; i < 30; ++i) many.emplace_back(std::string("x").append(std::to_string(i)), zeros({1}));
  const std::string text = error_of<FormatError>([&] { load_state_dict(net, many); });
  CHECK(text.find("missing 'fc1.weight'; ") != std::string::npos);
  CHECK(text.find("extra 'x15'; and 14 more") != std::string::npos);
  CHECK(text.find("x16") == std::string::npos);
}

TEST_CASE("Sequential: steps are named by place or by hand, found by path, and refused if ambiguous") {
  Rng rng(1);
  Sequential net = small_net(rng);
  CHECK(net.size() == 4);
  CHECK(net.name(0) == "features");
  CHECK(&net[3] == &net.at("fc"));
  CHECK(net.at<Conv2d>("features.3").options.out == 3);
  CHECK(error_of<ArgumentError>([&] { net.at("fc9"); }) ==
        "Module::at: no module 'fc9' (there are: features, flatten, drop, fc)");
  CHECK(error_of<ArgumentError>([&] { net.at<Conv2d>("fc"); }) ==
        "Module::at: module 'fc' is of another type than asked for");
  CHECK(error_of<ArgumentError>([&] { net.add({"fc", relu}); }) == "Sequential: name 'fc' given twice (each once)");
  CHECK(error_of<ArgumentError>([&] {
          net.add({"a.b", relu});
        }) == "Sequential: name 'a.b' contains a dot (dots separate the names of a path)");
  CHECK(error_of<IndexError>([&] { net[4]; }) == "Sequential: step 4 of 4 (valid: [0, 3])");
  Linear own{rng, {.in = 2, .out = 1}};
  Sequential mixed{std::move(own), [](const Tensor& x) { return x * 2; }};
  mixed.add(sigmoid);
  CHECK(names_of(state_dict(mixed)) == "0.weight 0.bias");
  CHECK(mixed(ones({1, 2})).shape() == Shape{1, 1});
}

TEST_CASE("WatchModules: sees every module's call with its path, input and output") {
  struct Log : ModuleObserver {
    std::string text;
    void enter(const ModuleScope& scope, const Tensor&) override { text.append("(").append(scope.path()); }
    void leave(const ModuleScope&, const Tensor&, const Tensor& y) override {
      text.append(" ").append(std::to_string(y.size())).append(")");
    }
  } log;
  Rng rng(1);
  Sequential net{{"fc", Linear{rng, {.in = 2, .out = 3}}}, {"act", relu}};
  {
    const WatchModules watch(log);
    net(ones({2, 2}));
  }
  net(ones({2, 2}));
  CHECK(log.text == "((fc 6)(act 6) 6)");
}

TEST_CASE("load_state_dict exchanges arrays of the model itself") {
  Rng rng(3);
  Sequential net = {{"fc1", Linear{rng, {.in = 2, .out = 2, .bias = false}}},
                    {"fc2", Linear{rng, {.in = 2, .out = 2, .bias = false}}}};
  const StateDict own = state_dict(net);
  const std::vector<double> first = own[0].second.to_vector();
  const std::vector<double> second = own[1].second.to_vector();
  load_state_dict(net, {{"fc1.weight", own[1].second}, {"fc2.weight", own[0].second}});
  CHECK(state_dict(net)[0].second.to_vector() == second);
  CHECK(state_dict(net)[1].second.to_vector() == first);
}

TEST_CASE("summary leaves the training flag of every module as it was") {
  Rng rng(3);
  Sequential net = small_net(rng);
  net.at("drop").eval();
  summary(net, {1, 6, 6});
  CHECK(net.training());
  CHECK(net.at("features").training());
  CHECK_FALSE(net.at("drop").training());
  net.eval();
  net.at("drop").train();
  summary(net, {1, 6, 6});
  CHECK_FALSE(net.training());
  CHECK(net.at("drop").training());
  CHECK(net.modules().size() == 9);
  CHECK(net.modules()[0] == &net);
}

TEST_CASE("what a layer would do to a shape is refused as the layer itself would refuse it") {
  const auto info = [](const Conv2dOptions& o) { return [o] { o.info({2, 8, 8}); }; };
  CHECK(error_of<ArgumentError>(info({.in = 2, .out = 2, .kernel = 3, .stride = 0})) ==
        "conv2d: stride [0, 0] (must be >= 1)");
  CHECK(error_of<ArgumentError>(info({.in = 2, .out = 2, .kernel = 3, .groups = 0})) ==
        "conv2d: groups 0 (must be >= 1)");
  CHECK(error_of<ArgumentError>(info({.in = 2, .out = 3, .kernel = 3, .groups = 2})) ==
        "conv2d: groups 2 does not divide C = 2, O = 3 (must divide both)");
  CHECK(error_of<ArgumentError>([] {
          info_of(MaxPool2dSpec{.kernel = 2, .stride = {0, 1}}, {1, 8, 8});
        }) == "max_pool2d: stride [0, 1] (must be >= 1)");
  CHECK(error_of<ArgumentError>([] {
          info_of(AvgPool2dSpec{.kernel = 2, .padding = 2}, {1, 8, 8});
        }) == "avg_pool2d: padding 2 with kernel 2 (at most half the kernel: 1)");
  CHECK(error_of<IndexError>([] { Sequential{}[0]; }) == "Sequential: step 0 of none");
}
