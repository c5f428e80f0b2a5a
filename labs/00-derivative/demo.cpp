// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict: the error of your central difference against h.
#include <derivative.h>
#include <fmt/core.h>
#include <yhat/labs/check.h>

#include <cmath>

using yhat::labs::central_difference;
using yhat::labs::measured;

namespace {

double f(double x) { return std::exp(std::sin(x)); }

struct Best {
  double h = 0, error = INFINITY;
  void offer(double step, double value) {
    const double now = std::abs(value - std::cos(0.7) * f(0.7));
    if (now < error && now > 0) h = step, error = now;
  }
};

double power_of_ten(double v) { return std::round(std::log10(v)); }

}  // namespace

int main() {
  // The error jumps about where round-off rules, so each power of ten is represented by its worst step.
  Best central, one_sided, five_point;
  fmt::print("{:>8} {:>12} {:>12} {:>12}\n", "h", "central", "one-sided", "five points");
  for (int power = -1; power >= -12; --power) {
    const double x = 0.7;
    double worst[3] = {0, 0, 0};
    for (int k = 0; k < 20; ++k) {
      const double h = std::pow(10, power) * (1 + 0.01 * k);
      const double values[3] = {central_difference(f, x, h), (f(x + h) - f(x)) / h,
                                (4 * (f(x + h) - f(x - h)) / (2 * h) - (f(x + 2 * h) - f(x - 2 * h)) / (4 * h)) / 3};
      for (int i = 0; i < 3; ++i) worst[i] = std::fmax(worst[i], std::abs(values[i] - std::cos(x) * f(x)));
    }
    const double h = std::pow(10, power), exact = std::cos(x) * f(x);
    fmt::print("{:>8.0e} {:>12.1e} {:>12.1e} {:>12.1e}\n", h, worst[0], worst[1], worst[2]);
    central.offer(h, exact + worst[0]);
    one_sided.offer(h, exact + worst[1]);
    five_point.offer(h, exact + worst[2]);
  }
  measured("log10_h_central", power_of_ten(central.h));
  measured("log10_error_central", power_of_ten(central.error));
  measured("log10_h_one_sided", power_of_ten(one_sided.h));
  measured("log10_error_one_sided", power_of_ten(one_sided.error));
  fmt::print("five points: best h about {:.0e}, error {:.0e}\n", five_point.h, five_point.error);
}
