// SPDX-License-Identifier: MIT
// Values and gradients where functions end, tie or overflow: exact, since differences cannot look there.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>
#include <functional>
#include <limits>

#include "../core/errors.h"
#include "core/buffer.h"

using namespace yhat;
using yhat::test::text_of;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double NaN = std::numeric_limits<double>::quiet_NaN();
using List = std::vector<double>;
using F = std::function<Tensor(const Tensor&)>;

// Equal, or both NaN; 0 and -0 differ only where a test says so itself.
bool same(const List& a, const List& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))) return false;
  }
  return true;
}

struct NewArraysAreNaN {
  NewArraysAreNaN() { fill_new_buffers_with_nan(true); }
  ~NewArraysAreNaN() { fill_new_buffers_with_nan(false); }
  NewArraysAreNaN(const NewArraysAreNaN&) = delete;
  NewArraysAreNaN& operator=(const NewArraysAreNaN&) = delete;
};

Tensor row(const List& values, Dtype dtype) {
  return from_values(values, {static_cast<std::int64_t>(values.size())}, dtype).requires_grad_();
}

// Values of f at x, and its gradient for an incoming gradient of `seed` everywhere, in both dtypes.
void check(const F& f, const List& x, const List& y, const List& dx, double seed = 1) {
  for (Dtype dtype : {Dtype::f64, Dtype::f32}) {
    const Tensor in = row(x, dtype);
    const Tensor out = f(in);
    const Tensor g = grad(out, {in}, {.seed = full(out.shape(), seed, dtype)})[0];
    CAPTURE(to_string(in));
    CAPTURE(to_string(out));
    CAPTURE(to_string(g));
    CHECK(same(out.to_vector(), y));
    CHECK(same(g.to_vector(), dx));
  }
}

}  // namespace

TEST_CASE("edges 32: relu, leaky_relu, abs and clamp at their kinks and at NaN") {
  check(relu, {0, -0.0, -1, 2, NaN, inf, -inf}, {0, 0, 0, 2, NaN, inf, 0}, {0, 0, 0, 3, 3, 3, 0}, 3);
  CHECK(!std::signbit(relu(tensor({-0.0}, Dtype::f64)).at({0})));
  check([](const Tensor& x) { return leaky_relu(x, 0.25); }, {0, -4, 4, NaN}, {0, -1, 4, NaN}, {0.5, 0.5, 2, 0.5}, 2);
  check([](const Tensor& x) { return abs(x); }, {0, -0.0, -2, 2, NaN}, {0, 0, 2, 2, NaN}, {0, 0, -1, 1, NaN});
  check([](const Tensor& x) { return clamp(x, -1, 2); }, {-1, 2, -1.5, 2.5, 0, NaN, inf, -inf},
        {-1, 2, -1, 2, 0, NaN, 2, -1}, {5, 5, 0, 0, 5, 0, 0, 0}, 5);
  CHECK(same(sign(row({0, -3, 4, NaN}, Dtype::f64)).to_vector(), {0, -1, 1, NaN}));
}

TEST_CASE("edges 32: sqrt, log, log1p and powers where they end") {
  check([](const Tensor& x) { return sqrt(x); }, {0, 4, -1}, {0, 2, NaN}, {inf, 0.25, NaN});
  check([](const Tensor& x) { return log(x); }, {0, 1, -1, -2}, {-inf, 0, NaN, NaN}, {inf, 2, -2, -1}, 2);
  check([](const Tensor& x) { return log1p(x); }, {-1, 0}, {-inf, 0}, {inf, 1});
  check([](const Tensor& x) { return pow(x, 0); }, {0, 2, -3, inf, NaN}, {1, 1, 1, 1, 1}, {0, 0, 0, 0, 0});
  check([](const Tensor& x) { return pow(x, 0.5); }, {0, 4}, {0, 2}, {inf, 0.25});
  check([](const Tensor& x) { return pow(x, 2); }, {0, -3}, {0, 9}, {0, -6});
  check([](const Tensor& x) { return pow(x, 1); }, {0, -3}, {0, -3}, {1, 1});
  check([](const Tensor& x) { return pow(x, -1); }, {0, 2}, {inf, 0.5}, {-inf, -0.25});
}

TEST_CASE("edges 32: the gradient of an exponent") {
  const auto by_exponent = [](double base) {
    return [base](const Tensor& y) { return pow(full(y.shape(), base, y.dtype()), y); };
  };
  check(by_exponent(0), {0, 1, 2.5, -1}, {1, 0, 0, inf}, {0, 0, 0, -inf});
  check(by_exponent(-2), {2, 3}, {4, -8}, {NaN, NaN});
  check(by_exponent(1), {0, 5}, {1, 1}, {0, 0});
  // A constant exponent: no logarithm of the base is taken, so that none leaks a NaN.
  const Tensor x = row({0, -2}, Dtype::f64);
  const Tensor g = grad(sum(pow(x, tensor({2, 2}, Dtype::f64))), {x})[0];
  CHECK(same(g.to_vector(), {0, -4}));
  // The gradient of the base of x^0 as two tensors.
  const Tensor h = grad(sum(pow(x, tensor({0, 0}, Dtype::f64))), {x})[0];
  CHECK(same(h.to_vector(), {0, 0}));
}

TEST_CASE("edges 32: powers with tensor exponents have derivatives of any order at 0") {
  for (const double exponent : {0.0, 1.0, 2.0}) {
    CAPTURE(exponent);
    const Tensor a = tensor({0}, Dtype::f64).requires_grad_();
    const Tensor b = tensor({exponent}, Dtype::f64);
    Tensor y = pow(a, b);
    List derivatives;
    for (int order = 1; order <= 4; ++order) {
      y = grad(sum(y), {a}, {.create_graph = true})[0];
      derivatives.push_back(y.item());
    }
    CHECK(derivatives == (exponent == 0 ? List{0, 0, 0, 0} : exponent == 1 ? List{1, 0, 0, 0} : List{0, 2, 0, 0}));
  }
}

TEST_CASE("edges 32: a condition in double precision is not rounded to 0") {
  CHECK(where(tensor({1e-50}, Dtype::f64), ones({1}), zeros({1})).item() == 1);
}

TEST_CASE("edges 32, 33: ties and NaNs share the gradient of a maximum") {
  check([](const Tensor& x) { return max(x); }, {3, 1, 3, 3}, {3}, {1, 0, 1, 1}, 3);
  check([](const Tensor& x) { return max(x); }, {NaN, 1, NaN}, {NaN}, {2, 0, 2}, 4);
  check([](const Tensor& x) { return max(x); }, {-inf, -inf}, {-inf}, {1, 1}, 2);
  check([](const Tensor& x) { return maximum(x, x); }, {1, -2}, {1, -2}, {1, 1});
  for (bool largest : {true, false}) {
    const Tensor a = row({1, 2, 5, NaN, 3, NaN}, Dtype::f64);
    const Tensor b = row({1, 7, 2, 3, NaN, NaN}, Dtype::f64);
    const Tensor y = largest ? maximum(a, b) : minimum(a, b);
    CHECK(same(y.to_vector(), largest ? List{1, 7, 5, NaN, NaN, NaN} : List{1, 2, 2, NaN, NaN, NaN}));
    const Tensors g = grad(y, {a, b}, {.seed = full({6}, 2, Dtype::f64)});
    CHECK(same(g[0].to_vector(), largest ? List{1, 0, 2, 2, 2, 2} : List{1, 2, 0, 2, 2, 2}));
    CHECK(same(g[1].to_vector(), largest ? List{1, 2, 0, 2, 2, 2} : List{1, 0, 2, 2, 2, 2}));
  }
  CHECK(argmax(tensor({1, 3, 3}, Dtype::f64)) == 1);
  CHECK(argmax(row({1, NaN, 5, NaN}, Dtype::f64)) == 1);
  CHECK(argmax(tensor({{1, 2}, {4, 4}}), 1) == std::vector<std::int64_t>{1, 0});
}

TEST_CASE("edges 32: reductions of nothing") {
  const Tensor x = zeros({2, 0}, Dtype::f64).requires_grad_();
  CHECK(sum(x).item() == 0);
  CHECK(same(sum(x, 1).to_vector(), {0, 0}));
  CHECK(std::isnan(mean(x).item()));
  CHECK(same(mean(x, 1).to_vector(), {NaN, NaN}));
  CHECK(same(logsumexp(x, 1).to_vector(), {-inf, -inf}));
  CHECK(grad(sum(x), {x})[0].shape() == Shape{2, 0});
  CHECK(text_of<ArgumentError>([&] { (void)max(x); }) == "max: [2, 0] is empty (at least one element per result)");
  CHECK(text_of<ArgumentError>([&] { (void)argmax(x); }) ==
        "argmax: [2, 0] is empty (at least one element per result)");
  CHECK(max(x, 0).shape() == Shape{0});
}

TEST_CASE("edges 32, 37: saturated sigmoid, tanh and softplus") {
  check(sigmoid, {1000, -1000, inf, -inf, 0}, {1, 0, 1, 0, 0.5}, {0, 0, 0, 0, 0.25});
  check([](const Tensor& x) { return tanh(x); }, {1000, -1000, inf, -inf, 0}, {1, -1, 1, -1, 0}, {0, 0, 0, 0, 1});
  check(softplus, {-1000, 1000, inf}, {0, 1000, inf}, {0, 1, 1});
}

TEST_CASE("edges 32, 39: softmax of large, equal and masked values") {
  const F soft = [](const Tensor& x) { return softmax(x, 0); };
  check(soft, {1000, 1000, -1000}, {0.5, 0.5, 0}, {0, 0, 0});
  check(soft, {-1e30, -1e30, -1e30, -1e30}, {0.25, 0.25, 0.25, 0.25}, {0, 0, 0, 0});
  check(soft, {0, -inf, 0}, {0.5, 0, 0.5}, {0, 0, 0});
  check(soft, {5}, {1}, {0});
  check([](const Tensor& x) { return log_softmax(x, 0); }, {1000, 0}, {0, -1000}, {-1, 1});
  const Tensor masked = row({0, -inf, 0}, Dtype::f64);
  const Tensor g = grad(softmax(masked, 0), {masked}, {.seed = tensor({1, 7, -1}, Dtype::f64)})[0];
  CHECK(same(g.to_vector(), {0.5, 0, -0.5}));
  for (double bad : {-inf, inf, NaN}) {  // a row that has no softmax does not touch its neighbours
    const Tensor x = from_values({bad, bad == -inf ? -inf : 1, 0, 0}, {2, 2}, Dtype::f64);
    const List y = softmax(x, 1).to_vector();
    CHECK((std::isnan(y[0]) && std::isnan(y[1])));
    CHECK((y[2] == 0.5 && y[3] == 0.5));
  }
}

TEST_CASE("edges: binary cross-entropy of certain predictions is bounded, and so are its gradients") {
  const List certain{0, 1, 0, 1};
  const Tensor p = row(certain, Dtype::f64);
  const Tensor t = row({0, 1, 1, 0.25}, Dtype::f64);
  const Tensor loss = binary_cross_entropy(p, t, {Reduction::none});
  CHECK(same(loss.to_vector(), {0, 0, 100, 75}));
  const Tensors g = grad(loss, {p, t}, {.seed = full({4}, 2, Dtype::f64)});
  CHECK(same(g[0].to_vector(), {0, 0, -2 / 1e-12, 2 * (0.75 / 1e-12)}));
  CHECK(same(g[1].to_vector(), {200, -200, 200, -200}));
}

TEST_CASE("edges: an ignored row of cross-entropy has gradient 0, whatever stands in it") {
  const Tensor z = tensor({{0, 0}, {NaN, 1}, {inf, -inf}}, Dtype::f64).requires_grad_();
  const Tensor loss = cross_entropy(z, {1, -1, -1}, {.ignore_index = -1});
  CHECK(same(grad(loss, {z})[0].to_vector(), {0.5, -0.5, 0, 0, 0, 0}));
}

TEST_CASE("edges: gradients of a large tensor add up the same on two threads") {
  const int before = num_threads();
  set_num_threads(2);
  const Tensor x = zeros({300001}, Dtype::f64).requires_grad_();
  const Tensor y = 2 * x;
  const Tensor g = grad(sum(concat({y, y, y, y})), {x})[0];
  set_num_threads(before);
  CHECK(g.to_vector() == List(300001, 8));
}

TEST_CASE("edges 32: logsumexp of infinities") {
  const F lse = [](const Tensor& x) { return logsumexp(x); };
  check(lse, {-inf, -inf}, {-inf}, {NaN, NaN});
  check(lse, {inf, 0}, {inf}, {NaN, 0});
  check(lse, {1000, 1000 - 2000}, {1000}, {1, 0});
  check(lse, {-inf, 3}, {3}, {0, 1});
}

TEST_CASE("edges 32: an infinite derivative in a branch not taken is still NaN") {
  check([](const Tensor& x) { return where(x > 0, sqrt(x), x); }, {-4, 4}, {-4, 2}, {NaN, 0.25});
  check([](const Tensor& x) { return sqrt(sum(x * x)); }, {0, 0}, {0}, {NaN, NaN});
  // The way out: a safe argument inside.
  check([](const Tensor& x) { return where(x > 0, sqrt(where(x > 0, x, ones_like(x))), x); }, {-4, 4}, {-4, 2},
        {1, 0.25});
}

TEST_CASE("edges 32, 64, 66: max pooling with ties, overlaps, NaN and nothing but -inf") {
  const auto image = [](const List& v, Dtype dtype) {
    return from_values(v, {1, 1, 3, static_cast<std::int64_t>(v.size()) / 3}, dtype).requires_grad_();
  };
  const auto gradient = [](const Tensor& y, const Tensor& x) {
    return grad(y, {x}, {.seed = ones_like(y)})[0].to_vector();
  };
  for (Dtype dtype : {Dtype::f64, Dtype::f32}) {
    const MaxPool2dSpec sliding{.kernel = 2, .stride = 1};
    const Tensor peak = image({0, 0, 0, 0, 9, 0, 0, 0, 0}, dtype);
    CHECK(same(gradient(max_pool2d(peak, sliding), peak), {0, 0, 0, 0, 4, 0, 0, 0, 0}));
    const Tensor flat = image({1, 1, 1, 1, 1, 1, 1, 1, 1}, dtype);
    CHECK(same(gradient(max_pool2d(flat, sliding), flat), {1, 1, 0, 1, 1, 0, 0, 0, 0}));
    const Tensor bad = image({NaN, NaN, 5, 0, 0, 0, 1, 2, 3}, dtype);
    const Tensor y = max_pool2d(bad, sliding);
    CHECK(same(y.to_vector(), {NaN, NaN, 2, 3}));
    CHECK(same(gradient(y, bad), {1, 1, 0, 0, 0, 0, 0, 1, 1}));
    const Tensor least = image(List(9, -inf), dtype);
    const Tensor padded = max_pool2d(least, {.kernel = 3, .stride = 2, .padding = 1});
    CHECK(same(padded.to_vector(), {-inf, -inf, -inf, -inf}));
    CHECK(same(gradient(padded, least), {1, 1, 0, 1, 1, 0, 0, 0, 0}));
    const Tensor negative = image({-1, -2, -3, -4, -5, -6, -7, -8, -9}, dtype);
    CHECK(same(max_pool2d(negative, {.kernel = 3, .stride = 2, .padding = 1}).to_vector(), {-1, -2, -4, -5}));
  }
}

TEST_CASE("edges 32, 71: dropout of nothing and of everything draws no random number") {
  for (double p : {0.0, 1.0}) {
    Rng rng(5);
    const Rng::State before = rng.state();
    const Tensor x = row({1, NaN, inf}, Dtype::f64);
    const Tensor y = dropout(x, p, rng);
    CHECK(rng.state() == before);
    CHECK(same(y.to_vector(), p == 0 ? x.to_vector() : List{0, 0, 0}));
    const Tensor g = grad(y, {x}, {.seed = tensor({2, 2, 2}, Dtype::f64)})[0];
    CHECK(same(g.to_vector(), p == 0 ? List{2, 2, 2} : List{0, 0, 0}));
  }
}

TEST_CASE("edges 71: dropout uses its mask again, also where the input is 0") {
  Rng rng(5);
  const Tensor x = zeros({200}, Dtype::f64).requires_grad_();
  const Tensor y = dropout(x, 0.25, rng);
  double kept = 0;
  for (double g : grad(y, {x}, {.seed = ones({200}, Dtype::f64)})[0].to_vector()) {
    CHECK((g == 0 || g == 1 / 0.75));
    kept += g != 0;
  }
  CHECK(kept > 120);
  CHECK(kept < 180);
}

TEST_CASE("edges 32, 70: response normalisation by 0 of 0 is NaN") {
  const Tensor x = zeros({1, 2}, Dtype::f64);
  const List y = local_response_norm(x, {.size = 1, .alpha = 1, .beta = 0.5, .k = 0}).to_vector();
  CHECK(same(y, {NaN, NaN}));
}

TEST_CASE("promise e, edges 29: empty batches go through every layer's op") {
  const NewArraysAreNaN unwritten_is_seen;
  const Tensor w = ones({3, 2, 2, 2}, Dtype::f64).requires_grad_();
  const Tensor x = zeros({0, 2, 4, 5}, Dtype::f64).requires_grad_();
  const auto gradients_are_zero = [](const Tensor& y, const Tensors& of) {
    for (const Tensor& g : grad(y, of, {.seed = zeros_like(y)})) {
      for (double v : g.to_vector()) CHECK(v == 0);
    }
  };
  const Tensor y = conv2d(x, w);
  CHECK(y.shape() == Shape{0, 3, 3, 4});
  gradients_are_zero(y, {x, w});
  gradients_are_zero(max_pool2d(x, {}), {x});
  gradients_are_zero(avg_pool2d(x, {}), {x});
  gradients_are_zero(relu(x), {x});
  gradients_are_zero(local_response_norm(x), {x});
  gradients_are_zero(softmax(flatten(x, 1), 1), {x});
  const Tensor v = ones({3, 40}, Dtype::f64).requires_grad_();
  const Tensor b = ones({3}, Dtype::f64).requires_grad_();
  gradients_are_zero(linear(flatten(x, 1), v, b), {x, v, b});
  const Tensor left = zeros({2, 0}, Dtype::f64).requires_grad_();
  const Tensor right = zeros({0, 3}, Dtype::f64).requires_grad_();
  CHECK(same(matmul(left, right).to_vector(), List(6, 0)));
  gradients_are_zero(matmul(left, right), {left, right});
}
