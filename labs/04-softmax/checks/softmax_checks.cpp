// SPDX-License-Identifier: MIT
// Checks of lab 4: softmax and log_softmax.
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

// Along an axis: f(values of one row) -> new values, for every row, by plain loops.
template <class F>
std::vector<double> by_rows(const Tensor& x, std::size_t axis, F f) {
  std::vector<double> values = x.to_vector();
  const auto n = static_cast<std::size_t>(x.shape()[axis]);
  std::size_t step = 1;
  for (std::size_t i = axis + 1; i < x.shape().size(); ++i) step *= static_cast<std::size_t>(x.shape()[i]);
  for (std::size_t start = 0; start < values.size(); ++start) {
    if (start / step % n != 0) continue;
    std::vector<double> row(n);
    for (std::size_t i = 0; i < n; ++i) row[i] = values[start + i * step];
    row = f(row);
    for (std::size_t i = 0; i < n; ++i) values[start + i * step] = row[i];
  }
  return values;
}

std::vector<double> softmax_row(const std::vector<double>& z) {
  double highest = -std::numeric_limits<double>::infinity(), total = 0;
  for (double v : z) highest = v > highest ? v : highest;
  std::vector<double> p;
  for (double v : z) p.push_back(std::exp(v - highest)), total += p.back();
  for (double& v : p) v /= total;
  return p;
}

std::vector<double> log_softmax_row(const std::vector<double>& z) {
  double highest = -std::numeric_limits<double>::infinity(), total = 0;
  for (double v : z) highest = v > highest ? v : highest;
  for (double v : z) total += std::exp(v - highest);
  std::vector<double> y;
  for (double v : z) y.push_back(v - highest - std::log(total));
  return y;
}

// dL/dx of one row if dL/dy is g.
struct RowGradient {
  std::vector<double> right, diagonal;
};
RowGradient softmax_gradient(const std::vector<double>& z, const std::vector<double>& g) {
  const std::vector<double> p = softmax_row(z);
  double dot = 0;
  for (std::size_t i = 0; i < p.size(); ++i) dot += g[i] * p[i];
  RowGradient d;
  for (std::size_t i = 0; i < p.size(); ++i) {
    d.right.push_back(p[i] * (g[i] - dot));
    d.diagonal.push_back(p[i] * (1 - p[i]) * g[i]);
  }
  return d;
}
RowGradient log_softmax_gradient(const std::vector<double>& z, const std::vector<double>& g) {
  const std::vector<double> p = softmax_row(z);
  double total = 0;
  for (double v : g) total += v;
  RowGradient d;
  for (std::size_t i = 0; i < p.size(); ++i) {
    d.right.push_back(g[i] - p[i] * total);
    d.diagonal.push_back((1 - p[i]) * g[i]);
  }
  return d;
}

// dL/dx of y = op(x) for dL/dy = g.
template <class Op>
Tensor gradient_for(Op op, const Tensor& x, const Tensor& g) {
  const Tensor leaf = x.clone().requires_grad_(true);
  const Tensor y = op(leaf);
  REQUIRE_MESSAGE(y.requires_grad(), "the result takes no part in the graph: return record(...)");
  return grad(y, {leaf}, {.seed = g})[0];
}

}  // namespace

TEST_CASE("4.1 softmax sums to one") {
  Rng rng = seeded(41);
  const Tensor x = uniform({2, 3, 4}, -3, 3, rng, Dtype::f64);
  for (std::int64_t axis : {2, 1, 0, -1, -3}) {
    const std::size_t a = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
    expect(fmt::format("softmax of a [2, 3, 4] tensor along axis {}", axis), softmax(x, axis), x.shape(),
           by_rows(x, a, softmax_row), {}, {{"softmax.axis", by_rows(x, 2, softmax_row)}});
  }
  for (std::int64_t rows : {1, 3}) {
    const Tensor y = softmax(uniform({rows, 5}, -3, 3, rng, Dtype::f64), 1);
    const std::vector<double> p = y.to_vector();
    for (std::size_t n = 0; n < static_cast<std::size_t>(rows); ++n) {
      double total = 0;
      for (std::size_t i = 0; i < 5; ++i) total += p[5 * n + i];
      CHECK_MESSAGE(near(total, 1, 1e-14, 0), "row " << n << " sums to " << total);
    }
  }
}

TEST_CASE("4.2 softmax of large logits") {
  const double inf = std::numeric_limits<double>::infinity();
  const auto row = [](std::initializer_list<double> z) {
    const Tensor x = from_values(z, {1, static_cast<std::int64_t>(z.size())}, Dtype::f64);
    const std::vector<double> p = softmax(x, 1).to_vector();
    for (double v : p) {
      if (std::isnan(v)) note("softmax.overflow");
    }
    return p;
  };
  expect("softmax([1, 2, 3])", row({1, 2, 3}), softmax_row({1, 2, 3}));
  expect("softmax([1001, 1002, 1003])", row({1001, 1002, 1003}), softmax_row({1, 2, 3}), {1e-12, 0});
  expect("softmax([1000, 1000, 1000])", row({1000, 1000, 1000}), {1. / 3, 1. / 3, 1. / 3});
  expect("softmax([-1000, -1000, -1000])", row({-1000, -1000, -1000}), {1. / 3, 1. / 3, 1. / 3});
  expect("softmax([1000, 0, -1000])", row({1000, 0, -1000}), {1, 0, 0}, exact);
  const std::vector<double> apart = softmax(tensor({{1000, 1001}, {0, 1}}, Dtype::f64), 1).to_vector();
  for (double v : apart) {
    if (std::isnan(v)) note("softmax.overflow");
  }
  const std::vector<double> p = softmax_row({0, 1});
  expect("softmax of the rows [1000, 1001] and [0, 1]", apart, {p[0], p[1], p[0], p[1]}, {1e-12, 0});
  expect("softmax([0, -inf, 0])", row({0, -inf, 0}), {0.5, 0, 0.5}, exact);
}

TEST_CASE("4.3 softmax gradient") {
  Rng rng = seeded(43);
  const auto along_rows = [](const Tensor& x) { return softmax(x, 1); };
  for (std::int64_t rows : {1, 3}) {
    const Tensor x = uniform({rows, 4}, -2, 2, rng, Dtype::f64);
    const Tensor g = uniform({rows, 4}, 0.5, 1.5, rng, Dtype::f64);
    std::vector<double> right, diagonal;
    for (std::int64_t n = 0; n < rows; ++n) {
      const RowGradient d = softmax_gradient(slice(x, 0, n, n + 1).to_vector(), slice(g, 0, n, n + 1).to_vector());
      right.insert(right.end(), d.right.begin(), d.right.end());
      diagonal.insert(diagonal.end(), d.diagonal.begin(), d.diagonal.end());
    }
    expect(fmt::format("gradient of softmax for x of shape {} and a random upstream gradient", x.shape()),
           gradient_for(along_rows, x, g), x.shape(), right, {1e-6, 1e-7},
           {{"softmax.diagonal", diagonal}, {"softmax.zero", std::vector<double>(right.size(), 0.0)}});
  }
  for (std::int64_t axis : {0, 1, -1}) {
    CHECK(gradient_of([axis](const Tensors& in) { return softmax(in[0], axis); },
                      {uniform({3, 2, 4}, -2, 2, rng, Dtype::f64).requires_grad_(true)}));
  }
  // The rows of J sum to 0.
  const Tensor x = uniform({3, 4}, -2, 2, rng, Dtype::f64);
  expect("gradient of sum(softmax(x))", gradient_for(along_rows, x, ones({3, 4}, Dtype::f64)), {3, 4},
         std::vector<double>(12, 0.0), {0, 1e-14});
}

TEST_CASE("4.4 log softmax") {
  Rng rng = seeded(44);
  const Tensor far = from_values({0, -800}, {1, 2}, Dtype::f64);
  expect("log_softmax([0, -800])", log_softmax(far, 1), {1, 2}, {0, -800}, exact,
         {{"log_softmax.log", {0, -std::numeric_limits<double>::infinity()}}});
  expect("log_softmax([1000, 1000])", log_softmax(from_values({1000, 1000}, {1, 2}, Dtype::f64), 1), {1, 2},
         {-std::log(2), -std::log(2)}, {1e-12, 0});
  const Tensor x = uniform({2, 3, 4}, -3, 3, rng, Dtype::f64);
  for (std::int64_t axis : {0, 1, 2, -1}) {
    const std::size_t a = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
    expect(fmt::format("log_softmax along axis {}", axis), log_softmax(x, axis), x.shape(),
           by_rows(x, a, log_softmax_row));
  }
  const Tensor z = uniform({1, 4}, -2, 2, rng, Dtype::f64);
  const Tensor g = uniform({1, 4}, 0.5, 1.5, rng, Dtype::f64);
  const RowGradient d = log_softmax_gradient(z.to_vector(), g.to_vector());
  expect("gradient of log_softmax", gradient_for([](const Tensor& t) { return log_softmax(t, 1); }, z, g), z.shape(),
         d.right, {1e-6, 1e-7}, {{"log_softmax.diagonal", d.diagonal}});
  for (std::int64_t axis : {0, 1, -1}) {
    CHECK(gradient_of([axis](const Tensors& in) { return log_softmax(in[0], axis); },
                      {uniform({3, 2, 4}, -2, 2, rng, Dtype::f64).requires_grad_(true)}));
  }
}
