// SPDX-License-Identifier: MIT
// Checks of lab 4: cross-entropy with labels.
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

// p and y of each row, and the mean loss, by plain loops.
struct Rows {
  std::vector<double> p, y;
  double loss = 0;
};
Rows rows_of(const Tensor& logits, const std::vector<std::int64_t>& labels) {
  const std::vector<double> z = logits.to_vector();
  const std::size_t n = labels.size(), classes = z.size() / n;
  Rows r;
  for (std::size_t row = 0; row < n; ++row) {
    double total = 0;
    for (std::size_t c = 0; c < classes; ++c) total += std::exp(z[row * classes + c]);
    for (std::size_t c = 0; c < classes; ++c) {
      r.p.push_back(std::exp(z[row * classes + c]) / total);
      r.y.push_back(static_cast<std::int64_t>(c) == labels[row] ? 1 : 0);
      r.loss -= r.y.back() * std::log(r.p.back()) / static_cast<double>(n);
    }
  }
  return r;
}

std::vector<double> combine(const Rows& r, double of_p, double of_y) {
  std::vector<double> d;
  for (std::size_t i = 0; i < r.p.size(); ++i) d.push_back(of_p * r.p[i] + of_y * r.y[i]);
  return d;
}

Tensor gradient(const Tensor& logits, const std::vector<std::int64_t>& labels, double upstream) {
  const Tensor leaf = logits.clone().requires_grad_(true);
  const Tensor loss = cross_entropy(leaf, labels);
  REQUIRE_MESSAGE(loss.requires_grad(), "the loss takes no part in the graph: return record(...)");
  REQUIRE_MESSAGE(loss.size() == 1, "the loss is a scalar, yours has shape " << fmt::format("{}", loss.shape()));
  return grad(loss, {leaf}, {.seed = full(loss.shape(), upstream, Dtype::f64)})[0];
}

}  // namespace

TEST_CASE("4.5 cross-entropy and yhat - y") {
  Rng rng = seeded(45);
  const Tensor z = from_values({1, 2, 3}, {1, 3}, Dtype::f64);
  expect("cross_entropy([1, 2, 3], class 2)", cross_entropy(z, {2}), {}, {0.4076059644443804});
  expect("cross_entropy([1, 2, 3], class 0)", cross_entropy(z, {0}), {}, {2.4076059644443804});
  expect("dL/dz at [1, 2, 3], class 2", gradient(z, {2}, 1), {1, 3},
         {0.09003057317038046, 0.24472847105479764, -0.3347590442251781}, {},
         {{"ce.sign", {-0.09003057317038046, -0.24472847105479764, 0.3347590442251781}},
          {"ce.label", {0.09003057317038046, 0.24472847105479764, 0.6652409557748219}}});
  const Tensor logits = uniform({3, 4}, -2, 2, rng, Dtype::f64);
  const std::vector<std::int64_t> labels{3, 0, 2};
  const Rows r = rows_of(logits, labels);
  const double u = 0.37;
  expect("loss of a batch of 3", cross_entropy(logits, labels), {}, {r.loss}, {}, {{"ce.mean", {3 * r.loss}}});
  expect("dL/dz of a batch of 3, incoming gradient 0.37", gradient(logits, labels, u), {3, 4},
         combine(r, u / 3, -u / 3), {},
         {{"ce.upstream", combine(r, 1. / 3, -1. / 3)},
          {"ce.mean", combine(r, u, -u)},
          {"ce.label", combine(r, u / 3, 0)},
          {"ce.sign", combine(r, -u / 3, u / 3)}});
  CHECK(gradient_of([&](const Tensors& in) { return cross_entropy(in[0], labels); },
                    {logits.clone().requires_grad_(true)}));
}

TEST_CASE("4.6 the unfused composition") {
  Rng rng = seeded(46);
  for (std::int64_t n : {1, 3}) {
    const Tensor z = uniform({n, 5}, -2, 2, rng, Dtype::f64).requires_grad_(true);
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < n; ++i) labels.push_back(rng.below(5));
    const Tensor e = exp(z);
    const Tensor unfused = -sum(one_hot(labels, 5, Dtype::f64) * log(e / sum(e, 1, true))) / static_cast<double>(n);
    const Tensor fused = cross_entropy(z, labels);
    expect(fmt::format("loss of {} rows, against -mean(log(exp(z) / sum(exp(z))))", n), fused.to_vector(),
           unfused.to_vector());
    expect("dL/dz, against that of the composition", grad(fused, {z})[0], z.shape(), grad(unfused, {z})[0].to_vector(),
           {1e-12, 1e-14});
  }
}

TEST_CASE("4.7 cross-entropy of large logits") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor z = from_values({1000, 0, -1000}, {1, 3}, Dtype::f64);
  expect("cross_entropy([1000, 0, -1000], class 2)", cross_entropy(z, {2}), {}, {2000}, exact,
         {{"ce.log", {inf}}, {"ce.log", {std::nan("")}}});
  expect("dL/dz at [1000, 0, -1000], class 2", gradient(z, {2}, 1), {1, 3}, {1, 0, -1}, exact,
         {{"ce.sign", {-1, 0, 1}}, {"ce.label", {1, 0, 0}}});
  expect("cross_entropy([1000, 0, -1000], class 0)", cross_entropy(z, {0}), {}, {0}, exact);
}

TEST_CASE("4.8 labels out of range") {
  const Tensor z = zeros({2, 3}, Dtype::f64);
  const auto refused = [&](std::vector<std::int64_t> labels) {
    return error_of<IndexError>([&] { cross_entropy(z, labels); });
  };
  expect("equal logits, 3 classes", cross_entropy(z, {2, 0}), {}, {std::log(3)});
  for (std::int64_t wrong : {3, -1, 255}) {
    const std::string text = refused({0, wrong});
    if (text.empty() && wrong == 3) note("ce.range");
    CHECK_MESSAGE(!text.empty(), "label " << wrong << " of 3 classes: no IndexError");
    CHECK_MESSAGE(contains(text, fmt::format("target[1] = {}", wrong)), "the error names the label: " << text);
    CHECK_MESSAGE(contains(text, "[0, 2]"), "the error names the valid labels: " << text);
  }
  const std::string counts = error_of<ShapeError>([&] { cross_entropy(z, std::vector<std::int64_t>{0, 1, 2}); });
  CHECK_MESSAGE(!counts.empty(), "2 rows and 3 labels: no ShapeError");
}
