// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>

#include "errors.h"

using namespace yhat;
using yhat::test::text_of;

namespace {
Tensor scalar(double v) { return tensor(v, Dtype::f64).requires_grad_(); }
double gradient(const Tensor& y, const Tensor& x) { return grad(y, {x}, {.retain_graph = true})[0].item(); }
}  // namespace

TEST_CASE("autograd 1, 2: a value used twice gets both contributions") {
  const Tensor a = scalar(1);
  const Tensor b = a + a;
  CHECK(gradient(b + b, a) == 4);
  const Tensor x = scalar(2);
  const Tensor y = 3 * x;
  CHECK(gradient(2 * y + 5 * y, x) == 21);
}

TEST_CASE("autograd 3-5: graphs with known derivatives") {
  const Tensor x = scalar(1);
  const Tensor a = tensor(1, Dtype::f64);
  CHECK(gradient(x * (x * a) + (x * x) * a + x * (x * a), x) == 6);
  const Tensor p = scalar(2);
  const Tensor q = scalar(3);
  const Tensor c = p + q;
  const Tensor d = p * q;
  const Tensor y = (c + d) + c * d;
  CHECK(gradient(y, p) == 25);
  CHECK(gradient(y, q) == 19);
  const Tensor z = scalar(5);
  CHECK(gradient(z * z + z + z, z) == 12);
}

TEST_CASE("autograd 6: sixty doublings visit each node once") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = y + y;
  CHECK(gradient(y, x) == std::ldexp(1.0, 60));
}

namespace {
struct CountVjps : Observer {
  void vjp(const VjpEvent&) override { ++count; }
  int count = 0;
};
}  // namespace

TEST_CASE("autograd: a ladder of 1,000 diamonds runs each vjp once") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < 1000; ++i) y = 0.5 * y + 0.5 * y;
  CountVjps counter;
  const Observe watching(counter);
  CHECK(grad(y, {x})[0].item() == 1);
  CHECK(counter.count == 4000);  // two products and the two inputs of a sum, for each rung
}

TEST_CASE("autograd: higher orders") {
  const Tensor x = scalar(2);
  const Tensor first = grad(x * x * x, {x}, {.create_graph = true})[0];
  const Tensor second = grad(first, {x}, {.create_graph = true})[0];
  const Tensor third = grad(second, {x})[0];
  CHECK(first.item() == 12);
  CHECK(second.item() == 12);
  CHECK(third.item() == 6);
  CHECK_FALSE(third.requires_grad());
}

TEST_CASE("autograd: a vjp that uses the op's output is differentiated through it") {
  const Tensor x = scalar(0.5);
  const Tensor first = grad(tanh(x), {x}, {.create_graph = true})[0];
  const double t = std::tanh(0.5);
  CHECK(first.item() == doctest::Approx(1 - t * t).epsilon(1e-14));
  CHECK(gradient(first, x) == doctest::Approx(-2 * t * (1 - t * t)).epsilon(1e-14));
}

TEST_CASE("autograd: a vjp that captured the op's output is refused") {
  const Tensor x = scalar(0.5);
  const auto wrong_tanh = [](const Tensor& in) {
    Tensor y = map(in, [](auto v) { return std::tanh(v); });
    return record("wrong_tanh", y, edge(in, [y](const Tensor& g) { return g * (1 - y * y); }));
  };
  CHECK(text_of<GraphError>([&] { wrong_tanh(x); }) ==
        "wrong_tanh: the vjp of input 0 captured the op's own output (that would cut higher-order gradients); hint: "
        "take it as second parameter, [](g, y)");
  CHECK(wrong_tanh(x.detach()).item() == std::tanh(0.5));  // nothing is recorded, so nothing is wrong
}

TEST_CASE("autograd: a custom op may return its input") {
  const Tensor x = scalar(3);
  const Tensor y = record("reversal", x, edge(x, [](const Tensor& g) { return -g; }));
  CHECK(y.item() == 3);
  CHECK(gradient(y, x) == -1);
  CHECK(x.is_leaf());
}

TEST_CASE("autograd 10: backward stores and adds up, zero_grad removes") {
  Tensor w = scalar(1);
  const Tensor loss = w * 3;
  loss.backward({.retain_graph = true});
  CHECK(w.grad().item() == 3);
  loss.backward();
  CHECK(w.grad().item() == 6);
  w.zero_grad();
  CHECK_FALSE(w.has_grad());
}

TEST_CASE("autograd 10: a graph is used once unless retained") {
  const Tensor w = scalar(2);
  const Tensor loss = w * w;
  loss.backward();
  CHECK(text_of<GraphError>([&] { loss.backward(); }) ==
        "backward: saved values of mul are gone (a graph is used once); hint: retain_graph");
  CHECK(w.grad().item() == 4);
}

TEST_CASE("autograd 11: two losses on one trunk") {
  const Tensor w = scalar(2);
  const Tensor trunk = w * w;
  (trunk * 3).backward({.retain_graph = true});
  (trunk * 5).backward();
  CHECK(w.grad().item() == 4 * 8);
}

TEST_CASE("autograd 17: refusals before anything runs") {
  const Tensor x = tensor({1, 2}).requires_grad_();
  CHECK(text_of<GraphError>([&] { (x * 2).backward(); }) ==
        "backward: result has shape [2] (scalar, or a seed); hint: pass a seed or call sum()");
  CHECK(text_of<ShapeError>([&] { (x * 2).backward({.seed = ones({3})}); }) ==
        "backward: seed [3] for a result of shape [2] (shapes must be equal)");
  CHECK(text_of<GraphError>([] { tensor(1).backward(); }) == "backward: tensor does not require grad (constant leaf)");
  CHECK(text_of<GraphError>([&] { sum(x).detach().backward(); }) ==
        "backward: tensor does not require grad (made by detach())");
  CHECK(text_of<GraphError>([&] {
          const NoGrad off;
          sum(x).backward();
        }) == "backward: tensor does not require grad (made under NoGrad)");
  CHECK(text_of<GraphError>([&] {
          grad(sum(x), {x, tensor(1.0).requires_grad_()});
        }) == "grad: input 1 is not used in the graph of y; hint: allow_unused");
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("autograd 18: unused inputs give undefined gradients if allowed") {
  const Tensor x = scalar(1);
  const Tensor unused = scalar(1);
  const Tensors g = grad(x * 2, {x, unused}, {.allow_unused = true});
  CHECK(g[0].item() == 2);
  CHECK_FALSE(g[1].defined());
  CHECK_FALSE(unused.has_grad());
}

TEST_CASE("autograd: gradients of intermediate results, and only what leads to them") {
  const Tensor w = scalar(2);
  const Tensor h = w * w;
  const Tensor y = h * h;
  CountVjps counter;
  const Observe watching(counter);
  CHECK(grad(y, {h})[0].item() == 8);
  CHECK(counter.count == 2);  // w * w was not asked for
}

TEST_CASE("autograd: what is above an intermediate result is used up, its own op is not") {
  const Tensor w = scalar(3);
  const Tensor h = w * w;
  const Tensor g = grad(h * 2.0, {h})[0];
  CHECK(g.item() == 2);
  h.backward({.seed = g});  // w * w was not passed
  CHECK(w.grad().item() == 12);
  CHECK(grad(h * 3.0, {h})[0].item() == 3);  // and though it is used up now, nothing of it is needed here
  CHECK_THROWS_AS(grad(h * 3.0, {w}), GraphError);
}

TEST_CASE("autograd 19: constants get nothing, and their vjps do not run") {
  const Tensor x = scalar(2);
  const Tensor k = tensor(3, Dtype::f64);
  CountVjps counter;
  const Observe watching(counter);
  (x * k).backward();
  CHECK(counter.count == 1);
  CHECK_FALSE(k.has_grad());
}

TEST_CASE("autograd 14: NoGrad nests and is restored by exceptions") {
  const Tensor x = scalar(1);
  {
    const NoGrad outer;
    {
      const NoGrad inner;
      CHECK_FALSE((x * 2).requires_grad());
    }
    CHECK_FALSE(grad_enabled());
  }
  CHECK(grad_enabled());
  try {
    const NoGrad off;
    throw 1;
  } catch (int) {
  }
  CHECK((x * 2).requires_grad());
}

TEST_CASE("autograd 16: a saved value that was changed is refused, naming op and tensor") {
  Tensor w = tensor({1, 2}).requires_grad_().label("W1");
  Tensor b = tensor({1, 2}).requires_grad_().label("b1");
  const Tensor x = tensor({3, 4}).requires_grad_();
  const Tensor loss = sum(w * x + b);
  b.mutable_data<float>()[0] = 7;  // addition has not saved it
  CHECK_NOTHROW(grad(loss, {x}, {.retain_graph = true}));
  w.mutable_data<float>("SGD")[0] = 7;
  CHECK(text_of<GraphError>([&] { loss.backward(); }) ==
        "backward: 'W1' was changed by SGD after mul saved it, version 1 (saved at 0); hint: step after backward");
  CHECK_FALSE(x.has_grad());
  CHECK_NOTHROW(grad(loss, {b}));  // does not need what was saved
}

TEST_CASE("autograd: values saved deep inside a closure are seen as well") {
  Tensor w = tensor({2.0}).requires_grad_().label("w");
  const Tensor x = tensor({3.0}).requires_grad_();
  const Tensors captured = {w};
  const Tensor y = record("scale", x * 2, edge(x, [captured](const Tensor& g) { return g * captured[0]; }));
  w.mutable_data<float>()[0] = 5;
  CHECK(text_of<GraphError>([&] { sum(y).backward(); }) ==
        "backward: 'w' was changed by mutable_data after scale saved it, version 1 (saved at 0); hint: step after "
        "backward");
}

TEST_CASE("autograd: the shape of a gradient is checked") {
  const Tensor x = zeros({3}).requires_grad_();
  const auto op = [&](const Shape& wrong) {
    return record("myop", zeros({2}), edge(x, [wrong](const Tensor&) { return zeros(wrong); }));
  };
  CHECK(text_of<GraphError>([&] {
          sum(op({4, 3})).backward();
        }) == "myop: gradient of input 0 has shape [4, 3] (input has [3], output has [2])");
  const Tensor y = record("myop", zeros({}), edge(x, [](const Tensor&) { return zeros({3}, Dtype::f64); }));
  CHECK(text_of<GraphError>([&] { y.backward(); }) == "myop: gradient of input 0 is f64 (input is f32)");
  const Tensor z = record("myop", zeros({}), edge(x, [](const Tensor&) { return Tensor(); }));
  CHECK(text_of<GraphError>([&] { z.backward(); }) == "myop: gradient of input 0 is undefined");
}

TEST_CASE("autograd 25: gradients do not share their arrays") {
  const Tensor a = tensor({1, 2}).requires_grad_();
  const Tensor b = tensor({1, 2}).requires_grad_();
  const Tensor seed = tensor({1, 1});
  (a + b).backward({.seed = seed});
  CHECK_FALSE(a.grad().shares_storage_with(b.grad()));
  a.grad().mutable_data<float>()[0] = 5;
  CHECK(b.grad().to_vector() == std::vector<double>{1, 1});
  CHECK(seed.to_vector() == std::vector<double>{1, 1});
}

TEST_CASE("autograd 25: a seed that requires a gradient is not stored as one") {
  const Tensor a = tensor({1, 2}).requires_grad_();
  const Tensor b = tensor({1, 2}).requires_grad_();
  const Tensor seed = ones({2}).requires_grad_();
  (a + b).backward({.seed = seed});
  CHECK_FALSE(a.grad().requires_grad());
  a.grad().mutable_data<float>()[0] = 5;
  CHECK(b.grad().to_vector() == std::vector<double>{1, 1});
  CHECK(seed.to_vector() == std::vector<double>{1, 1});
  const Tensor connected = grad(a * 2.0, {a}, {.create_graph = true, .seed = seed})[0];
  CHECK(grad(sum(connected), {seed})[0].to_vector() == std::vector<double>{2, 2});
}

TEST_CASE("autograd: nested gradients over the same nodes") {
  const Tensor w = scalar(3);
  const Tensor h = w * w;
  // y = h^2, its gradient found by differentiating a second graph over h while the first is being walked.
  const Tensor y = record("square", tensor(81.0, Dtype::f64), edge(h, [h](const Tensor& g) {
                            const GradMode on(true);
                            return g * grad(h * h, {h}, {.retain_graph = true})[0];
                          }));
  CHECK(grad(y + h, {w})[0].item() == (18 + 1) * 6);
}

TEST_CASE("autograd: create_graph leaves a stored gradient that can be differentiated") {
  Tensor w = scalar(3);
  (w * w * w).backward({.create_graph = true});
  CHECK(w.grad().item() == 27);
  CHECK(gradient(w.grad(), w) == 18);
  w.zero_grad();  // the stored gradient and w refer to each other
}

TEST_CASE("autograd 9: one tensor used 100,000 times") {
  const Tensor x = scalar(1);
  Tensors uses(100000, x);
  const Tensor y = concat([&] {
    Tensors rows;
    for (const Tensor& u : uses) rows.push_back(reshape(u, {1}));
    return rows;
  }());
  CHECK(gradient(sum(y), x) == 100000);
}

TEST_CASE("autograd 13: live nodes return when the last handle goes") {
  const std::int64_t before = live_nodes();
  {
    const Tensor x = scalar(1);
    Tensor y = x;
    for (int i = 0; i < 10; ++i) y = tanh(y);
    CHECK(live_nodes() == before + 10);
  }
  CHECK(live_nodes() == before);
}
