// SPDX-License-Identifier: MIT
#include "../yhat/elementwise.h"

#include <fmt/format.h>

#include <cmath>

#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {

Tensor exp(const Tensor& x) {
  return record("exp", map(x, [](auto v) { return std::exp(v); }),
                edge(x, [](const Tensor& g, const Tensor& y) { return g * y; }));
}

Tensor log(const Tensor& x) {
  return record("log", map(x, [](auto v) { return std::log(v); }), edge(x, [x](const Tensor& g) { return g / x; }));
}

Tensor log1p(const Tensor& x) {
  return record("log1p", map(x, [](auto v) { return std::log1p(v); }),
                edge(x, [x](const Tensor& g) { return g / (1 + x); }));
}

Tensor sqrt(const Tensor& x) {
  return record("sqrt", map(x, [](auto v) { return std::sqrt(v); }),
                edge(x, [](const Tensor& g, const Tensor& y) { return g / (2 * y); }));
}

Tensor sign(const Tensor& x) {
  return record("sign", map(x, [](auto v) { return v > 0 ? 1 : v < 0 ? -1 : v; }), constant(x));
}

Tensor abs(const Tensor& x) {
  return record("abs", map(x, [](auto v) { return std::abs(v); }),
                edge(x, [x](const Tensor& g) { return g * sign(x); }));
}

namespace {
// g where relu let its input through. Linear in g; as a function of y it is flat, so no gradient goes there.
Tensor relu_grad(const Tensor& g, const Tensor& y) {
  return record("relu_grad", zip(g, y, [](auto u, auto v) { return v <= 0 ? decltype(u)(0) : u; }),
                edge(g, [y](const Tensor& gg) { return relu_grad(gg, y); }), constant(y));
}
}  // namespace

Tensor relu(const Tensor& x) {
  return record("relu", map(x, [](auto v) { return v <= 0 ? decltype(v)(0) : v; }),
                edge(x, [](const Tensor& g, const Tensor& y) { return relu_grad(g, y); }));
}

Tensor leaky_relu(const Tensor& x, double slope) {
  return record("leaky_relu", map(x, [slope](auto v) { return v > 0 ? v : static_cast<decltype(v)>(slope) * v; }),
                edge(x, [x, slope](const Tensor& g) { return where(x > 0, g, slope * g); }), attribute("slope", slope));
}

Tensor sigmoid(const Tensor& x) {
  Tensor y = map(x, [](auto v) {  // exp of a number <= 0 cannot overflow
    const auto e = std::exp(-std::abs(v));
    return v >= 0 ? 1 / (1 + e) : e / (1 + e);
  });
  return record("sigmoid", std::move(y), edge(x, [](const Tensor& g, const Tensor& s) { return g * (s * (1 - s)); }));
}

Tensor tanh(const Tensor& x) {
  return record("tanh", map(x, [](auto v) { return std::tanh(v); }),
                edge(x, [](const Tensor& g, const Tensor& y) { return g * (1 - y * y); }));
}

Tensor softplus(const Tensor& x) {
  Tensor y = map(x, [](auto v) { return (v > 0 ? v : decltype(v)(0)) + std::log1p(std::exp(-std::abs(v))); });
  return record("softplus", std::move(y), edge(x, [x](const Tensor& g) { return g * sigmoid(x); }));
}

Tensor clamp(const Tensor& x, double lo, double hi) {
  if (!(lo <= hi)) throw ArgumentError("clamp", fmt::format("limits {} and {} (lo must be <= hi)", lo, hi));
  Tensor y = map(x, [lo, hi](auto v) {
    const auto low = static_cast<decltype(v)>(lo);
    const auto high = static_cast<decltype(v)>(hi);
    return v < low ? low : v > high ? high : v;
  });
  return record("clamp", std::move(y),
                edge(x, [x, lo, hi](const Tensor& g) { return where((x >= lo) * (x <= hi), g, zeros_like(g)); }),
                attribute("limits", lo, hi));
}

}  // namespace yhat
