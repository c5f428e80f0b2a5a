// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <memory>

#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::error_of;

namespace {

const auto f64 = Dtype::f64;

// Three steps from [1, -2] at lr 0.1 with the gradients [.5,-.25], [1,-.25], [1.5,-.25].
template <class Opt, class Options>
std::vector<double> trajectory(Options options, const std::vector<double>& rates = {0.1, 0.1, 0.1}) {
  Tensor p = tensor({1, -2}, f64).requires_grad_(true);
  options.lr = rates[0];
  Opt opt({p}, options);
  for (int i = 0; i < 3; ++i) {
    opt.set_lr(rates[static_cast<std::size_t>(i)]);
    p.set_grad(tensor({0.5 * (i + 1), -0.25}, f64));
    opt.step();
  }
  return p.to_vector();
}

std::vector<double> sgd(const SGDOptions& options) { return trajectory<SGD>(options); }

}  // namespace

TEST_CASE("optimisers 73: SGD follows the reference trajectories") {
  CHECK(difference(sgd({}), {.7, -1.925}) <= 1e-12);
  CHECK(difference(sgd({.momentum = .9}), {.5245, -1.85975}) <= 1e-12);
  CHECK(difference(sgd({.momentum = .9, .dampening = .1}), {.5585, -1.867}) <= 1e-12);
  CHECK(difference(sgd({.momentum = .9, .nesterov = true}), {.27205, -1.798775}) <= 1e-12);
  CHECK(difference(sgd({.momentum = .9, .weight_decay = .01}), {.519184749, -1.848659573}) <= 1e-9);
  CHECK(difference(sgd({.momentum = .9, .lr_in_velocity = true}), {.5245, -1.85975}) <= 1e-12);
}

TEST_CASE("optimisers 73: Adam and AdamW follow the reference trajectories") {
  CHECK(difference(trajectory<Adam>(AdamOptions{}), {.7076816791153657, -1.700000012}) <= 1e-9);
  CHECK(difference({trajectory<Adam>(AdamOptions{})[0]}, std::vector<double>{.7076816791153657}) <= 1e-12);
  CHECK(difference(trajectory<Adam>(AdamOptions{.weight_decay = .01}), {.7074532792690138, -1.70003612984417}) <=
        1e-12);
  CHECK(difference(trajectory<AdamW>(AdamWOptions{}), {.7049810963127292, -1.694305909988004}) <= 1e-12);
}

TEST_CASE("optimisers 75: the two forms of momentum part when the learning rate changes") {
  const std::vector<double> rates = {.1, .1, .01};
  CHECK(difference(trajectory<SGD>(SGDOptions{.momentum = .9}, rates), {.77695, -1.920725}) <= 1e-12);
  CHECK(difference(trajectory<SGD>(SGDOptions{.momentum = .9, .lr_in_velocity = true}, rates), {.6595, -1.88225}) <=
        1e-12);
  // AlexNet's own settings, one weight
  for (bool paper : {true, false}) {
    for (bool drop : {true, false}) {
      Tensor w = full({1}, 0.5, f64).requires_grad_(true);
      SGD opt({w}, {.lr = 0.01, .momentum = 0.9, .weight_decay = 5e-4, .lr_in_velocity = paper});
      std::vector<double> seen;
      for (double g : {0.2, -0.1, 0.4}) {
        if (drop && seen.size() == 2) opt.set_lr(0.001);
        w.set_grad(full({1}, g, f64));
        opt.step();
        seen.push_back(w.item());
      }
      const double last = !drop ? 0.49246600805995 : paper ? 0.49606824542737 : 0.496720084817245;
      CHECK(difference(seen, {0.4979975, 0.4971927600125, last}) <= 1e-14);
    }
  }
}

TEST_CASE("optimisers 74: schedules in closed form") {
  Tensor p = ones({1}).requires_grad_(true);
  SGD opt({p}, {.lr = 1});
  const auto run = [&](LRSchedule& schedule) {
    std::vector<double> rates;
    for (std::int64_t t = 0; t <= 6; ++t) {
      if (t > 0) schedule.step();
      CHECK(schedule.steps() == t);
      rates.push_back(opt.lr());
    }
    opt.set_lr(1);
    return rates;
  };
  StepLR step(opt, {.step_size = 2, .gamma = .1});
  CHECK(difference(run(step), {1, 1, .1, .1, .01, .01, .001}) <= 1e-12);
  MultiStepLR multi(opt, {.milestones = {2, 4}, .gamma = .1});
  CHECK(difference(run(multi), {1, 1, .1, .1, .01, .01, .01}) <= 1e-12);
  ExponentialLR exponential(opt, {.gamma = .9});
  CHECK(difference(run(exponential), {1, .9, .81, .729, .6561, .59049, .531441}) <= 1e-12);
  CosineLR cosine(opt, {.period = 5});
  CHECK(difference(run(cosine), {1, .9045084971874737, .6545084971874737, .3454915028125263, .09549150281252632, 0,
                                 .09549150281252632}) <= 1e-12);
  CosineLR floored(opt, {.period = 2, .min = 0.5});
  floored.set_steps(2);
  CHECK(opt.lr() == 0.5);
  CHECK(error_of<ArgumentError>([&] { StepLR(opt, {.step_size = 0}); }) == "StepLR: step_size 0 (must be >= 1)");
  CHECK(error_of<ArgumentError>([&] { ExponentialLR(opt, {.gamma = -1}); }) ==
        "ExponentialLR: gamma -1 (must be finite and >= 0)");
  CHECK(error_of<ArgumentError>([&] { floored.set_steps(-1); }) == "LRSchedule: steps -1 (must be >= 0)");
}

TEST_CASE("optimisers 76: a parameter without gradient is skipped, its state and step count too") {
  Tensor used = ones({2}, f64).requires_grad_(true);
  Tensor late = ones({2}, f64).requires_grad_(true);
  Tensor alone = ones({2}, f64).requires_grad_(true);
  Adam both({used, late}, {.lr = 0.1, .weight_decay = 0.1});
  Adam one({alone}, {.lr = 0.1, .weight_decay = 0.1});
  const Tensor g = tensor({1, -3}, f64);
  used.set_grad(g);
  both.step();
  both.step();
  CHECK(late.to_vector() == std::vector<double>{1, 1});
  CHECK(late.version() == 0);
  CHECK(state_dict(both).size() == 3);
  late.set_grad(g);
  both.step();
  alone.set_grad(g);
  one.step();
  CHECK(late.to_vector() == alone.to_vector());  // its first step is a first step
  late.requires_grad_(false);                    // frozen later: skipped as well
  const std::vector<double> before = late.to_vector();
  both.step();
  CHECK(late.to_vector() == before);
}

TEST_CASE("optimisers 77: a parameter shared by two modules is updated once") {
  Rng rng(1);
  Sequential net{{"a", Linear{rng, {.in = 2, .out = 2}}}, {"b", Linear{rng, {.in = 2, .out = 2}}}};
  net.at<Linear>("b").weight = net.at<Linear>("a").weight;
  SGD opt(net.parameters(), {.lr = 1});
  CHECK(opt.parameters().size() == 3);
  Tensor& w = net.at<Linear>("a").weight;
  const std::vector<double> before = w.to_vector();
  w.set_grad(ones({2, 2}));
  opt.step();
  CHECK(difference(w + 1, before) <= 1e-6);
}

TEST_CASE("optimisers 78: a gradient that is not finite is named, and nothing has changed") {
  for (double bad : {double(NAN), double(INFINITY), -double(INFINITY)}) {
    for (Dtype dtype : {Dtype::f32, f64}) {
      Tensor a = ones({2, 3}, dtype).requires_grad_(true);
      Tensor b = ones({1, 3, 2, 2}, dtype).requires_grad_(true);
      b.label("conv1.weight");
      SGD opt({a, b}, {.lr = 0.1, .momentum = 0.9});
      a.set_grad(ones({2, 3}, dtype));
      Tensor g = zeros({1, 3, 2, 2}, dtype);
      g = scatter_add(full({1}, bad, dtype), 0, Index({11}), 12);
      b.set_grad(reshape(g, {1, 3, 2, 2}));
      const std::string what = std::isnan(bad) ? "NaN" : bad > 0 ? "Inf" : "-Inf";
      CHECK(error_of<NumericError>([&] { opt.step(); }) == "SGD: gradient of 'conv1.weight' is " + what +
                                                               " at [0, 2, 1, 1] (must be finite); hint: nothing was "
                                                               "changed");
      CHECK(a.version() == 0);
      CHECK(state_dict(opt).empty());
      SGD unchecked({a, b}, {.lr = 0.1, .check_finite = false});
      unchecked.step();
      CHECK(a.at({0, 0}) == doctest::Approx(0.9));
    }
  }
  Tensor unnamed = ones({1}).requires_grad_(true);
  unnamed.set_grad(full({1}, NAN));
  AdamW opt({unnamed}, {});
  CHECK(error_of<NumericError>([&] { opt.step(); }).find("AdamW: gradient of parameter 0 is NaN at [0]") == 0);
}

TEST_CASE("optimisers: settings and parameters that cannot be are refused") {
  Tensor p = ones({2}).requires_grad_(true);
  const auto text = [&](const SGDOptions& o) { return error_of<ArgumentError>([&] { SGD({p}, o); }); };
  CHECK(text({.lr = -1}) == "SGD: lr -1 (must be finite and >= 0)");
  CHECK(text({.lr = NAN}) == "SGD: lr nan (must be finite and >= 0)");
  CHECK(text({.momentum = -0.5}) == "SGD: momentum -0.5 (must be finite and >= 0)");
  CHECK(text({.weight_decay = INFINITY}) == "SGD: weight_decay inf (must be finite and >= 0)");
  CHECK(text({.momentum = 0.9, .dampening = -1}) == "SGD: dampening -1 (must be finite and >= 0)");
  CHECK(text({.nesterov = true}) ==
        "SGD: nesterov requires momentum > 0 and dampening = 0 (got momentum 0, dampening 0)");
  CHECK(text({.momentum = 0.9, .dampening = 0.5, .lr_in_velocity = true}) ==
        "SGD: lr_in_velocity goes with neither dampening nor nesterov (got dampening 0.5, nesterov false)");
  CHECK(error_of<ArgumentError>([&] { Adam({p}, {.beta1 = 1}); }) == "Adam: beta1 1 (must be in [0, 1))");
  CHECK(error_of<ArgumentError>([&] { AdamW({p}, {.beta2 = NAN}); }) == "AdamW: beta2 nan (must be in [0, 1))");
  CHECK(error_of<ArgumentError>([&] { AdamW({p}, {.eps = -1}); }) == "AdamW: eps -1 (must be finite and >= 0)");
  CHECK(error_of<ArgumentError>([&] { SGD({}, {}); }) == "SGD: no parameters (at least one)");
  CHECK(error_of<ArgumentError>([&] { SGD({p, p * 2}, {}); }) == "SGD: parameter 1 is not a leaf (leaves only)");
  CHECK(error_of<ArgumentError>([&] {
          SGD({p, ones({1}), p}, {});
        }) == "SGD: parameter 2 is parameter 0 again (each once)");
  CHECK(error_of<ArgumentError>([&] { SGD({p, Tensor()}, {}); }) == "SGD: parameter 1 is undefined");
  SGD opt({p}, {});
  CHECK(error_of<ArgumentError>([&] { opt.set_lr(-1); }) == "SGD: lr -1 (must be finite and >= 0)");
}

TEST_CASE("optimisers 16: a step between forward and backward is caught, and named") {
  Tensor w = ones({1, 1}).requires_grad_(true);
  w.label("W1");
  SGD opt({w}, {.lr = 1});
  const Tensor x = ones({1, 1}).requires_grad_(true);
  const Tensor y = sum(matmul(x, w));
  w.set_grad(ones({1, 1}));
  opt.step();
  CHECK(error_of<GraphError>([&] { y.backward(); }) ==
        "backward: 'W1' was changed by SGD after matmul saved it, version 1 (saved at 0); hint: step after backward");
}

TEST_CASE("optimisers: observers see every update with the value before, zero_grad the gradient before") {
  struct Log : Observer {
    std::vector<std::string> rules;
    std::vector<double> before;
    void update(const UpdateEvent& e) override {
      rules.push_back(e.rule);
      before.push_back(e.before.to_vector()[0]);
      if (!e.settings.empty()) CHECK(std::string(e.settings[0].name) == "lr");
    }
  } log;
  Tensor w = full({2}, 5).requires_grad_(true);
  SGD sgd_rule({w}, {.lr = 1});
  Adam adam_rule({w}, {.lr = 1});
  w.set_grad(ones({2}));
  {
    const Observe watch(log);
    sgd_rule.step();
    adam_rule.step();
    sgd_rule.zero_grad();
  }
  CHECK(log.rules == std::vector<std::string>{"sgd", "adam", "zero_grad"});
  CHECK(log.before == std::vector<double>{5, 4, 1});
  CHECK(!w.has_grad());
}

TEST_CASE("optimisers: the same bits for any number of threads, in f32, on large tensors") {
  const int threads = num_threads();
  std::vector<std::vector<double>> results;
  for (int n : {1, 2}) {
    set_num_threads(n);
    Rng rng(3);
    Tensor w = randn({100003}, rng).requires_grad_(true);
    SGD a({w}, {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
    AdamW b({w}, {.lr = 0.1});
    for (int step = 0; step < 3; ++step) {
      w.set_grad(randn({100003}, rng));
      a.step();
      b.step();
    }
    results.push_back(w.to_vector());
  }
  set_num_threads(threads);
  CHECK(results[0] == results[1]);
}

namespace {

struct Run {
  Sequential net;
  std::unique_ptr<Optimizer> opt;
  Rng data{11};

  explicit Run(bool adam)
      : net([] {
          Rng rng(5);
          return Sequential{Linear{rng, {.in = 8, .out = 16}}, relu, Dropout{rng, {.p = 0.2}},
                            Linear{rng, {.in = 16, .out = 3}}};
        }()) {
    if (adam) {
      opt = std::make_unique<AdamW>(net.parameters(), AdamWOptions{.lr = 0.01});
    } else {
      opt = std::make_unique<SGD>(net.parameters(), SGDOptions{.lr = 0.05, .momentum = 0.9});
    }
  }
  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      opt->zero_grad();
      cross_entropy(net(randn({4, 8}, data)), {0, 1, 2, 1}).backward();
      opt->step();
    }
  }
  std::vector<double> weights() {
    std::vector<double> all;
    for (const auto& [name, value] : state_dict(net)) {
      const std::vector<double> v = value.to_vector();
      all.insert(all.end(), v.begin(), v.end());
    }
    return all;
  }
};

StateDict copy(const StateDict& state) {
  StateDict copies;
  for (const auto& [name, value] : state) copies.emplace_back(name, value.detach().clone());
  return copies;
}

}  // namespace

TEST_CASE("training 79: two runs, and a run that was saved and resumed, are bitwise equal") {
  for (bool adam : {false, true}) {
    CAPTURE(adam);
    Run first(adam);
    Run second(adam);
    first.train(10);
    second.train(5);
    const StateDict model = copy(state_dict(second.net));
    const StateDict optimizer = copy(state_dict(*second.opt));
    std::vector<Rng::State> generators = {second.data.state()};
    for (Rng* rng : second.net.generators()) generators.push_back(rng->state());
    second.train(5);
    CHECK(first.weights() == second.weights());

    Run resumed(adam);
    resumed.train(2);  // goes elsewhere first
    load_state_dict(resumed.net, model);
    load_state_dict(*resumed.opt, optimizer);
    resumed.data.set_state(generators[0]);
    resumed.net.generators()[0]->set_state(generators[1]);
    resumed.train(5);
    CHECK(first.weights() == resumed.weights());
  }
}

TEST_CASE("training 79: ten samples are learnt by heart") {
  Rng rng(2);
  Sequential net{Conv2d{rng, {.in = 1, .out = 4, .kernel = 3, .padding = 1}}, relu, MaxPool2d{}, Flatten{},
                 Linear{rng, {.in = 64, .out = 10}}};
  const Tensor x = randn({10, 1, 8, 8}, rng);
  const std::vector<std::int64_t> labels = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  SGD opt(net.parameters(), {.lr = 0.1, .momentum = 0.9});
  double loss = 0;
  for (int step = 0; step < 200; ++step) {
    opt.zero_grad();
    const Tensor l = cross_entropy(net(x), labels);
    l.backward();
    opt.step();
    loss = l.item();
  }
  CHECK(loss < 1e-3);
  CHECK(top_k_error(net(x), labels, 1) == 0);
}

TEST_CASE("load_state_dict of an optimiser: refuses what it does not know, follows the model to another dtype") {
  Rng rng(1);
  Linear fc{rng, {.in = 2, .out = 3}};
  SGD opt(fc.parameters(), {.lr = 0.1, .momentum = 0.9});
  CHECK(error_of<FormatError>([&] {
          load_state_dict(opt, {{"velocity.0", zeros({2, 2})}, {"mean.0", zeros({1})}});
        }) == "load_state_dict: 'velocity.0' is [2, 2] (optimiser has [3, 2]); extra 'mean.0'");
  CHECK(state_dict(opt).empty());
  sum(fc(ones({1, 2}))).backward();
  opt.step();
  CHECK(state_dict(opt).size() == 2);
  fc.to(Dtype::f64);
  sum(fc(ones({1, 2}, Dtype::f64))).backward();
  opt.step();
  CHECK(state_dict(opt)[0].second.dtype() == Dtype::f64);
  CHECK(difference(state_dict(opt)[0].second, {1.9, 1.9, 1.9, 1.9, 1.9, 1.9}) <= 1e-6);
}
