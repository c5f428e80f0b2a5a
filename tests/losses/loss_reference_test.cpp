// SPDX-License-Identifier: MIT
// Every case of loss_reference.json, kind by kind.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>

#include "tests/json.h"
#include "tests/near.h"

using namespace yhat;
using near::difference;
using near::f64;
using test::Json;

namespace {

constexpr double tolerance = 1e-12;

std::vector<Json> cases(const std::string& kind) {
  std::vector<Json> found;
  for (const Json& c : Json::read("tests/losses/loss_reference.json")["cases"].items()) {
    if (c["kind"] == kind) found.push_back(c);
  }
  REQUIRE(!found.empty());
  return found;
}

double number(const Json& value) { return value.get<double>(); }
std::int64_t whole(const Json& value) { return value.get<std::int64_t>(); }
std::vector<double> list(const Json& values) { return values.get<std::vector<double>>(); }
Tensor row(const Json& values) {
  const std::vector<double> v = list(values);
  return from_values(v, {1, static_cast<std::int64_t>(v.size())}, f64);
}
Tensor scalar(const Json& value) { return full({1}, number(value), f64); }
double off(const Tensor& a, const Json& b) {
  return std::abs(a.item() - number(b)) / std::max(1e-300, std::abs(number(b)));
}
Tensor half_mse(const Tensor& a, const Tensor& y) { return 0.5 * mse_loss(a, y, {.reduction = Reduction::sum}); }

}  // namespace

TEST_CASE("loss_reference.json: sigmoid neurons") {
  for (const Json& c : cases("sigmoid_neuron")) {
    CAPTURE(c["name"].get<std::string>());
    const Tensor w = scalar(c["w"]).requires_grad_(true);
    const Tensor b = scalar(c["b"]).requires_grad_(true);
    const Tensor z = w * scalar(c["x"]) + b;
    const Tensor y = scalar(c["y"]);
    CHECK(off(z, c["z"]) <= tolerance);
    CHECK(off(sigmoid(z), c["a"]) <= tolerance);
    CHECK(off(half_mse(sigmoid(z), y), c["mse_half"]) <= tolerance);
    CHECK(off(binary_cross_entropy_with_logits(z, y), c["bce"]) <= tolerance);
    CHECK(off(binary_cross_entropy(sigmoid(z), y), c["bce"]) <= tolerance);
    const Tensors mse = grad(half_mse(sigmoid(z), y), {w, b}, {.retain_graph = true});
    CHECK(off(mse[0], c["d_mse_half_dw"]) <= tolerance);
    CHECK(off(mse[1], c["d_mse_half_db"]) <= tolerance);
    const Tensors bce = grad(binary_cross_entropy_with_logits(z, y), {w, b});
    CHECK(off(bce[0], c["d_bce_dw"]) <= tolerance);
    CHECK(off(bce[1], c["d_bce_db"]) <= tolerance);
    CHECK(off(bce[0] / mse[0], c["ratio_bce_over_mse_grad"]) <= tolerance);
  }
}

TEST_CASE("loss_reference.json: batches of a neuron") {
  for (const Json& c : cases("sigmoid_batch")) {
    CAPTURE(c["name"].get<std::string>());
    std::vector<double> flat;
    for (const Json& x : c["X"].items()) {
      const std::vector<double> values = list(x);
      flat.insert(flat.end(), values.begin(), values.end());
    }
    const auto n = static_cast<std::int64_t>(c["X"].size());
    const Tensor x = from_values(flat, {n, static_cast<std::int64_t>(flat.size()) / n}, f64);
    const Tensor w = row(c["w"]).requires_grad_(true);
    const Tensor b = scalar(c["b"]).requires_grad_(true);
    const Tensor y = reshape(row(c["y"]), {n, 1});
    const Tensor z = linear(x, w, b);
    CHECK(difference(z, list(c["z"])) <= tolerance);
    const Tensor bce = binary_cross_entropy_with_logits(z, y);
    CHECK(off(bce, c["bce_mean"]) <= tolerance);
    Tensors g = grad(bce, {w, b}, {.retain_graph = true});
    CHECK(difference(g[0], list(c["d_bce_dw"])) <= tolerance);
    CHECK(off(g[1], c["d_bce_db"]) <= tolerance);
    const Tensor mse = 0.5 * mse_loss(sigmoid(z), y);
    CHECK(off(mse, c["mse_half_mean"]) <= tolerance);
    g = grad(mse, {w, b});
    CHECK(difference(g[0], list(c["d_mse_half_dw"])) <= tolerance);
    CHECK(off(g[1], c["d_mse_half_db"]) <= tolerance);
  }
}

TEST_CASE("loss_reference.json: softmax with cross-entropy and with squared errors") {
  for (const Json& c : cases("softmax")) {
    CAPTURE(c["name"].get<std::string>());
    const Tensor z = row(c["z"]).requires_grad_(true);
    const Tensor y = row(c["y"]);
    const Tensor p = softmax(z, 1);
    CHECK(difference(p, list(c["p"])) <= tolerance);
    CHECK(off(logsumexp(z), c["logsumexp"]) <= tolerance);
    const bool distribution = !c["kl_y_p"].is_null();
    const Tensor ce = distribution ? cross_entropy(z, y) : -sum(y * log_softmax(z, 1));
    CHECK(off(ce, c["ce"]) <= tolerance);
    CHECK(difference(grad(ce, {z})[0], list(c["d_ce_dz"])) <= tolerance);
    if (!distribution) CHECK_THROWS_AS(cross_entropy(z, y), ArgumentError);
    CHECK(off(half_mse(p, y), c["mse_half_sum"]) <= tolerance);
    CHECK(off(mse_loss(p, y), c["mse_mean_over_K"]) <= tolerance);
    CHECK(difference(grad(half_mse(p, y), {z}, {.retain_graph = true})[0], list(c["d_mse_half_sum_dz"])) <= tolerance);
    CHECK(difference(grad(mse_loss(p, y), {z}, {.retain_graph = true})[0], list(c["d_mse_mean_dz"])) <= tolerance);
    for (std::int64_t i = 0; i < z.size(); ++i) {
      const Tensor d = grad(sum(slice(p, 1, i, i + 1)), {z}, {.retain_graph = true})[0];
      CHECK(difference(d, list(c["jacobian"][static_cast<std::size_t>(i)])) <= tolerance);
    }
  }
}

TEST_CASE("loss_reference.json: binary cross-entropy of logits") {
  for (const Json& c : cases("bce_logits")) {
    CAPTURE(c["name"].get<std::string>());
    const Tensor z = scalar(c["z"]).requires_grad_(true);
    const Tensor loss = binary_cross_entropy_with_logits(z, scalar(c["y"]));
    CHECK(off(loss, c["loss"]) <= tolerance);
    CHECK(off(grad(loss, {z})[0], c["grad"]) <= tolerance);
  }
}

TEST_CASE("loss_reference.json: where the squared error of a sigmoid is steepest and how it curves") {
  for (const Json& c : cases("analytic")) {
    CAPTURE(c["name"].get<std::string>());
    const Tensor y = scalar(c["y"]);
    const Tensor z = scalar(c["at_z"]).requires_grad_(true);
    CHECK(off(sigmoid(z), c["at_a"]) <= tolerance);
    const Tensor slope = grad(half_mse(sigmoid(z), y), {z}, {.create_graph = true})[0];
    CHECK(off(slope, c["max_grad_wrt_z"]) <= tolerance);
    CHECK(std::abs(grad(slope, {z})[0].item()) <= 1e-15);
    const Tensor four = full({1}, 4, f64).requires_grad_(true);
    const auto curvature = [&](const Tensor& loss) {
      return grad(grad(loss, {four}, {.create_graph = true})[0], {four})[0];
    };
    CHECK(off(curvature(half_mse(sigmoid(four), y)), c["curvature_at_z4"]) <= tolerance);
    CHECK(off(curvature(binary_cross_entropy_with_logits(four, y)), c["ce_curvature_at_z4"]) <= tolerance);
  }
}

namespace {
// One neuron trained on one sample; calls seen(epoch, w, b, a) before each update. Stops when it returns false.
template <class Seen>
void train_neuron(double start_w, double start_b, const std::string& gradient, double eta, Seen seen) {
  Tensor w = full({1}, start_w, f64).requires_grad_(true);
  Tensor b = full({1}, start_b, f64).requires_grad_(true);
  const Tensor y = zeros({1}, f64);
  for (int epoch = 0; epoch <= 1000; ++epoch) {
    const Tensor z = w * 1.0 + b;
    const Tensor a = sigmoid(z);
    if (!seen(epoch, w, b, a)) return;
    Tensors g;
    if (gradient == "a") g = grad(binary_cross_entropy_with_logits(z, y), {w, b});
    if (gradient == "a^2(1-a)") g = grad(half_mse(a, y), {w, b});
    if (gradient == "1/(1-a)") g = {1 / (1 - a.detach()), 1 / (1 - a.detach())};  // dC/da, wrongly taken for dC/dw
    REQUIRE(g.size() == 2);
    w = (w.detach() - eta * g[0]).requires_grad_(true);
    b = (b.detach() - eta * g[1]).requires_grad_(true);
  }
}
}  // namespace

TEST_CASE("loss_reference.json: the trajectories of a neuron that starts out wrong") {
  for (const Json& c : cases("trajectory")) {
    CAPTURE(c["name"].get<std::string>());
    const Json epochs = c["epochs"];
    const Json start = epochs["0"];
    std::size_t compared = 0;
    const auto seen = [&](int epoch, const Tensor& w, const Tensor& b, const Tensor& a) {
      const std::string key = std::to_string(epoch);
      if (epochs.contains(key)) {
        CAPTURE(epoch);
        CHECK(off(w, epochs[key]["w"]) <= 1e-10);
        CHECK(off(b, epochs[key]["b"]) <= 1e-10);
        CHECK(off(a, epochs[key]["a"]) <= 1e-10);
        ++compared;
      }
      return compared < epochs.size();
    };
    train_neuron(number(start["w"]), number(start["b"]), c["grad"].get<std::string>(), number(c["eta"]), seen);
    CHECK(compared == epochs.size());
  }
}

TEST_CASE("loss_reference.json: how many steps the two losses need") {
  for (const Json& c : cases("trajectory_summary")) {
    CAPTURE(c["name"].get<std::string>());
    if (c["name"] == "epochs_to_a_below_0.5_eta0.15") {
      const auto epochs_until = [](double start_w, double start_b, const char* gradient, double eta) {
        int count = -1;
        train_neuron(start_w, start_b, gradient, eta, [&](int epoch, const Tensor&, const Tensor&, const Tensor& a) {
          count = epoch;
          return a.item() >= 0.5;
        });
        return count;
      };
      CHECK(epochs_until(2, 2, "a^2(1-a)", 0.15) == whole(c["quadratic_from_2_2"]));
      CHECK(epochs_until(0.6, 0.9, "a^2(1-a)", 0.15) == whole(c["quadratic_from_06_09"]));
      CHECK(epochs_until(2, 2, "a", 0.15) == whole(c["ce_from_2_2"]));
      CHECK(epochs_until(0.6, 0.9, "a", 0.15) == whole(c["ce_from_06_09"]));
      CHECK(epochs_until(2, 2, "a", 0.005) == whole(c["ce_eta0005_from_2_2"]));
      continue;
    }
    REQUIRE(c["name"] == "logit_descent");
    const auto true_class = whole(c["true"]);
    const Tensor y = one_hot({true_class}, static_cast<std::int64_t>(c["z0"].size()), f64);
    const auto steps = [&](const auto& loss) {
      Tensor z = row(c["z0"]);
      for (int step = 0; step <= 5000; ++step) {
        if (softmax(z, 1).at({0, true_class}) > number(c["thr"])) return step;
        z.requires_grad_(true);
        z = z.detach() - number(c["eta"]) * grad(loss(z), {z})[0];
      }
      return -1;
    };
    CHECK(steps([&](const Tensor& z) { return cross_entropy(z, {true_class}); }) == whole(c["steps_ce"]));
    CHECK(steps([&](const Tensor& z) { return half_mse(softmax(z, 1), y); }) == whole(c["steps_mse_half_sum"]));
  }
}

TEST_CASE("loss_reference.json: entropies and likelihoods") {
  for (const Json& c : cases("information")) {
    CAPTURE(c["name"].get<std::string>());
    if (c.contains("ln10")) {
      CHECK(off(cross_entropy(zeros({1, 10}, f64), {3}), c["ln10"]) <= tolerance);
      CHECK(off(cross_entropy(zeros({1, 1000}, f64), {3}), c["ln1000"]) <= tolerance);
      CHECK(off(cross_entropy(zeros({1, 1000}, f64), {3}) / std::log(2.0), c["log2_1000"]) <= tolerance);
      continue;
    }
    const Tensor y = row(c["y"]);
    const Tensor p = row(c["p"]);
    const Tensor ce = cross_entropy(log(p), y);
    const Tensor entropy = cross_entropy(log(y), y);
    CHECK(off(ce, c["CE_nats"]) <= tolerance);
    CHECK(off(entropy, c["H_nats"]) <= tolerance);
    CHECK(off(ce - entropy, c["KL_nats"]) <= tolerance);
    CHECK(off(ce / std::log(2.0), c["CE_bits"]) <= tolerance);
  }
  for (const Json& c : cases("mle")) {
    CAPTURE(c["name"].get<std::string>());
    const Tensor mu = scalar(c["mu"]).requires_grad_(true);
    const double variance = number(c["sigma"]) * number(c["sigma"]);
    const Tensor loss = half_mse(scalar(c["y"]), mu) / variance + number(c["const"]);
    CHECK(off(loss, c["nll"]) <= tolerance);
    CHECK(off(grad(loss, {mu})[0], c["d_dmu"]) <= tolerance);
  }
}

TEST_CASE("lecture 30, find_the_bug: local response normalisation in every case of loss_reference.json") {
  for (const Json& c : cases("lrn")) {
    CAPTURE(c["name"].get<std::string>());
    const auto channels = static_cast<std::int64_t>(c["a"].size());
    const Tensor a = reshape(row(c["a"]), {1, channels, 1, 1}).requires_grad_(true);
    const Tensor b = local_response_norm(a, {.size = whole(c["n"]),
                                             .alpha = number(c["alpha_effective_per_square"]),
                                             .beta = number(c["beta"]),
                                             .k = number(c["k"])});
    CHECK(difference(b, list(c["b"])) <= tolerance);
    const Tensor upstream = reshape(row(c["upstream"]), {1, channels, 1, 1});
    CHECK(difference(grad(b, {a}, {.seed = upstream})[0], list(c["grad"])) <= tolerance);
    // PyTorch's alpha is divided by the size of the window.
    CHECK(std::abs(number(c["pytorch_alpha"]) / number(c["n"]) - number(c["alpha_effective_per_square"])) <= 1e-15);
  }
}
