// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "yhat/labs/check.h"

/// Assertions that know the common mistakes: a result is compared with the right values and, if it is wrong, with those
/// that a known mistake would have given.
namespace yhat::labs {

/// How far apart two numbers may be: rel times the larger one, plus abs.
struct Tolerance {
  double rel = 1e-12, abs = 1e-13;
};
inline constexpr Tolerance exact{0, 0};

/// What a common mistake would have produced, and the message that names it.
struct Mistake {
  const char* note;
  std::vector<double> values;
};

/// Whether the shapes and all numbers agree. NaN agrees with NaN, so that a mistake can be described that makes one.
inline bool agrees(const Tensor& got, const Shape& shape, const std::vector<double>& values, Tolerance t = {}) {
  return bool(same(got, shape, values, t.rel, t.abs));
}

/// Asserts that `got` has this shape and these values, in row-major order. `what` says in the report what was compared.
inline void expect(const std::string& what, const Tensor& got, const Shape& shape, const std::vector<double>& want,
                   Tolerance t = {}, std::initializer_list<Mistake> mistakes = {}) {
  show("compared", what);
  const Outcome outcome = same(got, shape, want, t.rel, t.abs);
  if (!outcome) {
    for (const Mistake& m : mistakes) {
      if (!agrees(got, shape, m.values, {t.rel > 1e-9 ? t.rel : 1e-9, t.abs > 1e-12 ? t.abs : 1e-12})) continue;
      note(m.note);
      break;
    }
  }
  REQUIRE(outcome);
}
/// The same for a list of numbers.
inline void expect(const std::string& what, const std::vector<double>& got, const std::vector<double>& want,
                   Tolerance t = {}, std::initializer_list<Mistake> mistakes = {}) {
  const Shape shape{static_cast<std::int64_t>(got.size())};
  expect(what, from_values(got, shape, Dtype::f64), {static_cast<std::int64_t>(want.size())}, want, t, mistakes);
}
/// The same for one number.
inline void expect(const std::string& what, double got, double want, Tolerance t = {},
                   std::initializer_list<Mistake> mistakes = {}) {
  expect(what, std::vector<double>{got}, std::vector<double>{want}, t, mistakes);
}

/// The text of the error of type E that f throws; empty if it throws none. Anything else that f throws passes through,
/// "not implemented" above all.
template <class E, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace yhat::labs
