// SPDX-License-Identifier: MIT
#include "mse_vs_cross_entropy/descent.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "mse_vs_cross_entropy/networks.h"

using namespace yhat;
using demo::Loss;

TEST_CASE("lecture 4, mse_vs_cross_entropy: squared error's gradient is 56.6 times smaller than cross-entropy's") {
  const double mse = demo::neuron_gradient(Loss::squared_error, 4, 0);
  const double ce = demo::neuron_gradient(Loss::cross_entropy, 4, 0);
  CHECK(mse == doctest::Approx(0.017345021070840124).epsilon(1e-13));
  CHECK(ce == doctest::Approx(0.9820137900379085).epsilon(1e-13));
  CHECK(ce / mse == doctest::Approx(56.61646567203297).epsilon(1e-12));
}

TEST_CASE(
    "lecture 5, mse_vs_cross_entropy: squared error's gradient behind a sigmoid is largest at z = ln 2, with 4/27") {
  const double z = demo::steepest_z();
  CHECK(std::abs(z - std::log(2.0)) < 1e-12);
  CHECK(demo::neuron_gradient(Loss::squared_error, z, 0) == doctest::Approx(4.0 / 27).epsilon(1e-14));
  for (int i = -40; i <= 40; ++i) {
    CAPTURE(i);
    CHECK(demo::neuron_gradient(Loss::squared_error, 0.25 * i, 0) <= 4.0 / 27);
    CHECK(demo::neuron_gradient(Loss::cross_entropy, 0.25 * i, 0) >
          demo::neuron_gradient(Loss::cross_entropy, 0.25 * (i - 1), 0));  // cross-entropy's only grows
  }
}

TEST_CASE("lecture 7, mse_vs_cross_entropy: Nielsen's slowdown: 232 updates against 17, and the outputs on the way") {
  struct Known {
    double w, b;
    Loss loss;
    double eta;
    std::vector<double> a;  // after 1, 50, 100, ... 300 updates
    std::int64_t below_half;
  };
  const Known known[] = {
      {0.6,
       0.9,
       Loss::squared_error,
       0.15,
       {0.8120550, 0.3870104, 0.2109963, 0.1527399, 0.1237474, 0.1060558, 0.0939557},
       36},
      {2,
       2,
       Loss::squared_error,
       0.15,
       {0.9819217, 0.9759334, 0.9641308, 0.9334175, 0.7887363, 0.3572118, 0.2028484},
       232},
      {2,
       2,
       Loss::cross_entropy,
       0.15,
       {0.9759997, 0.0985039, 0.0410722, 0.0256854, 0.0186383, 0.0146109, 0.0120087},
       17},
      {2,
       2,
       Loss::cross_entropy,
       0.005,
       {0.9818395, 0.9710127, 0.9539051, 0.9281625, 0.8912194, 0.8414816, 0.7795871},
       498},
  };
  for (const Known& k : known) {
    CAPTURE(k.eta);
    CAPTURE(k.below_half);
    const demo::NeuronRun run = demo::train_neuron(k.loss, k.w, k.b, k.eta, 500);
    const std::size_t at[] = {1, 50, 100, 150, 200, 250, 300};
    for (std::size_t i = 0; i < 7; ++i) CHECK(std::abs(run.a[at[i]] - k.a[i]) < 6e-8);
    CHECK(demo::first_below(run.a, 0.5) == k.below_half);
  }
  CHECK(demo::first_below(demo::train_neuron(Loss::cross_entropy, 0.6, 0.9, 0.15, 20).a, 0.5) == 8);
  CHECK(demo::first_below({1, 1}, 0.5) == -1);
}

TEST_CASE("lecture 7, mse_vs_cross_entropy: squared error's step first grows, cross-entropy's falls from the start") {
  const demo::NeuronRun mse = demo::train_neuron(Loss::squared_error, 2, 2, 0.15, 300);
  std::size_t steepest = 0;
  for (std::size_t e = 0; e < mse.gradient.size(); ++e) {
    if (mse.gradient[e] > mse.gradient[steepest]) steepest = e;
  }
  CHECK(steepest == 215);
  CHECK(mse.gradient[steepest] / mse.gradient[0] == doctest::Approx(8.5407).epsilon(1e-4));
  const demo::NeuronRun ce = demo::train_neuron(Loss::cross_entropy, 2, 2, 0.15, 300);
  for (std::size_t e = 1; e < ce.gradient.size(); ++e) CHECK(ce.gradient[e] < ce.gradient[e - 1]);
}

TEST_CASE(
    "lecture 6, mse_vs_cross_entropy: squared error behind a softmax is J (p - y), and mse_loss 2/(NK) times that") {
  const Tensor z = tensor({1, 2, 3}, Dtype::f64);
  const Tensor g = demo::logit_gradient(Loss::squared_error, z, 2);
  const double known[] = {0.022033045, 0.097751005, -0.119784049};
  for (std::int64_t i = 0; i < 3; ++i) CHECK(std::abs(g.at({i}) - known[i]) < 1e-9);
  const Tensor leaf = z.clone().requires_grad_(true);
  const Tensor mean = grad(mse_loss(softmax(leaf, 0), tensor({0, 0, 1}, Dtype::f64)), {leaf})[0];
  CHECK(max(abs(mean - g * (2.0 / 3))).item() < 1e-15);
  // A batch of two: N = 2.
  const Tensor two = tensor({{1, 2, 3}, {1, 2, 3}}, Dtype::f64).requires_grad_(true);
  const Tensor g2 = grad(mse_loss(softmax(two, 1), one_hot({2, 2}, 3, Dtype::f64)), {two})[0];
  CHECK(max(abs(slice(g2, 0, 0, 1) - g * (2.0 / 6))).item() < 1e-15);
}

TEST_CASE("lecture 15, mse_vs_cross_entropy: squared error on a linear output is z - y") {
  const Tensor z = tensor({2, 1, 0.1}, Dtype::f64).requires_grad_(true);
  const Tensor y = tensor({0, 0, 1}, Dtype::f64);
  CHECK(max(abs(grad(0.5 * sum((z - y) * (z - y)), {z})[0] - (z.detach() - y))).item() < 1e-15);
}

TEST_CASE("lecture 9, mse_vs_cross_entropy: ten logits, one wrong one at 10: 10 steps against 2034") {
  const std::vector<double> start = {0, 10, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(demo::descend(Loss::cross_entropy, start, 0, 1).steps == 10);
  CHECK(demo::descend(Loss::squared_error, start, 0, 1).steps == 2034);
  CHECK(demo::descend(Loss::squared_error, start, 0, 1, 100).steps == -1);
}

TEST_CASE("bare logits: steps until p(true) > 0.9 at every rate of the grid") {
  struct Known {
    std::vector<double> start;
    std::vector<std::int64_t> ce, mse;
  };
  const Known known[] = {{{0, 0, 0}, {75, 38, 15, 7, 3, 1, 1}, {339, 169, 67, 33, 16, 6, 1}},
                         {{4, 0, -2}, {102, 51, 20, 10, 4, 1, 1}, {1012, 506, 203, 102, 52, 21, 10}},
                         {{8, 0, -2}, {110, 55, 21, 10, 5, 2, 1}, {16356, 8180, 3274, 1639, 821, 330, 167}}};
  for (const Known& k : known) {
    CAPTURE(k.start);
    for (std::size_t i = 0; i < demo::rate_grid().size(); ++i) {
      const double lr = demo::rate_grid()[i];
      CAPTURE(lr);
      const std::int64_t within = lr == 0.5 || lr == 10 ? 0 : 1;
      CHECK(std::abs(demo::descend(Loss::cross_entropy, k.start, 2, lr).steps - k.ce[i]) <= within);
      CHECK(std::abs(demo::descend(Loss::squared_error, k.start, 2, lr).steps - k.mse[i]) <= within);
    }
  }
  CHECK(demo::best_rate({75, 38, 15, 7, 3, 1, 1}) == 5);
  CHECK(demo::best_rate({-1, 38, -1}) == 1);
  CHECK(demo::best_rate({-1, -1}) == 0);
}

TEST_CASE("lecture 12, mse_vs_cross_entropy: cross-entropy is the entropy and a divergence that is 0 only at p = y") {
  const Tensor y = tensor({0.5, 0.25, 0.25}, Dtype::f64);
  const demo::Information i = demo::information(y, tensor({0.25, 0.5, 0.25}, Dtype::f64));
  CHECK(i.entropy == doctest::Approx(1.5).epsilon(1e-14));
  CHECK(i.cross_entropy == doctest::Approx(1.75).epsilon(1e-14));
  CHECK(i.divergence == doctest::Approx(0.25).epsilon(1e-13));
  const demo::Information same = demo::information(y, y);
  CHECK(same.cross_entropy == doctest::Approx(1.5).epsilon(1e-14));
  CHECK(std::abs(same.divergence) < 1e-15);
  Rng rng(3);
  for (int trial = 0; trial < 50; ++trial) {
    const Tensor p = softmax(randn({3}, rng, Dtype::f64), 0);
    CHECK(demo::information(y, p).cross_entropy > 1.5);
  }
}

TEST_CASE("lecture 14, mse_vs_cross_entropy: a Gaussian likelihood is squared error, scaled, and a constant") {
  const demo::Likelihood l = demo::gaussian(1.3, 0.4, 0.5);
  CHECK(l.loss == doctest::Approx(1.845791352645).epsilon(1e-12));
  CHECK(l.wrt_mu == doctest::Approx(-3.6).epsilon(1e-14));
}

TEST_CASE("the loss of a batch is the mean over its images of the loss of logits") {
  Rng rng(5);
  const Tensor z = randn({3, 4}, rng, Dtype::f64);
  const std::vector<std::int64_t> labels = {2, 0, 3};
  for (const Loss loss : {Loss::cross_entropy, Loss::squared_error}) {
    double mean = 0;
    for (std::int64_t n = 0; n < 3; ++n) {
      const Tensor row = reshape(slice(z, 0, n, n + 1), {4});
      mean += demo::logit_loss(loss, row, labels[static_cast<std::size_t>(n)]).item() / 3;
    }
    CHECK(std::abs(demo::batch_loss(loss, z, labels).item() - mean) < 1e-15);
  }
}

TEST_CASE("curves are means over stretches of steps") {
  const Series s = demo::smoothed("a", {1, 3, 5, 7, 10}, 2, 10);
  CHECK(s.x == std::vector<double>{0.5, 2.5, 4});
  CHECK(s.y == std::vector<double>{20, 60, 100});
}

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("LeNet from a saturated start: cross-entropy gets out, squared error barely moves") {
  TrainTest data = fashion_mnist_sample();
  const Normalisation scale = channel_statistics(data.train.images);
  data.train.images = normalise(data.train.images, scale);
  data.test.images = normalise(data.test.images, scale);
  auto run = [&](Loss loss, demo::Start start, double lr, std::int64_t steps) {
    demo::NetworkOptions o;
    o.loss = loss;
    o.start = start;
    o.lr = lr;
    o.steps = steps;
    return demo::train_network(data, o);
  };
  const demo::NetworkRun ce = run(Loss::cross_entropy, demo::Start::wrong, 0.1, 100);
  const demo::NetworkRun mse = run(Loss::squared_error, demo::Start::wrong, 0.5, 100);
  CHECK(ce.gradient.front() / mse.gradient.front() > 100);
  CHECK(ce.accuracy.front() == mse.accuracy.front());  // the same weights, the same batch
  CHECK(ce.late_accuracy() > 0.3);
  CHECK(mse.late_accuracy() < 0.2);
  const demo::NetworkRun benign = run(Loss::squared_error, demo::Start::benign, 1, 100);
  CHECK(benign.late_accuracy() > 0.3);  // from there it learns as well
  const demo::NetworkRun again = run(Loss::cross_entropy, demo::Start::wrong, 0.1, 3);
  CHECK(again.loss == std::vector<double>(ce.loss.begin(), ce.loss.begin() + 3));  // the same bits
}
#endif
