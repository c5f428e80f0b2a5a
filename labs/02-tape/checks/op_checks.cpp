// SPDX-License-Identifier: MIT
// Checks of lab 2: the gradients of single ops, and what they hold on to.
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <cmath>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

// Exceptions of exp, above all the engine's refusal of a vjp that holds its own output.
Tensor watched_exp(const Tensor& x) {
  try {
    return exp(x);
  } catch (const GraphError& error) {
    if (contains(error.what(), "own output")) note("exp.cycle");
    throw;
  }
}

}  // namespace

TEST_CASE("2.1 gradients of mul exp and log") {
  Rng rng = seeded(21);
  const Tensor a = distinct({2, 3}, rng, 0.1), b = distinct({2, 3}, rng, 0.1);
  const Tensor g = uniform({2, 3}, 0.5, 1.5, rng, Dtype::f64);
  show("a", a);
  show("b", b);
  show("g", g);
  const std::vector<double> as = a.to_vector(), bs = b.to_vector(), gs = g.to_vector();
  std::vector<double> product, da, same_factor, db;
  for (std::size_t i = 0; i < 6; ++i) {
    product.push_back(as[i] * bs[i]);
    da.push_back(gs[i] * bs[i]);
    db.push_back(gs[i] * as[i]);
  }
  expect("a * b", a * b, {2, 3}, product, {1e-15, 0});
  const Tensor u = a.clone().requires_grad_(true), v = b.clone().requires_grad_(true);
  const Tensors d = grad(u * v, {u, v}, {.seed = g});
  expect("d(ab)/da", d[0], {2, 3}, da, {}, {{"mul.factor", db}});
  expect("d(ab)/db", d[1], {2, 3}, db, {}, {{"mul.factor", da}});
  CHECK(gradient_of([](const Tensors& in) { return in[0] * in[1]; }, {a, distinct({3}, rng, 0.1)}));
  for (std::int64_t n : {1, 3}) {
    CHECK(gradient_of([](const Tensors& in) { return watched_exp(in[0]); }, {distinct({n, 2}, rng)}));
    const Outcome log_slope =
        gradient_of([](const Tensors& in) { return log(in[0]); }, {uniform({n, 2}, 0.5, 2, rng, Dtype::f64)});
    if (!log_slope) note("log.slope");
    CHECK(log_slope);
  }
  expect("exp([0, 1, -2])", exp(tensor({0, 1, -2}, Dtype::f64)), {3}, {1, std::exp(1.0), std::exp(-2.0)}, {1e-15, 0});
  expect("log([1, 2, 0.5])", log(tensor({1, 2, 0.5}, Dtype::f64)), {3}, {0, std::log(2.0), std::log(0.5)}, {1e-15, 0});
}

TEST_CASE("2.2 gradient of matmul") {
  Rng rng = seeded(22);
  const Tensor a = integers({2, 3}, rng).requires_grad_(true), b = integers({3, 4}, rng).requires_grad_(true);
  const Tensor g = integers({2, 4}, rng);
  show("A", a);
  show("B", b);
  show("g", g);
  const std::vector<double> as = a.to_vector(), bs = b.to_vector(), gs = g.to_vector();
  std::vector<double> y(8), da(6), db(12);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t k = 0; k < 3; ++k) {
        y[i * 4 + j] += as[i * 3 + k] * bs[k * 4 + j];
        da[i * 3 + k] += gs[i * 4 + j] * bs[k * 4 + j];
        db[k * 4 + j] += as[i * 3 + k] * gs[i * 4 + j];
      }
    }
  }
  const Tensor product = matmul(a, b);
  expect("A B", product, {2, 4}, y, exact);
  Tensors d;
  try {
    d = grad(product, {a, b}, {.seed = g});
  } catch (const ShapeError&) {
    note("matmul.transpose");
    throw;
  }
  expect("dA", d[0], {2, 3}, da, exact);
  expect("dB", d[1], {3, 4}, db, exact);
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      show("transpose_a, transpose_b", fmt::format("{}, {}", ta, tb));
      const Tensor left = distinct(ta ? Shape{3, 2} : Shape{2, 3}, rng),
                   right = distinct(tb ? Shape{4, 3} : Shape{3, 4}, rng);
      CHECK(gradient_of([&](const Tensors& in) { return matmul(in[0], in[1], ta, tb); }, {left, right}));
    }
  }
}
