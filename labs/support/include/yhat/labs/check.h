// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "yhat/error.h"
#include "yhat/gradcheck.h"
#include "yhat/labs/demo.h"
#include "yhat/labs/todo.h"
#include "yhat/rng.h"
#include "yhat/shape.h"
#include "yhat/tensor.h"

/// What the checks of the labs are written with. A check is one doctest TEST_CASE:
///
///     TEST_CASE("4.3 softmax gradient") {
///       Rng rng = seeded(43);
///       const Tensor x = distinct({3, 4}, rng);
///       const Outcome g = gradient_of([](const Tensors& in) { return softmax(in[0], 1); }, {x});
///       if (looks_diagonal(g)) note("softmax.diagonal");
///       CHECK(g);
///     }
///
/// Student code is read by shape() and to_vector() only. Nothing here calls an op that a lab asks for.
namespace yhat::labs {

// --- What is said if the check fails ---

/// The message `id` of the manifest is the sentence shown if this check fails. The first note of a check is its main
/// one; {0}, {1} ... in the message stand for `values`.
void note(std::string_view id, std::initializer_list<std::string> values = {});
/// An input of the check, always shown with a failure. A later value of the same name replaces the earlier one; what is
/// shown is how things stood at the first failing assertion.
void show(std::string_view name, std::string_view value);
void show(std::string_view name, const Tensor& value);
void show(std::string_view name, const Shape& value);
void show(std::string_view name, double value);
/// A number as students read it: up to six significant digits.
std::string text_of(double value);
/// A generator with a fixed seed, which is shown with a failure.
Rng seeded(std::uint64_t seed);

// --- Comparing values ---

/// What a comparison found; true if all is well. `CHECK(same(y, expected))` shows `text` if not.
struct Outcome {
  bool ok = true;
  std::string text;                       ///< what is wrong, with the expected numbers
  Diagnosis diagnosis = Diagnosis::none;  ///< of a gradient
  GradcheckReport report = {};            ///< of a gradient
  explicit operator bool() const { return ok; }
};
doctest::String toString(const Outcome& outcome);

/// |a - b| <= abs + rel max(|a|, |b|), both finite (or the same infinity).
bool near(double a, double b, double rel = 1e-6, double abs = 1e-7);
/// Shape first, then NaN and infinities (allowed where expected), then values; lists at most 5 mismatches.
/// rel = abs = 0 asks for equality.
Outcome same(const Tensor& yours, const Tensor& expected, double rel = 1e-6, double abs = 1e-7);
Outcome same(const Tensor& yours, const Shape& shape, const std::vector<double>& expected, double rel = 1e-6,
             double abs = 1e-7);
Outcome same(double yours, double expected, double rel = 1e-6, double abs = 1e-7);
/// sum_i a_i b_i by a plain loop. Throws ShapeError unless the sizes are equal.
double inner(const Tensor& a, const Tensor& b);

// --- Inputs, all f64 ---

/// Distinct values, at least `gap` apart and `gap` away from 0, in random order, about half of them negative.
Tensor distinct(const Shape& shape, Rng& rng, double gap = 0.06);
/// Integers lo .. hi (inclusive): sums and products of them are exact, so results can be compared for equality.
Tensor integers(const Shape& shape, Rng& rng, std::int64_t lo = -4, std::int64_t hi = 4);

// --- Gradients ---

struct GradientOptions {
  std::uint64_t seed = 1;         ///< of the random cotangents
  double rel = 1e-6, abs = 1e-7;  ///< wide enough for any correct formula, mistakes are larger than 1e-4
  std::string name = "f";         ///< of the function, in messages
  bool expect_zero = false;       ///< the gradient is meant to be exactly zero
  std::int64_t max_elements = 0;  ///< per input, 0: all
};

/// Checks the gradients of f at `inputs` (f64; those that require grad, or all if none does) for random cotangents
/// against five-point differences of f itself. If they are wrong, says what the mistake looks like, shows the inputs
/// and the worst element. On a kink or tie the inputs are moved a little and tried again; what cannot be the student's
/// mistake is reported as internal. Exceptions of f pass through.
Outcome gradient_of(Fn f, const Tensors& inputs, const GradientOptions& options = {});
/// The same for a gradient written by hand: by_hand(x, v) returns dL/dx for v = dL/df(x).
Outcome gradient_of(Fn f, HandVjp by_hand, const Tensors& inputs, const GradientOptions& options = {});

template <TensorFn F>
Outcome gradient_of(F f, const Tensors& inputs, const GradientOptions& options = {}) {
  return gradient_of(as_fn(std::move(f)), inputs, options);
}
template <TensorFn F>
Outcome gradient_of(F f, HandVjp by_hand, const Tensors& inputs, const GradientOptions& options = {}) {
  return gradient_of(as_fn(std::move(f)), std::move(by_hand), inputs, options);
}

}  // namespace yhat::labs
