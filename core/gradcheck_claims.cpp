// SPDX-License-Identifier: MIT
// Steps 2 to 5 of gradcheck: f and the claimed gradient, before any difference is taken.
#include <fmt/format.h>

#include <cmath>

#include "gradcheck_check.h"
#include "yhat/autograd.h"
#include "yhat/error.h"

namespace yhat::checking {
namespace {

// Random sign, magnitude in [0.5, 1.5]: never ones, which cancel in softmax, batch norm and mean.
Tensors random_cotangent(const Tensors& y, Rng& rng) {
  Tensors v;
  for (const Tensor& output : y) {
    v.push_back(empty(output.shape(), Dtype::f64));
    for (double& value : v.back().mutable_data<double>()) {
      value = rng.uniform(0.5, 1.5) * (rng.next() >> 63 != 0 ? 1 : -1);
    }
  }
  return v;
}

Numbers flat(const Tensors& tensors) {
  Numbers all;
  for (const Tensor& t : tensors) {
    const auto values = t.data<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

bool same_bits(double a, double b) { return a == b ? std::signbit(a) == std::signbit(b) : a != a && b != b; }

}  // namespace

Check::Check(const Problem& problem, const GradcheckOptions& options, GradcheckReport& report)
    : problem_(problem),
      options_(options),
      report_(report),
      rng_(options.seed, static_cast<std::uint64_t>(problem.order)) {}

Tensors Check::run() {
  evaluate_twice();
  for (int c = 0; c < options_.cotangents; ++c) {
    v_.push_back(random_cotangent(y_, rng_));
    v_flat_.push_back(flat(v_.back()));
    analytic_.push_back(gradient_twice(v_.back()));
  }
  require_zero_from_zero();
  if (options_.expect_zero) require_exact_zero();
  compare();
  return v_[0];
}

// --- f itself ---

void Check::evaluate_twice() {
  y_ = problem_.value(true);
  if (y_.empty()) throw ArgumentError("gradcheck", fmt::format("{} returned no tensors (at least one)", options_.name));
  for (std::size_t o = 0; o < y_.size(); ++o) {
    if (!y_[o].defined() || y_[o].dtype() != Dtype::f64) {
      throw ArgumentError("gradcheck", fmt::format("output {} is {} (f64 only)", o,
                                                   y_[o].defined() ? name_of(y_[o].dtype()) : "undefined"));
    }
  }
  layout_ = layout_of(y_);
  read(y_, layout_, points_.f[2]);
  again_ = problem_.value(true);
  Numbers second;
  if (!read(again_, layout_, second)) {
    fail(GradcheckStatus::not_deterministic,
         fmt::format("not deterministic: two runs at the same input differ: {}; hint: make the Rng inside f",
                     shape_difference(again_)));
  }
  const Numbers& first = points_.f[2];
  for (std::size_t j = 0; j < first.size(); ++j) {
    if (!same_bits(first[j], second[j])) {
      const std::string at = blame_output(j);
      fail(GradcheckStatus::not_deterministic,
           fmt::format("not deterministic: two runs at the same input differ at {}: {:.9g} and {:.9g}; hint: make "
                       "the Rng inside f",
                       at, first[j], second[j]));
    }
  }
  for (std::size_t j = 0; j < first.size(); ++j) {
    if (!std::isfinite(first[j])) {
      const std::string at = position((blame_output(j), report_.where));
      fail(GradcheckStatus::not_finite, fmt::format("output {} is {} at {} before any perturbation", report_.output,
                                                    std::isnan(first[j]) ? "NaN" : "Inf", at));
    }
  }
}

// --- The claimed gradient ---

std::vector<Numbers> Check::gradient(const Tensors& y, const Tensors& v) {
  Tensors g;
  try {
    g = problem_.gradient(y, v, false);
  } catch (const GradientError& error) {
    for (std::size_t i = 0; i < problem_.inputs.size(); ++i) {
      if (problem_.inputs[i].node().get() == error.from()) blame(i);
    }
    report_.diagnosis = Diagnosis::wrong_shape;
    fail(GradcheckStatus::mismatch,
         fmt::format("wrong gradient of input {} of {}: {}", error.input(), error.op(), error.mistake()));
  }
  if (g.size() != problem_.inputs.size()) {
    throw ArgumentError("gradcheck", fmt::format("{} gradients for {} inputs (one each, undefined for a constant)",
                                                 g.size(), problem_.inputs.size()));
  }
  std::vector<Numbers> values;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const Tensor& x = problem_.inputs[i];
    if (!g[i].defined()) {
      values.emplace_back(static_cast<std::size_t>(x.size()), 0.0);
      continue;
    }
    if (g[i].shape() != x.shape() || g[i].dtype() != Dtype::f64) refuse_shape(i, g[i]);
    values.push_back(g[i].to_vector());
  }
  return values;
}

std::vector<Numbers> Check::gradient_twice(const Tensors& v) {
  std::vector<Numbers> a = gradient(y_, v);
  const std::vector<Numbers> b = gradient(again_, v);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a[i].size(); ++k) {
      if (same_bits(a[i][k], b[i][k]) && std::isfinite(a[i][k])) continue;
      blame(i, static_cast<std::int64_t>(k));
      const std::string at = position(report_.where);
      if (!same_bits(a[i][k], b[i][k])) {
        fail(GradcheckStatus::not_deterministic,
             fmt::format("not deterministic: two gradients at the same input differ at {} {}: {:.9g} and {:.9g}; "
                         "hint: make the Rng inside f",
                         name_of_input(report_), at, a[i][k], b[i][k]));
      }
      report_.analytic = a[i][k];
      fail(GradcheckStatus::not_finite,
           fmt::format("gradient of {} is {} at {}", name_of_input(report_), std::isnan(a[i][k]) ? "NaN" : "Inf", at));
    }
  }
  return a;
}

void Check::refuse_shape(std::size_t input, const Tensor& g) {
  blame(input);
  report_.output = 0;
  Finding finding{Diagnosis::wrong_shape, "gradient is f32, input is f64"};
  if (g.dtype() == Dtype::f64) {
    Evidence e;
    for (const Tensor& x : problem_.all) e.inputs.push_back(x.shape());
    e.input = problem_.place[input];
    e.output = layout_.shapes[0];
    e.analytic_shape = g.shape();
    finding = diagnose(e);
  }
  report_.diagnosis = finding.diagnosis;
  fail(GradcheckStatus::mismatch, fmt::format("wrong gradient of {}: {}", name_of_input(report_), finding.text));
}

void Check::require_zero_from_zero() {
  Tensors none;
  for (const Tensor& y : y_) none.push_back(zeros(y.shape(), Dtype::f64));
  const std::vector<Numbers> g = gradient(y_, none);
  for (std::size_t i = 0; i < g.size(); ++i) {
    for (std::size_t k = 0; k < g[i].size(); ++k) {
      if (g[i][k] == 0) continue;
      blame(i, static_cast<std::int64_t>(k));
      report_.analytic = g[i][k];
      const Numbers other = gradient(y_, random_cotangent(y_, rng_))[i];
      const bool ignored = g[i] == analytic_[0][i] && g[i] == other;
      report_.diagnosis = ignored ? Diagnosis::upstream_ignored : Diagnosis::unknown;
      fail(GradcheckStatus::nonzero_at_zero_cotangent,
           fmt::format("gradient of {} is {:.9g} at {} for a zero cotangent (must be 0); {}", name_of_input(report_),
                       g[i][k], position(report_.where),
                       ignored ? "incoming gradient ignored: multiply by g" : "no known pattern"));
    }
  }
}

void Check::require_exact_zero() {
  for (const std::vector<Numbers>& gradients : analytic_) {
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      for (std::size_t k = 0; k < gradients[i].size(); ++k) {
        if (gradients[i][k] == 0) continue;
        blame(i, static_cast<std::int64_t>(k));
        report_.analytic = gradients[i][k];
        report_.diagnosis = Diagnosis::unknown;
        fail(GradcheckStatus::mismatch, fmt::format("gradient of {} is {:.9g} at {} (expect_zero: must be exactly 0)",
                                                    name_of_input(report_), gradients[i][k], position(report_.where)));
      }
    }
  }
}

// --- Who is to blame ---

void Check::fail(GradcheckStatus status, const std::string& text) {
  report_.ok = false;
  report_.status = status;
  report_.message = heading(report_, options_) + text;
  throw Verdict{};
}

void Check::blame(std::size_t input, std::int64_t element) {
  report_.input = problem_.names[input] >= 0 ? problem_.names[input] : -1;
  report_.cotangent = problem_.names[input] >= 0 ? -1 : -1 - problem_.names[input];
  if (element >= 0) report_.where = unflatten(problem_.inputs[input].shape(), element);
}

std::string Check::blame_output(std::size_t flat_index) {
  std::size_t o = 0;
  while (layout_.start[o + 1] <= flat_index) ++o;
  report_.output = static_cast<int>(o);
  report_.where = unflatten(layout_.shapes[o], static_cast<std::int64_t>(flat_index - layout_.start[o]));
  return fmt::format("output {} {}", o, position(report_.where));
}

std::string Check::shape_difference(const Tensors& other) {
  if (other.size() != layout_.shapes.size()) {
    return fmt::format("{} and {} outputs", layout_.shapes.size(), other.size());
  }
  for (std::size_t o = 0; o < other.size(); ++o) {
    report_.output = static_cast<int>(o);
    if (!other[o].defined()) return fmt::format("output {}: {} and undefined", o, layout_.shapes[o]);
    if (other[o].dtype() != Dtype::f64) return fmt::format("output {}: f64 and {}", o, other[o].dtype());
    if (other[o].shape() != layout_.shapes[o]) {
      return fmt::format("output {}: {} and {}", o, layout_.shapes[o], other[o].shape());
    }
  }
  return "";
}

}  // namespace yhat::checking
