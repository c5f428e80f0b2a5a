// SPDX-License-Identifier: MIT
#include <cmath>
#include <functional>

#include "../yhat/autograd.h"
#include "../yhat/elementwise.h"
#include "../yhat/ops.h"

namespace yhat {

// --- Two tensors. Where one was broadcast, the engine sums its gradient back to its shape. ---

Tensor operator+(const Tensor& a, const Tensor& b) {
  return record("add", zip("add", a, b, std::plus<>{}),  //
                edge(a, [](const Tensor& g) { return g; }), edge(b, [](const Tensor& g) { return g; }));
}

Tensor operator-(const Tensor& a, const Tensor& b) {
  return record("sub", zip("sub", a, b, std::minus<>{}),  //
                edge(a, [](const Tensor& g) { return g; }), edge(b, [](const Tensor& g) { return -g; }));
}

Tensor operator*(const Tensor& a, const Tensor& b) {
  return record("mul", zip("mul", a, b, std::multiplies<>{}),  //
                edge(a, [b](const Tensor& g) { return g * b; }), edge(b, [a](const Tensor& g) { return g * a; }));
}

Tensor operator/(const Tensor& a, const Tensor& b) {
  return record("div", zip("div", a, b, std::divides<>{}),  //
                edge(a, [b](const Tensor& g) { return g / b; }),
                edge(b, [b](const Tensor& g, const Tensor& y) { return -(g * y / b); }));
}

// --- A tensor and a number ---

Tensor operator+(const Tensor& a, double s) {
  return record("add", map(a, [s](auto v) { return v + static_cast<decltype(v)>(s); }),
                edge(a, [](const Tensor& g) { return g; }), attribute("scalar", s));
}

Tensor operator*(const Tensor& a, double s) {
  return record("mul", map(a, [s](auto v) { return v * static_cast<decltype(v)>(s); }),
                edge(a, [s](const Tensor& g) { return g * s; }), attribute("scalar", s));
}

Tensor operator/(const Tensor& a, double s) {
  return record("div", map(a, [s](auto v) { return v / static_cast<decltype(v)>(s); }),
                edge(a, [s](const Tensor& g) { return g / s; }), attribute("scalar", s));
}

Tensor operator-(double s, const Tensor& a) {
  return record("sub", map(a, [s](auto v) { return static_cast<decltype(v)>(s) - v; }),
                edge(a, [](const Tensor& g) { return -g; }), attribute("scalar", s));
}

Tensor operator/(double s, const Tensor& a) {
  return record("div", map(a, [s](auto v) { return static_cast<decltype(v)>(s) / v; }),
                edge(a, [a](const Tensor& g, const Tensor& y) { return -(g * y / a); }), attribute("numerator", s));
}

Tensor operator-(const Tensor& x) {
  return record("neg", map(x, std::negate<>{}), edge(x, [](const Tensor& g) { return -g; }));
}

Tensor operator-(const Tensor& a, double s) { return a + -s; }
Tensor operator+(double s, const Tensor& a) { return a + s; }
Tensor operator*(double s, const Tensor& a) { return a * s; }

// --- Powers ---

Tensor pow(const Tensor& a, double exponent) {
  return record("pow", map(a, [exponent](auto v) { return std::pow(v, static_cast<decltype(v)>(exponent)); }),
                edge(a,
                     [a, exponent](const Tensor& g) {
                       // 0 times x^0, not x^-1, which at 0 would make it NaN
                       return g * (exponent * pow(a, exponent == 0 ? 0 : exponent - 1));
                     }),
                attribute("exponent", exponent));
}

namespace {
// log(a) where the power depends on its exponent; 0 where 0^b stays 0 for all b near it.
Tensor log_of_base(const Tensor& a, const Tensor& b) {
  Tensor flat = (a >= 0.0) * (a <= 0.0) * (b >= 0.0);
  return log(where(flat, ones_like(a), a));
}
}  // namespace

Tensor pow(const Tensor& a, const Tensor& b) {
  return record("pow", zip("pow", a, b, [](auto u, auto v) { return std::pow(u, v); }),
                edge(a,
                     [a, b](const Tensor& g) {
                       const Tensor base = where(equal(b, zeros_like(b)), ones_like(a), a);  // not 0 * 0^-1
                       return g * (b * pow(base, b - 1));
                     }),
                edge(b, [a, b](const Tensor& g, const Tensor& y) { return g * y * log_of_base(a, b); }));
}

// --- The larger and the smaller of two ---

namespace {
// How much of the gradient goes to the first of two operands: all if it was chosen, half on a tie.
template <class Chosen>
Tensor share_of_first(const Tensor& a, const Tensor& b, Chosen chosen) {
  return zip(a, b, [chosen](auto u, auto v) {
    using T = decltype(u);
    if (u == v) return T(0.5);
    return T(chosen(u, v) || std::isnan(u) || std::isnan(v) ? 1 : 0);
  });
}

template <class Chosen>
Tensor choose(const char* op, const Tensor& a, const Tensor& b, Chosen chosen) {
  Tensor y = zip(op, a, b, [chosen](auto u, auto v) { return std::isnan(u) || chosen(u, v) ? u : v; });
  return record(op, std::move(y), edge(a, [a, b, chosen](const Tensor& g) { return g * share_of_first(a, b, chosen); }),
                edge(b, [a, b, chosen](const Tensor& g) { return g * share_of_first(b, a, chosen); }));
}
}  // namespace

Tensor maximum(const Tensor& a, const Tensor& b) { return choose("maximum", a, b, std::greater<>{}); }
Tensor minimum(const Tensor& a, const Tensor& b) { return choose("minimum", a, b, std::less<>{}); }

// --- Comparisons ---

namespace {
template <class Holds>
Tensor compare(const char* op, const Tensor& a, const Tensor& b, Holds holds) {
  return record(op, zip(op, a, b, [holds](auto u, auto v) { return decltype(u)(holds(u, v) ? 1 : 0); }), constant(a),
                constant(b));
}
template <class Holds>
Tensor compare(const char* op, const Tensor& a, double s, Holds holds) {
  return record(op, map(a, [holds, s](auto v) { return decltype(v)(holds(v, static_cast<decltype(v)>(s)) ? 1 : 0); }),
                constant(a), attribute("scalar", s));
}
}  // namespace

Tensor operator>(const Tensor& a, const Tensor& b) { return compare("greater", a, b, std::greater<>{}); }
Tensor operator<(const Tensor& a, const Tensor& b) { return compare("less", a, b, std::less<>{}); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return compare("greater_equal", a, b, std::greater_equal<>{}); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return compare("less_equal", a, b, std::less_equal<>{}); }
Tensor operator>(const Tensor& a, double s) { return compare("greater", a, s, std::greater<>{}); }
Tensor operator<(const Tensor& a, double s) { return compare("less", a, s, std::less<>{}); }
Tensor operator>=(const Tensor& a, double s) { return compare("greater_equal", a, s, std::greater_equal<>{}); }
Tensor operator<=(const Tensor& a, double s) { return compare("less_equal", a, s, std::less_equal<>{}); }
Tensor equal(const Tensor& a, const Tensor& b) { return compare("equal", a, b, std::equal_to<>{}); }

// --- Choice ---

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  detail::require_same_dtype("where", a, b);
  const Shape shape = broadcast_shapes("where", condition.shape(), broadcast_shapes("where", a.shape(), b.shape()));
  Tensor y;
  {
    const NoGrad values_only;
    const Tensor c =
        detail::broadcast_value(map(condition, [](auto v) { return decltype(v)(v != 0); }).to(a.dtype()), shape);
    const Tensor u = detail::broadcast_value(a, shape);
    const Tensor v = detail::broadcast_value(b, shape);
    y = empty(shape, a.dtype());
    dispatch(a.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto pc = c.data<T>();
      const auto pu = u.data<T>();
      const auto pv = v.data<T>();
      const auto to = y.mutable_data<T>();
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = pc[i] != 0 ? pu[i] : pv[i];
    });
  }
  return record("where", std::move(y), constant(condition),
                edge(a, [condition](const Tensor& g) { return where(condition, g, zeros_like(g)); }),
                edge(b, [condition](const Tensor& g) { return where(condition, zeros_like(g), g); }));
}

}  // namespace yhat
