// SPDX-License-Identifier: MIT
#include "yhat/labs/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "../grader/report.h"

namespace yhat::labs {

void note(std::string_view id, std::initializer_list<std::string> values) { grade::note(id, {values}); }

// --- Inputs shown ---

void show(std::string_view name, std::string_view value) { grade::show(name, value); }
void show(std::string_view name, double value) { grade::show(name, fmt::format("{:.9g}", value)); }
void show(std::string_view name, const Shape& value) { grade::show(name, fmt::format("{}", value)); }
void show(std::string_view name, const Tensor& value) {
  if (!value.defined()) return grade::show(name, "(undefined)");
  constexpr std::int64_t most = 60;
  std::vector<double> numbers = value.to_vector();
  const bool cut = value.size() > most;
  if (cut) numbers.resize(most);
  grade::show(name,
              fmt::format("{} {}{:.6g}{}{}", value.shape(), "{", fmt::join(numbers, ", "), cut ? ", ..." : "", "}"));
}
std::string text_of(double value) { return fmt::format("{:.6g}", value); }
Rng seeded(std::uint64_t seed) {
  grade::show("seed", std::to_string(seed));
  return Rng(seed);
}

// --- Values ---

doctest::String toString(const Outcome& outcome) { return outcome.ok ? "ok" : outcome.text.c_str(); }

bool near(double a, double b, double rel, double abs) {
  if (a == b) return true;
  return std::abs(a - b) <= abs + rel * std::max(std::abs(a), std::abs(b)) && std::isfinite(a) && std::isfinite(b);
}

namespace {

std::string position(const Shape& shape, std::size_t flat) {
  std::vector<std::int64_t> at(shape.size());
  auto rest = static_cast<std::int64_t>(flat);
  for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) at[axis] = rest % shape[axis];
  return fmt::format("[{}]", fmt::join(at, ", "));
}

}  // namespace

Outcome same(const Tensor& yours, const Shape& shape, const std::vector<double>& expected, double rel, double abs) {
  if (!yours.defined()) return {false, fmt::format("yours is undefined, expected shape {}", shape)};
  if (yours.shape() != shape) return {false, fmt::format("yours has shape {}, expected {}", yours.shape(), shape)};
  const std::vector<double> values = yours.to_vector();
  std::vector<std::size_t> not_finite, wrong;
  for (std::size_t i = 0; i < values.size() && i < expected.size(); ++i) {
    const bool equal = near(values[i], expected[i], rel, abs) || (std::isnan(values[i]) && std::isnan(expected[i]));
    if (equal) continue;
    (std::isfinite(values[i]) ? wrong : not_finite).push_back(i);
  }
  if (values.size() != expected.size()) {
    return {false, fmt::format("yours has {} elements, expected {}", values.size(), expected.size())};
  }
  const std::size_t failing = wrong.size() + not_finite.size();
  if (failing == 0) return {};
  not_finite.insert(not_finite.end(), wrong.begin(), wrong.end());
  std::string text = fmt::format("{} of {} wrong:", failing, values.size());
  constexpr std::size_t most = 5;
  for (std::size_t k = 0; k < std::min(most, failing); ++k) {
    const std::size_t i = not_finite[k];
    text += fmt::format("{} at {} yours {:.9g}, expected {:.9g}", k == 0 ? "" : ";", position(shape, i), values[i],
                        expected[i]);
  }
  return {false, text + (failing > most ? "; ..." : "")};
}

Outcome same(const Tensor& yours, const Tensor& expected, double rel, double abs) {
  return same(yours, expected.shape(), expected.to_vector(), rel, abs);
}

Outcome same(double yours, double expected, double rel, double abs) {
  if (near(yours, expected, rel, abs) || (std::isnan(yours) && std::isnan(expected))) return {};
  return {false, fmt::format("yours {:.16g}, expected {:.16g}", yours, expected)};
}

double inner(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector();
  const std::vector<double> y = b.to_vector();
  if (x.size() != y.size()) throw ShapeError("inner", fmt::format("{} and {}", a.shape(), b.shape()));
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

// --- Inputs ---

Tensor distinct(const Shape& shape, Rng& rng, double gap) {
  const std::int64_t n = shape.numel();
  std::vector<double> values;
  // Steps of 1.5 gaps, moved by at most a quarter gap: a gap of at least one between neighbours and around 0.
  for (std::int64_t k : n > 0 ? rng.permutation(n) : std::vector<std::int64_t>{}) {
    const double half = static_cast<double>(k - n / 2) + (k >= n / 2 ? 1 : 0);
    values.push_back(1.5 * gap * half + rng.uniform(-0.25, 0.25) * gap);
  }
  return from_values(values, shape, Dtype::f64);
}

Tensor integers(const Shape& shape, Rng& rng, std::int64_t lo, std::int64_t hi) {
  std::vector<double> values(static_cast<std::size_t>(shape.numel()));
  for (double& value : values) value = static_cast<double>(lo + rng.below(hi - lo + 1));
  return from_values(values, shape, Dtype::f64);
}

}  // namespace yhat::labs
