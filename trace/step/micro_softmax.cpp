// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formula.h"
#include "micro.h"
#include "numbers.h"

// What happens inside softmax, and why the gradient that comes out of it under cross-entropy is p - y.
namespace yhat::trace {
namespace {

Grid table(std::string name, Numbers data, std::int64_t cols, std::vector<std::int64_t> lit = {}) {
  const auto rows = static_cast<std::int64_t>(data.size()) / std::max<std::int64_t>(cols, 1);
  return {std::move(name), rows, cols, std::move(data), std::move(lit)};
}

MicroStep step(std::string say, Grid grid) { return {std::move(say), "", "", {std::move(grid)}, {}}; }

MicroStep step(std::string say, const Expr& formula, std::vector<Grid> grids) {
  return {std::move(say), to_text(formula), to_mathml(formula), std::move(grids), {}};
}

// diag(p) - p p^T
Numbers jacobian(const Numbers& p) {
  Numbers j;
  for (std::size_t r = 0; r < p.size(); ++r) {
    for (std::size_t c = 0; c < p.size(); ++c) j.push_back(p[r] * ((r == c ? 1 : 0) - p[c]));
  }
  return j;
}

// g J
Numbers product(const Numbers& g, const Numbers& j) {
  Numbers out(g.size(), 0.0);
  for (std::size_t r = 0; r < g.size(); ++r) {
    for (std::size_t c = 0; c < g.size(); ++c) out[c] += g[r] * j[r * g.size() + c];
  }
  return out;
}

std::vector<std::int64_t> rows_that_count(const Numbers& g) {
  const auto n = static_cast<std::int64_t>(g.size());
  std::vector<std::int64_t> lit;
  for (std::int64_t r = 0; r < n; ++r) {
    for (std::int64_t c = 0; c < n; ++c) {
      if (g[u(r)] != 0) lit.push_back(r * n + c);
    }
  }
  return lit;
}

Numbers times(const Numbers& a, const Numbers& b) {
  Numbers out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] * b[i]);
  return out;
}

double sum(const Numbers& v) {
  double total = 0;
  for (double e : v) total += e;
  return total;
}

double length(const Numbers& v) { return std::sqrt(sum(times(v, v))); }

// Names for the algebra.
Expr at(const char* vector, const char* index) { return sub(name(vector), name(index)); }
Expr over_k(Expr term) { return row({sub(symbol("sum"), name("k")), std::move(term)}); }
Expr slope_ki() { return fence(row({sub(name("delta"), name("ki")), symbol("-"), at("p", "i")})); }
Expr dz_is(Expr right) { return row({derivative("L", "z_i"), symbol("="), std::move(right)}); }

MicroStep the_jacobian(const Numbers& p, const Numbers& j, std::int64_t n) {
  return step("The Jacobian of softmax. It is symmetric, and each of its rows and columns adds up to 0.",
              row({at("J", "ki"), symbol("="), derivative("p_k", "z_i"), symbol("="), at("p", "k"), slope_ki()}),
              {table("J", j, n), table("p", p, n)});
}

}  // namespace

std::vector<MicroStep> softmax_steps(const Numbers& x, std::int64_t cols) {
  const std::size_t n = u(cols);
  Numbers largest;
  Numbers sums;
  Numbers v = x;
  for (std::size_t r = 0; r < x.size(); r += n) {
    largest.push_back(
        *std::max_element(x.begin() + static_cast<std::ptrdiff_t>(r), x.begin() + static_cast<std::ptrdiff_t>(r + n)));
  }
  const std::string which = largest.size() == 1 ? "the largest is " + show(largest[0]) : "the largest of each row";
  std::vector<MicroStep> steps = {step(which, table("max", largest, 1))};
  for (std::size_t i = 0; i < v.size(); ++i) v[i] -= largest[i / n];
  steps.push_back(step("subtract it, so that exp cannot overflow", table("shifted", v, cols)));
  for (double& e : v) e = std::exp(e);
  steps.push_back(step("exp of each", table("exp", v, cols)));
  for (std::size_t r = 0; r < v.size(); r += n) {
    sums.push_back(sum({v.begin() + static_cast<std::ptrdiff_t>(r), v.begin() + static_cast<std::ptrdiff_t>(r + n)}));
  }
  steps.push_back(
      step(sums.size() == 1 ? "they add up to " + show(sums[0]) : "the sum of each row", table("sum", sums, 1)));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] /= sums[i / n];
  steps.push_back(step("divide by the sum: they now add up to 1", table("p", v, cols)));
  return steps;
}

std::vector<MicroStep> softmax_backward_steps(const Numbers& p, const Numbers& g, std::int64_t cols) {
  const std::size_t n = u(cols);
  std::vector<MicroStep> steps;
  if (p.size() == n && n <= 8) {
    steps.push_back(step("J = diag(p) - p p^T; a row counts only where the upstream is not zero",
                         table("J", jacobian(p), cols, rows_that_count(g))));
  }
  Numbers v = times(g, p);
  Numbers sums(p.size() / n, 0.0);
  for (std::size_t i = 0; i < v.size(); ++i) sums[i / n] += v[i];
  steps.push_back(step("upstream times p, element by element", table("g*p", v, cols)));
  steps.push_back(
      step(sums.size() == 1 ? "these add up to " + show(sums[0]) : "the sum of each row", table("sum(g*p)", sums, 1)));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = g[i] - sums[i / n];
  steps.push_back(step("upstream minus that sum", table("g - sum(g*p)", v, cols)));
  steps.push_back(step("times p: this is upstream times J", table("contribution", times(v, p), cols)));
  return steps;
}

std::vector<MicroStep> cross_entropy_steps(const Numbers& p, const Numbers& y) {
  const auto n = static_cast<std::int64_t>(p.size());
  const Numbers j = jacobian(p);
  Numbers g;
  Numbers difference;
  Numbers minus_y;
  std::vector<std::int64_t> true_class;
  for (std::size_t i = 0; i < p.size(); ++i) {
    g.push_back(y[i] == 0 ? 0 : -y[i] / p[i]);
    difference.push_back(p[i] - y[i]);
    minus_y.push_back(y[i] == 0 ? 0 : -y[i]);
    if (y[i] != 0) true_class.push_back(static_cast<std::int64_t>(i));
  }
  const Numbers spread = times(p, Numbers(p.size(), sum(y)));
  const Expr upstream = fraction(at("y", "k"), at("p", "k"));
  const Expr struck = fraction(at("y", "k"), marked(at("p", "k"), "cancelled"));
  const bool one = true_class.size() == 1;

  std::vector<MicroStep> steps = {the_jacobian(p, j, n)};
  steps.push_back(step(one ? "The upstream gradient, from -log p of the true class. All other entries are 0."
                           : "The upstream gradient, from -sum(y log p).",
                       row({at("g", "k"), symbol("="), symbol("u-"), upstream}),
                       {table("upstream g", g, n, true_class)}));
  steps.push_back(step(one ? "Upstream times J. Only one row of J survives: the upstream is 0 at the others."
                           : "Upstream times J: every row of J, times its entry of the upstream.",
                       dz_is(over_k(row({fence(row({symbol("u-"), upstream})), at("p", "k"), slope_ki()}))),
                       {table("upstream times J", product(g, j), n), table("J", j, n, rows_that_count(g))}));
  if (one) steps.back().question = Question{"Which entries of J matter?", "One row: the upstream is zero elsewhere."};
  const std::size_t k = true_class.empty() ? 0 : u(true_class[0]);
  steps.push_back(
      step(one ? fmt::format("The factor p_k in J cancels the 1/p_k of the logarithm: {} * {} = {}.", show(g[k]),
                             show(p[k]), show(g[k] * p[k]))
               : "The factor p_k in J cancels the 1/p_k of the logarithm.",
           dz_is(over_k(row({fence(row({symbol("u-"), struck})), marked(at("p", "k"), "cancelled"), slope_ki()}))),
           {table("g_k p_k = -y_k", times(g, p), n, true_class)}));
  steps.push_back(step("What is left of the sum, written out: delta_ki picks k = i, and p_i does not depend on k.",
                       dz_is(row({symbol("u-"), at("y", "i"), symbol("+"), at("p", "i"), over_k(at("y", "k"))})),
                       {table("-y_i", minus_y, n), table("p_i sum_k y_k", spread, n)}));
  steps.push_back(
      step("The condition that is used here: the targets of one sample add up to 1. That holds for a label, "
           "and for label smoothing; it does not for several labels at once.",
           row({over_k(at("y", "k")), symbol("="), number(1)}), {table("sum of y", {sum(y)}, 1)}));
  steps.push_back(step("The gradient at the logits: what was predicted minus what was true.",
                       dz_is(row({at("p", "i"), symbol("-"), at("y", "i")})),
                       {table("p - y", difference, n), table("p", p, n), table("y", y, n)}));
  return steps;
}

std::vector<MicroStep> squared_error_steps(const Numbers& p, const Numbers& y) {
  const auto n = static_cast<std::int64_t>(p.size());
  const Numbers j = jacobian(p);
  Numbers g;
  for (std::size_t i = 0; i < p.size(); ++i) g.push_back(p[i] - y[i]);
  const double mean = sum(times(p, g));
  Numbers inner;
  for (double e : g) inner.push_back(e - mean);
  const Numbers end = times(p, inner);
  const Expr error_k = fence(row({at("p", "k"), symbol("-"), at("y", "k")}));
  const Expr error_i = row({at("p", "i"), symbol("-"), at("y", "i")});

  std::vector<MicroStep> steps = {the_jacobian(p, j, n)};
  steps.push_back(step("The upstream gradient, from the squared error: this is p - y already.",
                       row({at("g", "k"), symbol("="), at("p", "k"), symbol("-"), at("y", "k")}),
                       {table("upstream g", g, n)}));
  steps.push_back(step("Upstream times J. Every row of J counts.",
                       dz_is(over_k(row({error_k, at("p", "k"), slope_ki()}))),
                       {table("upstream times J", product(g, j), n), table("J", j, n, rows_that_count(g))}));
  steps.push_back(
      step(fmt::format("Nothing cancels: p_i stays as a factor. The sum over k is {}.", show(mean)),
           dz_is(row({at("p", "i"), fence(row({error_i, symbol("-"), over_k(row({at("p", "k"), error_k}))}))})),
           {table("p_k - y_k minus the sum", inner, n), table("p", p, n)}));
  steps.push_back(step(fmt::format("The error p - y has the length {}; what reaches the logits has {}.",
                                   show(length(g)), show(length(end))),
                       table("contribution", end, n)));
  return steps;
}

}  // namespace yhat::trace
