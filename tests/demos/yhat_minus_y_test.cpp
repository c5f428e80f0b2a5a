// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/json.h"
#include "yhat_minus_y/collapse.h"
#include "yhat_minus_y/neuron.h"

using namespace yhat;
using test::Json;

namespace {

/// Logits as networks give them, mild and saturated, right and wrong, and the lecture's.
struct Case {
  std::vector<double> z;
  std::int64_t label;
};

std::vector<Case> cases() {
  std::vector<Case> all = {{{1, 2, 3}, 2}, {{1, 2, 3}, 0},  {{2, 1, 0.1}, 0},        {{2, 1, 0.1}, 2},
                           {{0, 0, 0}, 0}, {{8, 0, -2}, 2}, {{-2.85, 0.86, 0.28}, 2}};
  Rng rng(7);
  for (const double scale : {0.1, 1.0, 3.0, 6.0}) {
    for (int i = 0; i < 5; ++i) {
      Case c;
      for (int k = 0; k < 10; ++k) c.z.push_back(scale * rng.normal());
      c.label = rng.below(10);
      all.push_back(c);
    }
  }
  return all;
}

Tensor row(const std::vector<double>& values) {
  return from_values(values, {static_cast<std::int64_t>(values.size())}, Dtype::f64);
}

}  // namespace

TEST_CASE("cross-entropy behind a softmax: the factors multiply out to yhat - y, five ways alike") {
  for (const Case& c : cases()) {
    CAPTURE(c.z);
    CAPTURE(c.label);
    const demo::Collapse k = demo::collapse(row(c.z), c.label);
    const Tensor difference = k.p - k.y;
    CHECK(demo::apart(k.cross_entropy.on_paper, difference) == 0);
    CHECK(demo::apart(k.cross_entropy.product, difference) < 1e-12);
    CHECK(demo::apart(k.cross_entropy.unfused, difference) < 1e-12);
    CHECK(demo::apart(k.cross_entropy.fused, difference) < 1e-12);
    CHECK(demo::apart(k.cross_entropy.numeric, difference) < 1e-9);
    CHECK(demo::norm(difference) > 1e-6);
    CHECK(std::abs(sum(k.cross_entropy.fused).item()) < 1e-12);  // a constant added to all logits changes nothing
    // The upstream gradient is -1/yhat at the true class and nothing elsewhere.
    CHECK(std::abs(k.cross_entropy.upstream.at({c.label}) * k.p.at({c.label}) + 1) < 1e-12);
    CHECK(demo::largest(k.cross_entropy.upstream * (1 - k.y)) == 0);
  }
}

TEST_CASE("squared error behind a softmax keeps the Jacobian") {
  for (const Case& c : cases()) {
    CAPTURE(c.z);
    CAPTURE(c.label);
    const demo::Collapse k = demo::collapse(row(c.z), c.label);
    const Tensor paper = demo::chain(demo::jacobian_on_paper(k.p), k.p - k.y);
    CHECK(demo::apart(k.squared_error.upstream, k.p - k.y) < 1e-12);
    CHECK(demo::apart(k.squared_error.on_paper, paper) < 1e-12);
    CHECK(demo::apart(k.squared_error.product, paper) < 1e-12);
    CHECK(demo::apart(k.squared_error.unfused, paper) < 1e-12);
    CHECK(demo::apart(k.squared_error.fused, paper) < 1e-12);
    CHECK(demo::apart(k.squared_error.numeric, paper) < 1e-9);
    CHECK(demo::norm(k.squared_error.fused) <= demo::norm(k.p - k.y));  // J's largest eigenvalue is at most 1/2
  }
}

TEST_CASE("a saturated wrong answer: squared error's gradient is thousands of times smaller") {
  const demo::Collapse k = demo::collapse(row({8, 0, -2}), 2);
  CHECK(demo::norm(k.cross_entropy.fused) / demo::norm(k.squared_error.fused) == doctest::Approx(2574).epsilon(1e-3));
  const demo::Collapse even = demo::collapse(row({0, 0, 0}), 0);
  CHECK(std::abs(demo::norm(even.cross_entropy.fused) / demo::norm(even.squared_error.fused) - 3) < 1e-12);
}

TEST_CASE("lecture 10, yhat_minus_y: the softmax's Jacobian is symmetric, maps 1 to 0 and has no negative eigenvalue") {
  for (const Case& c : cases()) {
    CAPTURE(c.z);
    const demo::Collapse k = demo::collapse(row(c.z), c.label);
    CHECK(demo::apart(k.jacobian, demo::jacobian_on_paper(k.p)) < 1e-12);
    CHECK(demo::apart(k.jacobian, transpose(k.jacobian)) < 1e-15);
    CHECK(demo::largest(sum(k.jacobian, 1)) < 1e-15);
    const std::vector<double> eigenvalues = demo::symmetric_eigenvalues(k.jacobian);
    CHECK(std::abs(eigenvalues[0]) < 1e-15);  // along 1
    double trace = 0;
    for (const double v : eigenvalues) {
      CHECK(v > -1e-15);
      CHECK(v <= 0.5 + 1e-12);
      trace += v;
    }
    CHECK(trace == doctest::Approx(1 - sum(k.p * k.p).item()).epsilon(1e-12));
  }
}

TEST_CASE("eigenvalues of matrices whose eigenvalues are known") {
  const std::vector<double> two = demo::symmetric_eigenvalues(tensor({{2, 1}, {1, 2}}, Dtype::f64));
  CHECK(two[0] == doctest::Approx(1).epsilon(1e-14));
  CHECK(two[1] == doctest::Approx(3).epsilon(1e-14));
  const std::vector<double> three =
      demo::symmetric_eigenvalues(tensor({{2, -1, 0}, {-1, 2, -1}, {0, -1, 2}}, Dtype::f64));
  CHECK(three[0] == doctest::Approx(2 - std::sqrt(2.0)).epsilon(1e-13));
  CHECK(three[1] == doctest::Approx(2).epsilon(1e-13));
  CHECK(three[2] == doctest::Approx(2 + std::sqrt(2.0)).epsilon(1e-13));
}

TEST_CASE("lecture 11, yhat_minus_y: a target that does not sum to 1 does not collapse to yhat - y") {
  const Tensor z = row({2, 1, 0.1});
  const demo::AnyTarget both = demo::any_target(z, row({1, 1, 0}));
  CHECK(demo::apart(both.gradient, both.on_paper) < 1e-14);
  CHECK(demo::apart(both.gradient, row({0.3180, -0.5151, 0.1971})) < 1e-4);
  CHECK(demo::apart(both.p_minus_y, row({-0.3410, -0.7576, 0.09857})) < 1e-4);
  CHECK(demo::apart(both.gradient, both.p_minus_y) > 0.2);
  const demo::AnyTarget smooth = demo::any_target(z, row({0.9, 0.05, 0.05}));  // sums to 1: label smoothing does
  CHECK(demo::apart(smooth.gradient, smooth.p_minus_y) < 1e-14);
}

TEST_CASE("lecture 10, yhat_minus_y: loss and gradient stay as they are if a constant is added to all logits") {
  for (const double c : {-3.0, 0.5, 1000.0}) {
    CAPTURE(c);
    const demo::Collapse a = demo::collapse(row({1, 2, 3}), 2);
    const demo::Collapse b = demo::collapse(row({1 + c, 2 + c, 3 + c}), 2);
    CHECK(std::abs(a.cross_entropy.loss - b.cross_entropy.loss) < 1e-12);
    CHECK(demo::apart(a.cross_entropy.fused, b.cross_entropy.fused) < 1e-12);
    CHECK(demo::apart(a.cross_entropy.product, b.cross_entropy.product) < 1e-12);
  }
}

TEST_CASE("lecture 3, yhat_minus_y: 55.598150033 times 0.017662706 is 0.982013790") {
  const demo::NeuronGradients g = demo::neuron_gradients({2, 2, 1, 0});
  CHECK(g.z == 4);
  CHECK(g.bce_wrt_a == doctest::Approx(55.598150033).epsilon(1e-10));
  CHECK(g.slope == doctest::Approx(0.017662706213291118).epsilon(1e-13));
  CHECK(g.bce == doctest::Approx(0.9820137900379085).epsilon(1e-13));
  CHECK(g.mse == doctest::Approx(0.017345021070840124).epsilon(1e-13));
}

TEST_CASE("lecture 1, yhat_minus_y: a sigmoid neuron's dC/dz is a - y in every reference case") {
  std::size_t cases = 0;
  for (const Json& c : Json::read("tests/losses/loss_reference.json")["cases"].items()) {
    if (c["kind"] != "sigmoid_neuron") continue;
    CAPTURE(c["name"].get<std::string>());
    const auto of = [&](const char* key) { return c[key].get<double>(); };
    const demo::Neuron n{of("w"), of("b"), of("x"), of("y")};
    const double a = of("a");
    const demo::NeuronGradients got = demo::neuron_gradients(n);
    CHECK(std::abs(got.a - a) < 1e-15);
    CHECK(std::abs(got.bce_fused - (a - n.y)) < 1e-15);
    CHECK(std::abs(got.bce_unfused - (a - n.y)) < 1e-14);
    CHECK(std::abs(got.bce - (a - n.y)) < 1e-14);
    CHECK(std::abs(got.bce_loss - of("bce")) < 1e-14);
    CHECK(std::abs(got.mse_loss - of("mse_half")) < 1e-14);
    CHECK(std::abs(got.slope - of("sigma_prime")) < 1e-15);
    CHECK(std::abs(got.mse - (a - n.y) * a * (1 - a)) < 1e-15);
    CHECK(std::abs(got.bce_wrt_w - of("d_bce_dw")) < 1e-14);
    CHECK(std::abs(got.mse_wrt_w - of("d_mse_half_dw")) < 1e-14);
    ++cases;
  }
  CHECK(cases >= 3);
}

TEST_CASE("lecture 2, yhat_minus_y: at z = (1, 2, 3) exp, sum, / and log give p - y, and so does the fused op") {
  const double p[] = {0.090030573, 0.244728471, 0.665240956};
  for (const std::int64_t label : {2, 0}) {
    const demo::Collapse k = demo::collapse(row({1, 2, 3}), label);
    for (std::int64_t i = 0; i < 3; ++i) CHECK(std::abs(k.p.at({i}) - p[i]) < 1e-9);
    CHECK(demo::apart(k.cross_entropy.unfused, k.p - k.y) < 1e-14);
    CHECK(demo::apart(k.cross_entropy.fused, k.p - k.y) < 1e-14);
    CHECK(std::abs(k.cross_entropy.loss - (label == 2 ? 0.4076059644443803 : 2.4076059644443803)) < 1e-14);
  }
}

TEST_CASE("lecture 1, yhat_minus_y: Nielsen's equation 61 for a batch of three") {
  const Tensor x = tensor({{1, 2}, {-0.5, 0.25}, {3, -1}}, Dtype::f64);
  const Tensor y = tensor({1, 0, 1}, Dtype::f64);
  const Tensor w = tensor({{0.3}, {-0.8}}, Dtype::f64).requires_grad_(true);
  const Tensor b = tensor({0.1}, Dtype::f64).requires_grad_(true);
  const Tensor z = reshape(matmul(x, w), {3}) + b;
  const Tensors g = grad(binary_cross_entropy_with_logits(z, y), {w, b});
  CHECK(g[0].at({0, 0}) == doctest::Approx(-0.47099657591919397).epsilon(1e-13));
  CHECK(g[0].at({1, 0}) == doctest::Approx(-0.428580875772999).epsilon(1e-13));
  CHECK(g[1].item() == doctest::Approx(-0.15751744976176782).epsilon(1e-13));
  const Tensor by_hand = reshape(matmul(reshape(sigmoid(z.detach()) - y, {1, 3}), x) / 3, {2, 1});  // 1/n sum x (a - y)
  CHECK(demo::apart(g[0], by_hand) < 1e-15);
}
