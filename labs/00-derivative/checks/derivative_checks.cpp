// SPDX-License-Identifier: MIT
// Checks of lab 0.
#include <derivative.h>
#include <yhat/labs/check.h>

#include <cmath>
#include <functional>
#include <string>

using namespace yhat::labs;

namespace {

struct Case {
  const char* name;
  std::function<double(double)> f;
  double x, slope;
};

const Case curved[] = {
    {"exp(sin x)", [](double x) { return std::exp(std::sin(x)); }, 0.7, std::cos(0.7) * std::exp(std::sin(0.7))},
    {"x^3 - x", [](double x) { return x * x * x - x; }, 1.3, 3 * 1.3 * 1.3 - 1},
    {"log x", [](double x) { return std::log(x); }, 0.8, 1 / 0.8},
};

// What the error looks like: one-sided, twice too large, or in single precision.
void recognise(const Case& c, double wide_error, double narrow_error, double slope_of_error) {
  const double value = central_difference(c.f, c.x, 1e-3);
  if (near(value, 2 * c.slope, 1e-3, 0)) {
    note("difference.factor");
  } else if (slope_of_error > 0.8 && slope_of_error < 1.2) {
    note("difference.one_sided", {text_of(std::round(10 * slope_of_error) / 10)});
  } else if (narrow_error > 1e-6 && wide_error < 1e-2) {
    note("difference.float");
  }
}

}  // namespace

TEST_CASE("0.1 the error falls like h squared") {
  for (const Case& c : curved) {
    const double wide = std::abs(central_difference(c.f, c.x, 1e-2) - c.slope);
    const double narrow = std::abs(central_difference(c.f, c.x, 1e-3) - c.slope);
    // A more exact formula may already be down at round-off.
    const double slope = std::log10(wide / std::fmax(narrow, 1e-300));
    const bool good = slope >= 1.9 || (wide < 1e-11 && narrow < 1e-11);
    show("f", c.name);
    show("x", c.x);
    show("error at h = 1e-2", wide);
    show("error at h = 1e-3", narrow);
    if (!good) recognise(c, wide, narrow, slope);
    REQUIRE_MESSAGE(good, "from h = 1e-2 to 1e-3 the error falls by 10^" << slope << ", expected 10^2");
  }
}

TEST_CASE("0.2 quadratics are exact") {
  for (double a : {1.0, -0.4, 3.0}) {
    const Case c{"a x^2 + 2 x - 1", [a](double x) { return a * x * x + 2 * x - 1; }, 0.6, 2 * a * 0.6 + 2};
    const double value = central_difference(c.f, c.x, 0.1);
    show("f", c.name);
    show("a", a);
    show("x", c.x);
    show("h", 0.1);
    const double error = std::abs(value - c.slope);
    if (near(value, 2 * c.slope, 1e-6, 0)) {
      note("difference.factor");
    } else if (near(error, std::abs(a) * 0.1, 1e-6, 0)) {
      note("difference.one_sided", {"1"});
    } else if (error > 1e-9 && error < 1e-4) {
      note("difference.float");
    }
    REQUIRE(same(value, c.slope, 0, 1e-9));
  }
}

TEST_CASE("0.3 the best step") {
  const double h = best_step();
  if (h > 0 && h < 6e-7) note("step.small");
  if (h > 6e-5) note("step.large");
  show("best_step()", h);
  CHECK_MESSAGE((h >= 6e-7 && h <= 6e-5), "h = " << h << " (expected about 6e-6, at most ten times more or less)");
}
