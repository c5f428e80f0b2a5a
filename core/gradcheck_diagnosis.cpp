// SPDX-License-Identifier: MIT
// What a wrong gradient looks like. The rules are tried in order, from the plainest mistake to the subtlest.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "gradcheck_impl.h"

namespace yhat {
namespace {

using checking::Numbers;
using Text = std::optional<std::string>;

double largest(const Numbers& x) {
  double most = 0;
  for (double v : x) most = std::max(most, std::abs(v));
  return most;
}

// The evidence, and how numbers are compared.
struct Case {
  const Evidence& e;
  double tolerance;
  std::size_t m = e.numeric.size();                                        // elements of the input
  std::size_t n = static_cast<std::size_t>(e.output.numel());              // elements of the output
  bool whole = e.inputs[e.input].numel() == static_cast<std::int64_t>(m);  // not a sample
  bool jacobians = whole && m > 0 && e.numeric_jacobian.size() == n* m&& e.analytic_jacobian.size() == n* m;
  // The Jacobians if there are any: a and n are the same thing seen through one v.
  const Numbers& claimed = jacobians ? e.analytic_jacobian : e.analytic;
  const Numbers& real = jacobians ? e.numeric_jacobian : e.numeric;
  double slack = tolerance * std::max(largest(real), 1e-300);

  const Shape& shape() const { return e.inputs[e.input]; }
  double A(std::size_t j, std::size_t i) const { return e.analytic_jacobian[j * m + i]; }
  double N(std::size_t j, std::size_t i) const { return e.numeric_jacobian[j * m + i]; }
  bool same(double x, double y) const { return std::abs(x - y) <= slack; }
  bool matters(double x) const { return std::abs(x) > slack; }
  template <class F>
  bool all_as(F f) const {  // claimed = f(real) everywhere
    for (std::size_t i = 0; i < real.size(); ++i) {
      if (!same(claimed[i], f(real[i]))) return false;
    }
    return true;
  }
};

Text zero(const Case& c) {
  if (largest(c.claimed) != 0 || largest(c.real) == 0) return {};
  return "gradient is zero: empty vjp, detach() or NoGrad?";
}

Text upstream_ignored(const Case& c) {
  if (c.e.analytic_other.empty() || c.e.analytic_zero.empty() || largest(c.e.analytic) == 0) return {};
  if (c.e.analytic != c.e.analytic_other || c.e.analytic != c.e.analytic_zero) return {};
  return "incoming gradient ignored: multiply by g";
}

Text sign(const Case& c) {
  if (!c.all_as([](double n) { return -n; })) return {};
  return "sign flipped";
}

// --- A constant factor ---

// Sizes that get into a gradient by mistake, with where they come from. Earlier ones are likelier.
std::vector<std::pair<double, std::string>> known_factors(const Evidence& e) {
  std::vector<std::pair<double, std::string>> known;
  const auto add = [&](double c, const std::string& from) { known.emplace_back(c, from); };
  std::vector<std::size_t> order{e.input};  // the input to blame first
  for (std::size_t k = 0; k < e.inputs.size(); ++k) {
    if (k != e.input) order.push_back(k);
  }
  for (std::size_t k : order) {
    for (std::size_t axis = 0; axis < e.inputs[k].size(); ++axis) {
      add(static_cast<double>(e.inputs[k][axis]), fmt::format("dim {} of input {}: mean or sum?", axis, k));
    }
  }
  for (std::size_t k : order) {
    const Shape& s = e.inputs[k];
    const double size = static_cast<double>(s.numel());
    const double out = static_cast<double>(e.output.numel());
    add(size, fmt::format("elements of input {}: mean or sum?", k));
    if (out > 0) add(size / out, fmt::format("elements of input {} per output: mean or sum?", k));
    if (s.size() >= 2) {
      add(static_cast<double>(s[s.size() - 2] * s[s.size() - 1]),
          fmt::format("the last two axes of input {}: kernel area?", k));
    }
  }
  add(2, "derivative of a square?");
  return known;
}

Text scaled(const Case& c) {
  double real_real = 0;
  double real_claimed = 0;
  std::size_t entries = 0;
  for (std::size_t i = 0; i < c.real.size(); ++i) {
    real_real += c.real[i] * c.real[i];
    real_claimed += c.real[i] * c.claimed[i];
    entries += c.matters(c.real[i]);
  }
  if (real_real == 0 || real_claimed == 0) return {};
  const double factor = real_claimed / real_real;
  const auto times = [factor](double n) { return factor * n; };
  if (!c.all_as(times) || c.same(factor * c.slack / c.tolerance, c.slack / c.tolerance)) return {};
  const double size = std::abs(factor);
  std::string why;
  for (const auto& [known, from] : known_factors(c.e)) {
    const bool large = std::abs(size - known) <= 10 * c.tolerance * known;
    const bool small = std::abs(1 / size - known) <= 10 * c.tolerance * known;
    if (known > 0 && (large || small)) {
      why = fmt::format("{:.6g} = {}", known, from);
      break;
    }
  }
  if (why.empty() && entries < 3) return {};
  std::string text = fmt::format("{}{:.6g} times too {}", factor < 0 ? "sign flipped, and " : "",
                                 size < 1 ? 1 / size : size, size < 1 ? "small" : "large");
  if (!why.empty()) text += fmt::format(" ({})", why);
  if (c.e.uses > 1 && std::abs(factor * c.e.uses - 1) <= 10 * c.tolerance) {
    text += fmt::format(", or = instead of += (input used {} times)", c.e.uses);
  }
  return text;
}

// --- Shapes ---

// The axes of `to` along which `from` is repeated.
std::vector<std::size_t> broadcast_axes(const Shape& from, const Shape& to) {
  std::vector<std::size_t> axes;
  const std::size_t lead = to.size() - from.size();
  for (std::size_t k = 0; k < to.size(); ++k) {
    if (k < lead || from[k - lead] != to[k]) axes.push_back(k);
  }
  return axes;
}

// Along an axis of the output, only one position has been counted.
Text one_slice_kept(const Case& c) {
  if (!c.jacobians) return {};
  for (std::size_t axis = 0; axis < c.e.output.size(); ++axis) {
    for (std::int64_t kept = 0; kept < c.e.output[axis]; ++kept) {
      bool fits = true;
      std::vector<bool> inside(c.m, false);
      bool shared = false;  // an element that matters both inside and outside of the slice
      for (bool outside : {false, true}) {
        for (std::size_t j = 0; j < c.n && fits; ++j) {
          const auto at = checking::unflatten(c.e.output, static_cast<std::int64_t>(j));
          if ((at[axis] != kept) != outside) continue;
          for (std::size_t i = 0; i < c.m && fits; ++i) {
            fits = c.same(c.A(j, i), outside ? 0 : c.N(j, i));
            if (!c.matters(c.N(j, i))) continue;
            if (outside)
              shared = shared || inside[i];
            else
              inside[i] = true;
          }
        }
      }
      if (!fits || !shared) continue;
      const std::vector<std::size_t> repeated =
          broadcasts_to(c.shape(), c.e.output) ? broadcast_axes(c.shape(), c.e.output) : std::vector<std::size_t>{};
      const bool broadcast = std::find(repeated.begin(), repeated.end(), axis) != repeated.end();
      return fmt::format("not summed over {}axis {}{} (only index {} is counted)", broadcast ? "broadcast " : "", axis,
                         broadcast ? "" : " of the output", kept);
    }
  }
  return {};
}

Text not_summed(const Case& c) {
  if (c.e.analytic_shape != c.shape()) {
    if (c.e.analytic_shape != c.e.output || !broadcasts_to(c.shape(), c.e.output)) return {};
    const std::vector<std::size_t> axes = broadcast_axes(c.shape(), c.e.output);
    return fmt::format("not summed over broadcast ax{} {}", axes.size() == 1 ? "is" : "es", fmt::join(axes, " and "));
  }
  return one_slice_kept(c);
}

Text wrong_shape(const Case& c) {
  if (c.e.analytic_shape == c.shape()) return {};
  return fmt::format("gradient is {}, input is {}", c.e.analytic_shape, c.shape());
}

// --- Places ---

Text transposed(const Case& c) {
  if (!c.whole) return {};
  const Shape& s = c.shape();
  for (std::size_t p = 0; p < s.size(); ++p) {
    for (std::size_t q = p + 1; q < s.size(); ++q) {
      if (s[p] != s[q] || s[p] < 2) continue;
      const std::vector<std::int64_t> stride = strides_of(s);
      bool fits = true;
      for (std::size_t i = 0; i < c.m && fits; ++i) {
        const auto at = checking::unflatten(s, static_cast<std::int64_t>(i));
        const std::int64_t swapped = static_cast<std::int64_t>(i) + (at[q] - at[p]) * (stride[p] - stride[q]);
        fits = c.same(c.e.analytic[i], c.e.numeric[static_cast<std::size_t>(swapped)]);
      }
      if (fits) return fmt::format("transposed (axes {} and {})", p, q);
    }
  }
  if (!c.jacobians || c.m != c.n) return {};
  for (std::size_t j = 0; j < c.n; ++j) {
    for (std::size_t i = 0; i < c.m; ++i) {
      if (!c.same(c.A(j, i), c.N(i, j))) return {};
    }
  }
  return "transposed (J v instead of J^T v)";
}

Text diagonal_only(const Case& c) {
  if (!c.jacobians || c.m != c.n) return {};
  bool more = false;
  for (std::size_t j = 0; j < c.n; ++j) {
    for (std::size_t i = 0; i < c.m; ++i) {
      if (!c.same(c.A(j, i), i == j ? c.N(j, i) : 0)) return {};
      more = more || (i != j && c.matters(c.N(j, i)));
    }
  }
  if (!more) return {};
  return "off-diagonal terms missing: each output depends on its whole row";
}

Text passed_through(const Case& c) {
  if (!c.jacobians || c.m != c.n) return {};
  for (std::size_t j = 0; j < c.n; ++j) {
    for (std::size_t i = 0; i < c.m; ++i) {
      if (!c.same(c.A(j, i), i == j ? 1 : 0)) return {};
    }
  }
  return "incoming gradient passed on unchanged: multiply it by the op's own derivative";
}

Text overwritten(const Case& c) {
  static constexpr const char* text = "contributions overwritten: use += instead of =";
  if (c.whole && c.e.contributions.size() > 1 && c.e.contributions.back().size() == c.m) {
    const Numbers& last = c.e.contributions.back();
    if (std::equal(last.begin(), last.end(), c.e.analytic.begin(), c.e.analytic.end(),
                   [&](double x, double y) { return c.same(x, y); })) {
      return text;
    }
  }
  if (!c.jacobians) return {};
  bool several = false;
  for (std::size_t i = 0; i < c.m; ++i) {
    int kept = 0;
    int lost = 0;
    for (std::size_t j = 0; j < c.n; ++j) {
      if (!c.matters(c.N(j, i)) && c.same(c.A(j, i), c.N(j, i))) continue;
      if (c.same(c.A(j, i), c.N(j, i)))
        ++kept;
      else if (c.same(c.A(j, i), 0))
        ++lost;
      else
        return {};
    }
    if (kept + lost > 0 && kept != 1) return {};
    several = several || lost > 0;
  }
  if (!several) return {};
  return text;
}

// The terms on the diagonal are right, others are there but wrong.
Text cross_terms(const Case& c) {
  if (!c.jacobians || c.m != c.n) return {};
  bool wrong = false;
  for (std::size_t j = 0; j < c.n; ++j) {
    for (std::size_t i = 0; i < c.m; ++i) {
      const bool right = c.same(c.A(j, i), c.N(j, i));
      if (i == j && !right) return {};
      wrong = wrong || (!right && c.matters(c.A(j, i)));
    }
  }
  if (!wrong) return {};
  return "off-diagonal terms wrong: d(output j)/d(input i) is right only where i = j";
}

// --- Where ---

std::string likely_cause(const Shape& s, std::size_t axis, const std::vector<std::int64_t>& wrong) {
  const std::int64_t size = s[axis];
  const bool first = wrong.front() == 0;
  const bool last = wrong.back() == size - 1;
  const auto n = static_cast<std::int64_t>(wrong.size());
  const bool block = wrong.back() - wrong.front() + 1 == n;
  const bool spatial = s.size() >= 4 && axis + 2 >= s.size();
  if (spatial && first && last && !block) return " (border: padding?)";
  if (spatial && last && block) return " (remainder of the stride?)";
  if (spatial && first && block) return " (border: padding?)";
  if (!first && last && axis == 0 && n == size - 1) return " (batch?)";
  if (axis == 1 && block && s.size() >= 2) return " (groups?)";
  return "";
}

// The wrong elements are all those (that matter) whose index along some axis is in a set.
Text partial(const Case& c) {
  if (!c.whole) return {};
  const Shape& s = c.shape();
  const auto wrong = [&](std::size_t i) {
    if (!c.jacobians) return !c.same(c.e.analytic[i], c.e.numeric[i]);
    for (std::size_t j = 0; j < c.n; ++j) {
      if (!c.same(c.A(j, i), c.N(j, i))) return true;
    }
    return false;
  };
  std::vector<bool> is_wrong(c.m);
  for (std::size_t i = 0; i < c.m; ++i) is_wrong[i] = wrong(i);
  for (std::size_t axis = 0; axis < s.size(); ++axis) {
    const auto size = static_cast<std::size_t>(s[axis]);
    std::vector<int> bad(size), good(size);
    for (std::size_t i = 0; i < c.m; ++i) {
      const auto at = static_cast<std::size_t>(checking::unflatten(s, static_cast<std::int64_t>(i))[axis]);
      if (is_wrong[i])
        ++bad[at];
      else if (std::abs(c.e.numeric[i]) > c.slack)
        ++good[at];
    }
    std::vector<std::int64_t> set;
    bool clean = true;
    for (std::size_t k = 0; k < size; ++k) {
      if (bad[k] > 0) set.push_back(static_cast<std::int64_t>(k));
      clean = clean && (bad[k] == 0 || good[k] == 0);
    }
    if (!clean || set.empty() || set.size() == size) continue;
    return fmt::format("wrong only where axis {} is in {{{}}} of {}{}", axis, fmt::join(set, ", "), size,
                       likely_cause(s, axis, set));
  }
  return {};
}

}  // namespace

Finding diagnose(const Evidence& evidence, double tolerance) {
  const Case c{evidence, tolerance};
  const auto judge = [&](Diagnosis diagnosis, const Text& text) -> std::optional<Finding> {
    return text ? std::optional<Finding>({diagnosis, *text}) : std::nullopt;
  };
  const bool comparable = evidence.analytic_shape == c.shape() && evidence.analytic.size() == c.m && c.m > 0;
  std::optional<Finding> found;
  const auto rule = [&](Diagnosis diagnosis, Text (*test)(const Case&), bool needs_numbers = true) {
    if (!found && (comparable || !needs_numbers)) found = judge(diagnosis, test(c));
  };
  rule(Diagnosis::zero, zero);
  rule(Diagnosis::upstream_ignored, upstream_ignored);
  rule(Diagnosis::sign, sign);
  rule(Diagnosis::scaled, scaled);
  rule(Diagnosis::not_summed, not_summed, false);
  rule(Diagnosis::wrong_shape, wrong_shape, false);
  rule(Diagnosis::transposed, transposed);
  rule(Diagnosis::diagonal_only, diagonal_only);
  rule(Diagnosis::unknown, passed_through);
  rule(Diagnosis::overwritten, overwritten);
  rule(Diagnosis::partial, partial);
  rule(Diagnosis::unknown, cross_terms);
  return found.value_or(Finding{Diagnosis::unknown, "no known pattern"});
}

}  // namespace yhat
