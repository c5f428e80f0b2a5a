// SPDX-License-Identifier: MIT
#include "float32_trap/traps.h"

#include <algorithm>
#include <cmath>

namespace demo {

using namespace yhat;

namespace {

Tensor row(const std::vector<double>& values, Dtype dtype) {
  return from_values(values, {static_cast<std::int64_t>(values.size())}, dtype);
}

LossAndGradient both(const Tensor& loss, const Tensor& z) { return {loss.item(), grad(loss, {z})[0].to_vector()}; }

/// The least number of a dtype in [lo, hi] for which `holds`, which is false at lo, true at hi and changes once.
template <class Holds>
double least(double lo, double hi, Dtype dtype, Holds holds) {
  const auto rounded = [&](double v) { return dtype == Dtype::f32 ? static_cast<double>(static_cast<float>(v)) : v; };
  for (;;) {
    const double middle = rounded(0.5 * (lo + hi));
    if (middle <= lo || middle >= hi) return hi;
    (holds(middle) ? hi : lo) = middle;
  }
}

Tensor written_out_sigmoid(const Tensor& z) { return 1 / (1 + exp(-z)); }

}  // namespace

bool LossAndGradient::finite() const {
  return std::isfinite(loss) &&
         std::all_of(gradient.begin(), gradient.end(), [](double v) { return std::isfinite(v); });
}

WrittenOut written_out(const std::vector<double>& logits, std::int64_t label, Dtype dtype, bool subtract) {
  WrittenOut w;
  FirstNonFinite finder;
  const Observe watch(finder);
  const Tensor z = row(logits, dtype).requires_grad_().label("z");
  const Tensor d = subtract ? z - max(z).detach() : z;
  const Tensor e = exp(d);
  const Tensor s = sum(e);
  const Tensor p = e / s;
  const Tensor q = reshape(slice(p, 0, label, label + 1), {});
  const Tensor loss = -log(q);
  const Tensors g = grad(loss, {z, e, s, p, q});
  const std::string right = "p[" + std::to_string(label) + "]";
  w.ops = {{"z", z.detach(), g[0]},
           {subtract ? "e = exp(z - max z)" : "e = exp(z)", e.detach(), g[1]},
           {"s = sum(e)", s.detach(), g[2]},
           {"p = e / s", p.detach(), g[3]},
           {"q = " + right, q.detach(), g[4]},
           {"L = -log(q)", loss.detach(), ones({}, dtype)}};
  if (finder.found()) w.first_bad = finder.what();
  return w;
}

LossAndGradient fused(const std::vector<double>& logits, std::int64_t label, Dtype dtype) {
  const Tensor z = row(logits, dtype).requires_grad_();
  return both(cross_entropy(reshape(z, {1, z.size()}), {label}), z);
}

LossAndGradient unfused(const std::vector<double>& logits, std::int64_t label, Dtype dtype) {
  const WrittenOut w = written_out(logits, label, dtype);
  return {w.loss(), w.z().gradient.to_vector()};
}

GapEdges gap_edges(Dtype dtype) {
  const double wide = dtype == Dtype::f32 ? 110 : 760;
  const auto at = [&](double gap) { return unfused({0, -gap}, 1, dtype); };
  const auto gradient_breaks = [&](double gap) { return !at(gap).finite(); };
  const auto loss_breaks = [&](double gap) { return !std::isfinite(at(gap).loss); };
  return {least(1, wide, dtype, gradient_breaks), least(1, wide, dtype, loss_breaks)};
}

double sigmoid_is_one_from(Dtype dtype) {
  return least(1, 60, dtype, [&](double z) { return written_out_sigmoid(tensor(z, dtype)).item() == 1; });
}

BinaryLosses binary_losses(double logit, double target, Dtype dtype) {
  const Tensor z = tensor(logit, dtype).requires_grad_();
  const Tensor y = tensor(target, dtype);
  const Tensor a = written_out_sigmoid(z);
  return {both(-(y * log(a) + (1 - y) * log(1 - a)), z), both(binary_cross_entropy(sigmoid(z), y), z),
          both(binary_cross_entropy_with_logits(z, y), z)};
}

double central_difference_error(double h, Dtype dtype) {
  const std::vector<double> z = {1, 2, 3};
  const std::vector<double> exact = fused(z, 2, Dtype::f64).gradient;
  double worst = 0;
  double largest = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto loss = [&](double step) {
      std::vector<double> moved = z;
      moved[i] += step;
      return fused(moved, 2, dtype).loss;
    };
    worst = std::max(worst, std::abs((loss(h) - loss(-h)) / (2 * h) - exact[i]));
    largest = std::max(largest, std::abs(exact[i]));
  }
  return worst / largest;
}

}  // namespace demo
