// SPDX-License-Identifier: MIT
// Element by element: 8 elementwise_shapes, 5 ranges of values each.
#include <fmt/format.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

const std::vector<Shape> elementwise_shapes = {{}, {5}, {1, 4}, {2, 3}, {3, 1, 2}, {2, 1, 3, 2}, {7}, {0, 3}};

struct Range {
  double lo, hi;
};
using Ranges = std::vector<Range>;

// At least 0.05 from each of `kinks`, and the case is the op itself on x.
std::function<Samples()> unary(Tensor (*f)(const Tensor&), const Ranges& ranges,
                               const std::vector<double>& kinks = {}) {
  return [=] {
    Samples samples;
    for (const Shape& shape : elementwise_shapes) {
      for (const Range& r : ranges) {
        samples.push_back({fmt::format("{} in {} .. {}", shape, r.lo, r.hi), [=](Draw& d) {
                             Tensor x = d.in(shape, r.lo, r.hi);
                             for (double& v : x.mutable_data<double>()) {
                               for (double kink : kinks) {
                                 if (v >= kink && v < kink + 0.05) v += 0.05;
                                 if (v < kink && v > kink - 0.05) v -= 0.05;
                               }
                             }
                             if (kinks.empty()) return Case{"", fn(f), {x}};
                             // Where f is flat, x has an effect through the second output only.
                             return Case{"", [=](const Tensors& in) { return Tensors{f(in[0]), in[0]}; }, {x}};
                           }});
      }
    }
    return samples;
  };
}

const Ranges any = {{-2, 2}, {0.1, 2}, {-2, -0.1}, {-0.3, 0.3}, {-1, 0.5}};
const Ranges positive = {{0.5, 3}, {0.5, 0.7}, {1, 2}, {2, 3}, {0.9, 1.1}};

Tensor leaky(const Tensor& x) { return leaky_relu(x, 0.2); }
Tensor clamped(const Tensor& x) { return clamp(x, -0.7, 0.9); }
Tensor negated(const Tensor& x) { return -x; }
Tensor cloned(const Tensor& x) { return x.clone(); }
Tensor logarithm(const Tensor& x) { return log(x); }

// One sample per exponent and shape: negative, fractional, whole, 0 and 1 on positive bases; whole ones on any.
Samples powers() {
  Samples samples;
  for (const Shape& shape : elementwise_shapes) {
    for (double exponent : {-1.5, 0.5, 1.0, 2.0, 3.7}) {
      samples.push_back(
          {fmt::format("{} ^ {}", shape, exponent), [=](Draw& d) {
             return Case{"", fn([=](const Tensor& x) { return pow(x, exponent); }), {d.in(shape, 0.6, 3)}};
           }});
    }
  }
  for (double exponent : {-2.0, 3.0, 4.0}) {
    samples.push_back(
        {fmt::format("of negative bases ^ {}", exponent), [=](Draw& d) {
           return Case{"", fn([=](const Tensor& x) { return pow(x, exponent); }), {d.apart_from_zero({2, 3}, 0.6, 2)}};
         }});
  }
  return samples;
}

// Constants on either side.
Samples with_numbers() {
  Samples samples;
  const std::vector<std::pair<std::string, Tensor (*)(const Tensor&)>> forms = {
      {"x + 1.5", [](const Tensor& x) { return x + 1.5; }},   {"1.5 + x", [](const Tensor& x) { return 1.5 + x; }},
      {"x - 0.7", [](const Tensor& x) { return x - 0.7; }},   {"0.7 - x", [](const Tensor& x) { return 0.7 - x; }},
      {"x * -2.5", [](const Tensor& x) { return x * -2.5; }}, {"-2.5 * x", [](const Tensor& x) { return -2.5 * x; }},
      {"x / 3", [](const Tensor& x) { return x / 3; }},       {"3 / x", [](const Tensor& x) { return 3 / x; }}};
  for (const auto& [name, f] : forms) {
    for (const Shape& shape : elementwise_shapes) {
      samples.push_back({fmt::format("{}, {}", name, shape), [f = f, shape](Draw& d) {
                           return Case{"", fn(f), {d.apart_from_zero(shape)}};
                         }});
    }
  }
  return samples;
}

}  // namespace

std::vector<Op> elementwise_ops() {
  const auto row = [](const char* name, std::function<Samples()> cases, int highest, bool linear, const char* formula) {
    return Op{name, {name}, "element by element", std::move(cases), 40, 16, highest, linear, formula};
  };
  return {
      row("neg", unary(negated, any), 2, true, "-x"),
      row("clone", unary(cloned, any), 2, true, "x"),
      row("exp", unary(exp, any), 3, false, "dy/dx = y"),
      row("log", unary(logarithm, positive), 2, false, "dy/dx = 1/x"),
      row("log1p", unary(log1p, {{-0.7, 2}, {-0.7, -0.3}, {-0.1, 0.1}, {0.5, 3}, {-0.5, 0.5}}), 2, false,
          "dy/dx = 1/(1 + x)"),
      row("sqrt", unary(sqrt, positive), 2, false, "dy/dx = 1/(2 y)"),
      row("abs", unary(abs, any, {0}), 2, false, "dy/dx = sign(x)"),
      Op{"relu",
         {"relu", "relu_grad"},
         "element by element",
         unary(relu, any, {0}),
         40,
         16,
         2,
         false,
         "dy/dx = [x > 0]"},
      row("leaky_relu", unary(leaky, any, {0}), 2, false, "dy/dx = 1 or slope"),
      row("sigmoid", unary(sigmoid, any), 3, false, "dy/dx = y (1 - y)"),
      row("tanh", unary(tanh, any), 3, false, "dy/dx = 1 - y^2"),
      row("softplus", unary(softplus, any), 2, false, "dy/dx = sigmoid(x)"),
      row("clamp", unary(clamped, any, {-0.7, 0.9}), 2, false, "dy/dx = [lo <= x <= hi]"),
      row("pow", powers, 3, false, "dy/dx = n x^(n-1)"),
      Op{"with a number",
         {"add", "sub", "mul", "div"},
         "element by element",
         with_numbers,
         64,
         24,
         2,
         false,
         "as with a tensor of equal elements"},
  };
}

}  // namespace yhat::test
