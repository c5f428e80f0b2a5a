// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

/// What tests of several folders compare with.
namespace near {

inline constexpr auto f64 = yhat::Dtype::f64;

/// The largest difference of two lists, relative to numbers above 1; infinite where one has a NaN and the other not.
inline double difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double d = std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i]));
    worst = std::isnan(d) ? INFINITY : std::max(worst, d);
  }
  return worst;
}
inline double difference(const yhat::Tensor& a, const yhat::Tensor& b) {
  return a.shape() == b.shape() ? difference(a.to_vector(), b.to_vector()) : INFINITY;
}
inline double difference(const yhat::Tensor& a, const std::vector<double>& b) { return difference(a.to_vector(), b); }

/// df/dx by central differences, for f64.
inline std::vector<double> numeric(const std::function<yhat::Tensor(const yhat::Tensor&)>& f, const yhat::Tensor& x,
                                   double step = 1e-5) {
  std::vector<double> gradient;
  const std::vector<double> at = x.to_vector();
  for (std::size_t i = 0; i < at.size(); ++i) {
    const auto moved = [&](double by) {
      std::vector<double> values = at;
      values[i] += by;
      return f(yhat::from_values(values, x.shape(), x.dtype())).item();
    };
    gradient.push_back((moved(step) - moved(-step)) / (2 * step));
  }
  return gradient;
}

/// The text of the error of type E that f throws.
template <class E, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another type of error: ") + e.what();
  }
  return "no error";
}

}  // namespace near
