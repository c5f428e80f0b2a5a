// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "yhat/trace.h"

/// Formulas as small trees, written as text for a terminal and as MathML for a page.
namespace yhat::trace {

struct Expr {
  enum class Kind { number, name, symbol, words, row, fraction, sub, super, fence, matrix, marked };
  Kind kind = Kind::row;
  std::string text;         // name, symbol or words; of marked: the CSS class
  double value = 0;         // number
  std::vector<Expr> parts;  // of a matrix: all entries in row-major order
  int cols = 0;             // of a matrix
};

Expr number(double value);
/// "x", "W1", "sigma" (Greek letters are spelled).
Expr name(std::string text);
/// "+", "=", "+=", "*" (tight) or "times" (with room)
Expr symbol(std::string text);
Expr words(std::string text);
Expr row(std::vector<Expr> parts);
Expr fraction(Expr top, Expr bottom);
Expr sub(Expr base, Expr index);
Expr super(Expr base, Expr power);
/// ( ... )
Expr fence(Expr inside);
Expr matrix(std::vector<Expr> entries, int cols);
/// `style` is "lit", "cancelled", "value", "gradient" or "result".
Expr marked(Expr inside, std::string style);
/// dL/dx
Expr derivative(const std::string& of, const std::string& by);
/// f(x)
Expr apply(const std::string& function, Expr argument);
/// One number, or (a, b, c); more than `most` elements are elided.
Expr list(const Numbers& values, std::size_t most = 6);
/// -, a number or a list.
Expr list(const MaybeNumbers& values, std::size_t most = 6);

std::string to_text(const Expr& e);
/// A whole <math> element.
std::string to_mathml(const Expr& e, bool block = false);
/// A row as one <math> for each of its terms, so that a narrow screen can break it.
std::string to_mathml_in_parts(const Expr& e);

// --- What is known about each op, by name ---

/// An op's inputs and output, as names or as numbers.
struct Operands {
  std::vector<Expr> inputs;
  Expr output;
  const std::vector<TraceAttribute>* attributes;

  bool has(const char* attribute) const;
  Expr attribute(const char* attribute) const;
};

/// Where a closed-form slope is asked for: two inputs, output, the op's own number.
struct Point {
  double a, b, y, s;
};

struct OpFormula {
  using Form = std::function<Expr(const Operands&)>;
  const char* op;
  bool elementwise = false;
  Form forward;                                  // right-hand side of y = ...
  std::vector<Form> slope;                       // d output / d input i
  std::vector<double (*)(const Point&)> closed;  // the same in numbers, for elementwise ops
  std::vector<Form> vjp;                         // right-hand side of dL/dx += ..., where it is not upstream * slope
  const char* second = nullptr;                  // what an unnamed second input is called
};

/// Null for an op that is not in the table (a student's own).
const OpFormula* formula_of(const std::string& op);

}  // namespace yhat::trace
