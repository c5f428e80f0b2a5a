// SPDX-License-Identifier: MIT
// Promises b to e: a refused call changes nothing, graphs may be deep, nodes are freed, tensors may be empty.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <functional>
#include <limits>

#include "tests/files/support.h"

using namespace yhat;

namespace {

struct Model {
  Rng rng{3};
  Sequential net{Conv2d{rng, {.in = 1, .out = 2, .kernel = 3}}, relu, Flatten{}, Linear{rng, {.in = 18, .out = 4}}};
  SGD optimiser{net.parameters(), {.lr = 0.1, .momentum = 0.9}};
  Tensor x = randn({2, 1, 5, 5}, rng);
  Tensor loss() { return cross_entropy(net(x), std::vector<std::int64_t>{1, 3}); }

  /// Parameters, their gradients, the optimiser's state, the generator: all that a call could change.
  StateDict everything() {
    StateDict all;
    for (const Tensor& p : net.parameters()) {
      all.emplace_back(p.label(), p.clone().detach());
      if (p.has_grad()) all.emplace_back(p.label() + ".grad", p.grad().clone().detach());
    }
    for (const auto& [name, value] : state_dict(optimiser)) all.emplace_back(name, value.clone().detach());
    return all;
  }
};

}  // namespace

TEST_CASE(
    "promise b: a wrong call throws a typed error and leaves parameters, gradients, graph and files as they were") {
  const yhat::test::TempFolder folder;
  Model m;
  m.loss().backward();
  m.optimiser.step();
  const Tensor pending = m.loss();  // a graph that must still be usable
  const std::string file = folder / "model.safetensors";
  save_safetensors(file, state_dict(m.net));
  const yhat::test::Bytes on_disk = yhat::test::read_file(file);
  yhat::test::write_file(folder / "broken", std::string("\x08\0\0\0\0\0\0\0{}      x", 17));

  const StateDict before = m.everything();
  const std::int64_t nodes = live_nodes();
  const Rng::State generator = m.rng.state();
  StateDict wrong_shapes = state_dict(m.net);
  wrong_shapes.back().second = zeros({3});
  const std::vector<std::function<void()>> calls = {
      [&] {
        m.net(zeros({2, 3, 5, 5}));
      },
      [&] { m.net(m.x.to(Dtype::f64)); },
      [&] {
        cross_entropy(m.net(m.x), std::vector<std::int64_t>{1, 4});
      },
      [&] { cross_entropy(m.net(m.x), std::vector<std::int64_t>{1}); },
      [&] { m.net(m.x).backward(); },
      [&] { pending.backward({.seed = ones({2})}); },
      [&] { grad(pending, {m.x}); },
      [&] { m.x.detach().backward(); },
      [&] { load_state_dict(m.net, wrong_shapes); },
      [&] { load_state_dict(m.net, {}); },
      [&] { load_state_dict(m.net, load_safetensors(folder / "broken")); },
      [&] { load_state_dict(m.net, load_safetensors(folder / "missing")); },
      [&] { save_safetensors(folder / "no/such/folder", state_dict(m.net)); },
      [&] {
        save_safetensors(file, {{"a", zeros({1})}, {"a", zeros({1})}});
      },
      [&] { SGD(m.net.parameters(), {.lr = -1}); },
      [&] {
        SGD({m.net.parameters()[0], m.net.parameters()[0]}, {.lr = 1});
      },
      [&] { dropout(m.x, 1.5, m.rng); },
      [&] { m.net.parameters()[0].clone().mutable_data<float>(); },
      [&] { zeros({-1}); },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CAPTURE(i);
    bool typed = false;
    try {
      calls[i]();
    } catch (const Error& e) {
      typed = std::string(e.what()).find('\n') == std::string::npos;
    }
    CHECK(typed);
    CHECK(yhat::test::same_bits(m.everything(), before));
    CHECK(live_nodes() == nodes);
    CHECK(m.rng.state() == generator);
    CHECK(yhat::test::read_file(file) == on_disk);
    CHECK(grad_enabled());
  }
  CHECK(folder.count() == 2);
  CHECK_NOTHROW(pending.backward());

  // A gradient that is not finite: the step is refused as a whole.
  Tensor first = m.net.parameters()[0];
  first.grad().mutable_data<float>()[1] = std::numeric_limits<float>::quiet_NaN();
  const StateDict poisoned = m.everything();
  CHECK_THROWS_AS(m.optimiser.step(), NumericError);
  CHECK(yhat::test::same_bits(m.everything(), poisoned));
}

TEST_CASE("promise d: live_nodes() returns to its old value when the last handle goes, whatever happened in between") {
  const std::int64_t before = live_nodes();
  {
    Model m;
    const Tensor kept = m.loss();
    CHECK(live_nodes() > before);
    m.loss().backward();
    m.loss().backward({.retain_graph = true});
    const Tensors second =
        grad(sum(grad(m.loss(), {m.net.parameters()[0]}, {.create_graph = true})[0]), {m.net.parameters()[0]});
    CHECK_THROWS_AS(m.net(zeros({1, 2, 5, 5})), ShapeError);
    const NoGrad off;
    const std::int64_t now = live_nodes();
    m.loss();
    CHECK(live_nodes() == now);
  }
  CHECK(live_nodes() == before);
}
