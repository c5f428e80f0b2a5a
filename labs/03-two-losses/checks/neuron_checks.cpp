// SPDX-License-Identifier: MIT
// Checks of lab 3: the gradients of one neuron under two losses.
#include <neuron.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <cmath>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

using GradientFn = NeuronGradient (*)(const Tensor& w, double b, const Tensor& x, const Tensor& y);

struct Case {
  std::vector<double> w;
  double b;
  std::vector<double> x, y;  // x row by row
};

// A gradient as one list, dw and then db.
std::vector<double> joined(const NeuronGradient& g) {
  REQUIRE_MESSAGE(g.dw.defined(), "dw is an undefined tensor");
  std::vector<double> all = g.dw.to_vector();
  all.push_back(g.db);
  return all;
}

// The mean over the batch of slope(a, y) x_j, by plain loops.
template <class Slope>
std::vector<double> by_loops(const Case& c, Slope slope, bool with_input = true, bool divide = true) {
  const std::size_t d = c.w.size(), n = c.y.size();
  std::vector<double> total(d + 1);
  for (std::size_t i = 0; i < n; ++i) {
    double z = c.b;
    for (std::size_t j = 0; j < d; ++j) z += c.w[j] * c.x[i * d + j];
    const double share = slope(1 / (1 + std::exp(-z)), c.y[i]) / (divide ? static_cast<double>(n) : 1);
    for (std::size_t j = 0; j < d; ++j) total[j] += share * (with_input ? c.x[i * d + j] : 1);
    total[d] += share;
  }
  return total;
}

std::vector<double> yours(GradientFn f, const Case& c) {
  const auto d = static_cast<std::int64_t>(c.w.size()), n = static_cast<std::int64_t>(c.y.size());
  show("w", from_values(c.w, {d}, Dtype::f64));
  show("b", c.b);
  show("x", from_values(c.x, {n, d}, Dtype::f64));
  show("y", from_values(c.y, {n}, Dtype::f64));
  return joined(f(from_values(c.w, {d}, Dtype::f64), c.b, from_values(c.x, {n, d}, Dtype::f64),
                  from_values(c.y, {n}, Dtype::f64)));
}

double quadratic(double a, double y) { return (a - y) * a * (1 - a); }
double without_slope(double a, double y) { return a - y; }
double reversed(double a, double y) { return (y - a) * a * (1 - a); }
double animation(double a, double y) { return (1 - y) / (1 - a) - y / a; }

const Case saturated{{2}, 2, {1}, {0}};
const Case nielsen{{0.3, -0.8}, 0.1, {1, 2, -0.5, 0.25, 3, -1}, {1, 0, 1}};

}  // namespace

TEST_CASE("3.2 quadratic loss") {
  expect("quadratic_gradient at z = 4", yours(quadratic_gradient, saturated),
         {0.017345021070840124, 0.017345021070840124}, {},
         {{"quadratic.slope", by_loops(saturated, without_slope)}, {"quadratic.sign", by_loops(saturated, reversed)}});
  expect("quadratic_gradient of a batch of 3", yours(quadratic_gradient, nielsen),
         {-0.08080007960318526, -0.07640810502643786, -0.015406812559227434}, {},
         {{"quadratic.slope", by_loops(nielsen, without_slope)},
          {"quadratic.sign", by_loops(nielsen, reversed)},
          {"neuron.input", by_loops(nielsen, quadratic, false)},
          {"quadratic.mean", by_loops(nielsen, quadratic, true, false)}});
  // The same by the engine, and by differences of the loss itself.
  const Tensor x = from_values(nielsen.x, {3, 2}, Dtype::f64), y = from_values(nielsen.y, {3}, Dtype::f64);
  const Fn loss = [&](const Tensors& p) -> Tensors {
    const Tensor a = sigmoid(reshape(matmul(x, reshape(p[0], {2, 1})), {3}) + p[1]);
    return {mean((a - y) * (a - y)) * 0.5};
  };
  const Tensor w = from_values(nielsen.w, {2}, Dtype::f64).requires_grad_(true);
  const Tensor b = full({}, nielsen.b, Dtype::f64).requires_grad_(true);
  const Tensors engine = grad(loss({w, b})[0], {w, b});
  const NeuronGradient hand = quadratic_gradient(w.detach(), nielsen.b, x, y);
  expect("dw, against backward()", hand.dw, {2}, engine[0].to_vector());
  expect("db, against backward()", hand.db, engine[1].item());
  CHECK(gradient_of(loss,
                    [&](const Tensors& p, const Tensors& v) -> Tensors {
                      const NeuronGradient g = quadratic_gradient(p[0].detach(), p[1].item(), x, y);
                      return {g.dw * v[0].item(), full({}, g.db * v[0].item(), Dtype::f64)};
                    },
                    {w, b}));
}

TEST_CASE("3.3 cross-entropy") {
  const auto with_slope = quadratic;
  expect("cross_entropy_gradient at z = 4", yours(cross_entropy_gradient, saturated),
         {0.9820137900379085, 0.9820137900379085}, {},
         {{"ce.slope", by_loops(saturated, with_slope)}, {"ce.animation", by_loops(saturated, animation)}});
  expect("cross_entropy_gradient of a batch of 3", yours(cross_entropy_gradient, nielsen),
         {-0.47099657591919397, -0.428580875772999, -0.15751744976176782}, {},
         {{"neuron.input", by_loops(nielsen, without_slope, false)},
          {"ce.mean", by_loops(nielsen, without_slope, true, false)},
          {"ce.slope", by_loops(nielsen, with_slope)},
          {"ce.animation", by_loops(nielsen, animation)}});
}

TEST_CASE("3.5 the slowdown") {
  const auto epochs = [](NeuronLoss loss, double w, double b) { return epochs_until(loss, w, b, 0.15, 0.5, 1000); };
  const double slope = yours(quadratic_gradient, saturated)[0];
  const double ratio = yours(cross_entropy_gradient, saturated)[0] / slope;
  if (slope < 0) note("quadratic.sign");
  if (near(ratio, 1, 1e-6, 0)) note(near(slope, 0.98, 0.01, 0) ? "quadratic.slope" : "ce.slope");
  if (ratio > 1000) note("ce.animation");
  expect("ratio of the two gradients at z = 4", ratio, 56.616465672, {1e-9, 0});
  const std::vector<double> counts{
      double(epochs(NeuronLoss::quadratic, 2, 2)), double(epochs(NeuronLoss::cross_entropy, 2, 2)),
      double(epochs(NeuronLoss::quadratic, 0.6, 0.9)), double(epochs(NeuronLoss::cross_entropy, 0.6, 0.9))};
  expect("epochs until a < 0.5, eta 0.15: quadratic and cross-entropy from w = b = 2, then from w = 0.6, b = 0.9",
         counts, {232, 17, 36, 8}, exact, {{"epochs.together", {231, 17, 36, 8}}});
  expect("epochs, if a is below from the start", epochs_until(NeuronLoss::quadratic, -1, -1, 0.15, 0.5, 10), 0, exact);
  expect("epochs, if 10 are not enough", epochs_until(NeuronLoss::quadratic, 2, 2, 0.15, 0.5, 10), -1, exact);
}
