// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "yhat/tensor.h"

/// Is a gradient right? gradcheck compares it with differences of f itself, in f64, and says what is wrong with it.
///
///     Tensor a = tensor({0.5, -1, 2}, Dtype::f64).requires_grad_(), b = tensor(1.5, Dtype::f64).requires_grad_();
///     auto report = gradcheck([](const Tensors& x) { return tanh(x[0] * x[1]); }, {a, b}, {.order = 2});
///     if (!report.ok) fmt::print("{}\n", report.message);
namespace yhat {

/// Settings of a check. Steps and tolerances are made for f64.
struct GradcheckOptions {
  int order = 1;                    ///< >= 1; 2: also the gradients of the gradients, and so on
  double atol = 1e-9, rtol = 1e-8;  ///< a and n agree if |a - n| <= atol + rtol max(|a|, |n|)
  double step = 1e-3;               ///< h = step max(1, |x_i|)
  int cotangents = 2;               ///< random gradients sent back from the outputs, >= 1
  std::uint64_t seed = 1;           ///< of the cotangents and of the sample; nothing else is random
  std::int64_t max_elements = 0;    ///< per input; 0: all; else the first, the last and a random sample
  bool expect_zero = false;         ///< the gradient is meant to be exactly zero
  std::string name = "f";           ///< used in messages
};

/// How a check ended.
enum class GradcheckStatus {
  passed,
  mismatch,                   ///< the gradient is wrong
  non_differentiable,         ///< a kink or jump of f within two steps; move the input away
  vacuous,                    ///< an input does not change the output: nothing was checked
  not_deterministic,          ///< two runs at the same point differ
  not_finite,                 ///< a NaN or infinity in f or its gradient
  nonzero_at_zero_cotangent,  ///< no gradient came in, but one went out
  shape_changed               ///< an output's shape or dtype depends on the values
};

/// What kind of mistake a wrong gradient looks like.
enum class Diagnosis {
  none,
  zero,
  upstream_ignored,
  sign,
  scaled,
  not_summed,
  wrong_shape,
  transposed,
  diagonal_only,
  overwritten,
  partial,
  unknown
};

/// "mismatch", "diagonal_only", ...
const char* name_of(GradcheckStatus status);
const char* name_of(Diagnosis diagnosis);

/// What a check found: `message` says it in one line, the rest in numbers.
struct GradcheckReport {
  bool ok = false;  ///< status is `passed`
  GradcheckStatus status = GradcheckStatus::passed;
  Diagnosis diagnosis = Diagnosis::none;  ///< the likely mistake
  int order = 1;                          ///< at which it failed, or the highest that passed
  int input = -1;                         ///< position among the inputs; -1 if none is to blame
  int cotangent = -1;  ///< from order 2 on: the gradient of this incoming gradient is to blame, not that of an input
  int output = -1;     ///< position among the outputs
  std::vector<std::int64_t> where;                                ///< the worst element
  double analytic = 0, numeric = 0;                               ///< there
  double abs_error = 0, rel_error = 0;                            ///< |a - n|, and that divided by max(|a|, |n|)
  double allowed = 0, step = 0;                                   ///< there
  double taylor_rate = std::numeric_limits<double>::quiet_NaN();  ///< 2: right, 1: wrong; inf: exact; NaN: not made
  std::int64_t failing = 0;                                       ///< elements that disagree
  std::int64_t checked = 0, total = 0;                            ///< elements looked at, and there are
  int inputs_checked = 0;                                         ///< those that require a gradient
  double worst_ratio = 0;                                         ///< the largest |a - n| / allowed
  std::array<double, 5> five_values{};                            ///< at a kink: the output at -2h, -h, 0, h, 2h
  std::string message;                                            ///< one line
};

/// What is checked: the inputs -> the outputs, of any number and shape.
using Fn = std::function<Tensors(const Tensors&)>;
/// A gradient written by hand: x and dL/d(each output) -> dL/d(each x); undefined for an x that is not to be checked.
using HandVjp = std::function<Tensors(const Tensors& x, const Tensors& v)>;

/// Checks dL/dx for every input that requires grad; the others are constants. f gets the very tensors passed in (their
/// elements are changed in place and restored), so that a function which ignores its argument and calls a model can be
/// checked by passing the model's parameters. No stored gradient is touched.
/// Throws ArgumentError (an input in f32, none that requires grad, two that share an array, options out of range), and
/// whatever f throws.
[[nodiscard]] GradcheckReport gradcheck(Fn f, Tensors inputs, const GradcheckOptions& options = {});
/// Checks a gradient written by hand, order 1; needs no graph. Checks each input that requires grad or for which the
/// gradient is defined.
[[nodiscard]] GradcheckReport gradcheck(Fn f, HandVjp by_hand, Tensors inputs, const GradcheckOptions& options = {});
/// The same, throwing NumericError with the report's message unless the check passes.
void require_gradcheck(Fn f, Tensors inputs, const GradcheckOptions& options = {});
void require_gradcheck(Fn f, HandVjp by_hand, Tensors inputs, const GradcheckOptions& options = {});

/// The part of a wrong gradient that `diagnose` looks at: one input (shape I, m elements), one output (n elements).
struct Evidence {
  std::vector<Shape> inputs;                                ///< of all inputs
  std::size_t input = 0;                                    ///< the one to blame
  Shape output;                                             ///< of the output
  Shape analytic_shape;                                     ///< of the gradient to be judged
  std::vector<double> analytic;                             ///< J^T v as claimed
  std::vector<double> numeric;                              ///< J^T v as it is (m)
  std::vector<double> analytic_other;                       ///< as claimed for another v, may be empty
  std::vector<double> analytic_zero;                        ///< as claimed for v = 0, may be empty
  std::vector<double> analytic_jacobian, numeric_jacobian;  ///< (n, m) row by row, may be empty
  std::vector<std::vector<double>> contributions;           ///< one (m) for each use of the input, may be empty
  int uses = 1;                                             ///< how often the input is used
};

/// What `diagnose` says.
struct Finding {
  Diagnosis diagnosis = Diagnosis::unknown;
  std::string text;  ///< "sign flipped"
};

/// Says what a wrong gradient looks like; numbers agree if they differ by at most `tolerance` times the largest.
Finding diagnose(const Evidence& evidence, double tolerance = 1e-6);

// --- A callable that returns one Tensor is accepted too. ---

/// A callable `(const Tensors&) -> Tensor`.
template <class F>
concept TensorFn = std::is_invocable_r_v<Tensor, F&, const Tensors&>;

/// It as an Fn: its result is the only output.
template <TensorFn F>
Fn as_fn(F f) {
  return [f = std::move(f)](const Tensors& x) mutable { return Tensors{f(x)}; };
}
/// gradcheck(as_fn(f), ...), by the engine's gradient or by one written by hand.
template <TensorFn F>
[[nodiscard]] GradcheckReport gradcheck(F f, Tensors inputs, const GradcheckOptions& options = {}) {
  return gradcheck(as_fn(std::move(f)), std::move(inputs), options);
}
template <TensorFn F>
[[nodiscard]] GradcheckReport gradcheck(F f, HandVjp by_hand, Tensors inputs, const GradcheckOptions& options = {}) {
  return gradcheck(as_fn(std::move(f)), std::move(by_hand), std::move(inputs), options);
}
/// require_gradcheck(as_fn(f), ...).
template <TensorFn F>
void require_gradcheck(F f, Tensors inputs, const GradcheckOptions& options = {}) {
  require_gradcheck(as_fn(std::move(f)), std::move(inputs), options);
}
template <TensorFn F>
void require_gradcheck(F f, HandVjp by_hand, Tensors inputs, const GradcheckOptions& options = {}) {
  require_gradcheck(as_fn(std::move(f)), std::move(by_hand), std::move(inputs), options);
}

}  // namespace yhat
