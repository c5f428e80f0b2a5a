// SPDX-License-Identifier: MIT
// Differences of f: five points around an element, the test for a kink, the rate of the Taylor remainder.
#include <algorithm>
#include <cmath>
#include <limits>

#include "gradcheck_impl.h"
#include "tensor_impl.h"

namespace yhat::checking {

Layout layout_of(const Tensors& outputs) {
  Layout layout;
  layout.start.push_back(0);
  for (const Tensor& y : outputs) {
    layout.shapes.push_back(y.shape());
    layout.start.push_back(layout.start.back() + static_cast<std::size_t>(y.size()));
  }
  return layout;
}

bool read(const Tensors& outputs, const Layout& expected, Numbers& into) {
  if (outputs.size() != expected.shapes.size()) return false;
  into.resize(expected.size());
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const Tensor& y = outputs[o];
    if (!y.defined() || y.shape() != expected.shapes[o] || y.dtype() != Dtype::f64) return false;
    const auto values = y.data<double>();
    std::copy(values.begin(), values.end(), into.begin() + static_cast<std::ptrdiff_t>(expected.start[o]));
  }
  return true;
}

// Written behind the back of the version count: a graph that has saved x is used again after x is restored.
Perturb::Perturb(const Tensor& x, std::int64_t i)
    : place_(static_cast<double*>(x.impl()->buffer->data()) + i), old_(*place_) {}

bool probe(const Problem& problem, const Tensor& x, std::int64_t i, double step, const Layout& layout,
           FivePoints& points, Tensors& changed) {
  Perturb element(x, i);
  points.h = step * std::max(1.0, std::abs(element.old()));
  for (int k : {-2, -1, 1, 2}) {
    element.by(k * points.h);
    Tensors y = problem.value(false);
    if (!read(y, layout, points.f[static_cast<std::size_t>(k + 2)])) {
      changed = std::move(y);
      return false;
    }
  }
  return true;
}

std::int64_t kink(const FivePoints& points) {
  std::int64_t worst = -1;
  double largest = 0;
  for (std::size_t j = 0; j < points.f[2].size(); ++j) {
    const auto f = points.of(j);
    if (!std::all_of(f.begin(), f.end(), [](double v) { return std::isfinite(v); })) {
      return static_cast<std::int64_t>(j);
    }
    const double right = (-3 * f[2] + 4 * f[3] - f[4]) / (2 * points.h);
    const double left = (3 * f[2] - 4 * f[1] + f[0]) / (2 * points.h);
    const double apart = std::abs(right - left);
    if (apart > 1e-5 + 1e-3 * std::max(std::abs(right), std::abs(left)) && apart > largest) {
      largest = apart;
      worst = static_cast<std::int64_t>(j);
    }
  }
  return worst;
}

double taylor_rate(const Problem& problem, const Tensor& x, const Numbers& gradient, const Numbers& v,
                   const Layout& layout, Rng& rng) {
  Numbers direction(static_cast<std::size_t>(x.size()));
  double norm = 0;
  for (double& d : direction) {
    d = rng.normal();
    norm += d * d;
  }
  double linear = 0;
  for (std::size_t i = 0; i < direction.size(); ++i) {
    direction[i] /= std::sqrt(norm);
    linear += direction[i] * gradient[i];
  }
  double size = 0;  // |phi|, as the sum of its terms, since their rounding does not cancel
  const auto phi = [&](double h) {
    struct Restore {  // also if f throws
      double* at;
      Numbers old;
      ~Restore() { std::copy(old.begin(), old.end(), at); }
    } restore{static_cast<double*>(x.impl()->buffer->data()), x.to_vector()};
    for (std::size_t i = 0; i < direction.size(); ++i) restore.at[i] = restore.old[i] + h * direction[i];
    Numbers y;
    if (!read(problem.value(false), layout, y)) return std::numeric_limits<double>::quiet_NaN();
    double total = 0;
    size = 0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      total += v[j] * y[j];
      size += std::abs(v[j] * y[j]);
    }
    return total;
  };
  const double at_zero = phi(0);
  const double noise = 100 * std::numeric_limits<double>::epsilon() * size;
  double rate = std::numeric_limits<double>::infinity();
  double before = 0;
  double h = 1e-2;
  for (int halving = 0; halving <= 7; ++halving, h /= 2) {
    const double rest = std::abs(phi(h) - at_zero - h * linear);
    if (!(rest > noise)) break;
    if (halving > 0) rate = std::log2(before / rest);
    before = rest;
  }
  return rate;
}

}  // namespace yhat::checking
