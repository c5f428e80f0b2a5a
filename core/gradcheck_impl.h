// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "yhat/gradcheck.h"

/// The parts of gradcheck. The outputs of f are laid end to end into one vector of numbers.
namespace yhat::checking {

using Numbers = std::vector<double>;

/// What is checked at one order: outputs as a function of inputs, and the claimed J^T v.
struct Problem {
  /// The outputs at the inputs as they are now. With `recorded`, gradients can be taken of them.
  std::function<Tensors(bool recorded)> value;
  /// J^T v for each checked input; y comes from value(true). Undefined where an output does not depend on an input.
  std::function<Tensors(const Tensors& y, const Tensors& v, bool recorded)> gradient;
  Tensors all;                     // all inputs
  Tensors inputs;                  // those to be checked
  std::vector<int> names;          // of each checked input: its position as the user passed it, or -1 - cotangent
  std::vector<std::size_t> place;  // of each checked input: its position in `all`
  int order = 1;
};

// --- Differences (gradcheck_numeric.cpp) ---

/// Where each output starts in the numbers, and its shape.
struct Layout {
  std::vector<Shape> shapes;
  std::vector<std::size_t> start;  // one more than there are outputs
  std::size_t size() const { return start.back(); }
};
Layout layout_of(const Tensors& outputs);

/// Copies the outputs; false if count, shape or dtype are not as expected.
bool read(const Tensors& outputs, const Layout& expected, Numbers& into);

/// Puts x[i] back, whatever happens.
class Perturb {
 public:
  Perturb(const Tensor& x, std::int64_t i);
  ~Perturb() { *place_ = old_; }
  Perturb(const Perturb&) = delete;
  Perturb& operator=(const Perturb&) = delete;
  void by(double h) { *place_ = old_ + h; }
  double old() const { return old_; }

 private:
  double* place_;
  double old_;
};

/// The outputs at x_i - 2h, x_i - h, x_i, x_i + h, x_i + 2h.
struct FivePoints {
  std::array<Numbers, 5> f;
  double h = 0;
  std::array<double, 5> of(std::size_t j) const { return {f[0][j], f[1][j], f[2][j], f[3][j], f[4][j]}; }
  /// df_j/dx_i, with an error of h^4/30 of the fifth derivative.
  double slope(std::size_t j) const { return ((f[0][j] - f[4][j]) + 8 * (f[3][j] - f[1][j])) / (12 * h); }
};

/// Evaluates f at four points around x[i]; false (and `changed` is what came out) if an output changed its shape.
bool probe(const Problem& problem, const Tensor& x, std::int64_t i, double step, const Layout& layout,
           FivePoints& points, Tensors& changed);

/// The output at which the slope from the right differs most from that of the left, -1 if none does.
std::int64_t kink(const FivePoints& points);

/// log2 of R(h) / R(h/2), where R is what a step of h in a random direction leaves after the linear term; inf if f is
/// linear up to rounding.
double taylor_rate(const Problem& problem, const Tensor& x, const Numbers& gradient, const Numbers& v,
                   const Layout& layout, Rng& rng);

// --- Messages (gradcheck_message.cpp) ---

std::vector<std::int64_t> unflatten(const Shape& shape, std::int64_t flat);
std::string position(const std::vector<std::int64_t>& where);
/// "input 1", "cotangent 0"
std::string name_of_input(const GradcheckReport& report);
/// The start of every message: "gradcheck f: order 2: "
std::string heading(const GradcheckReport& report, const GradcheckOptions& options);

std::string passed_text(const GradcheckReport& report, const GradcheckOptions& options);
std::string mismatch_text(const GradcheckReport& report, std::int64_t failing, std::int64_t checked,
                          const std::string& finding);
std::string kink_text(const GradcheckReport& report, double value);

}  // namespace yhat::checking
