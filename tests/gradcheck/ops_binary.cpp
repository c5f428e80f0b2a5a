// SPDX-License-Identifier: MIT
// Two tensors: 12 pairs of shapes that broadcast, both ways round, one or both with a gradient, and one tensor twice.
#include <fmt/format.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

struct ShapePair {
  Shape a, b;
};
const std::vector<ShapePair> pairs = {{{2, 3}, {2, 3}},
                                      {{2, 3}, {3}},
                                      {{2, 3}, {1, 3}},
                                      {{2, 3}, {2, 1}},
                                      {{2, 3}, {}},
                                      {{4}, {1}},
                                      {{3, 1}, {1, 4}},
                                      {{2, 1, 3}, {4, 1}},
                                      {{1}, {1, 2, 1}},
                                      {{2, 1, 2}, {1, 3, 1}},
                                      {{3, 1, 2}, {2, 3, 2, 2}},
                                      {{0, 3}, {1, 3}}};

using Binary = Tensor (*)(const Tensor&, const Tensor&);
using Drawer = std::function<Tensor(Draw&, const Shape&)>;

// `a` and `b` draw the operands. Where f is `flat`, they have an effect through further outputs only.
std::function<Samples()> binary(Binary f, const Drawer& a, const Drawer& b, bool twice = true, bool flat = false) {
  return [=] {
    Samples samples;
    for (const ShapePair& pair : pairs) {
      for (int form = 0; form < 4; ++form) {
        const Shape left = form % 2 == 0 ? pair.a : pair.b;
        const Shape right = form % 2 == 0 ? pair.b : pair.a;
        const char* wanted = form < 2 ? "both" : form == 2 ? "the second" : "the first";
        samples.push_back(
            {fmt::format("{} and {} ({}), gradient of {}", left, right, form, wanted), [=](Draw& d) {
               Tensor u = a(d, left);
               Tensor v = b(d, right);
               if (form == 2) u = u.detach();
               if (form == 3) v = v.detach();
               if (!flat) return Case{"", fn2(f), {u, v}};
               return Case{"", [f](const Tensors& x) { return Tensors{f(x[0], x[1]), x[0], x[1]}; }, {u, v}};
             }});
      }
    }
    for (int i = 0; twice && i < 2; ++i) {
      samples.push_back({fmt::format("one tensor twice ({})", i), [=](Draw& d) {
                           return Case{"", fn([f](const Tensor& x) { return f(x, x); }), {a(d, {2, 3})}};
                         }});
      samples.push_back({fmt::format("one tensor twice, broadcast ({})", i), [=](Draw& d) {
                           return Case{
                               "",
                               fn([f, i](const Tensor& x) { return i == 0 ? f(x, transpose(x)) : f(transpose(x), x); }),
                               {a(d, {3, 1})}};
                         }});
    }
    return samples;
  };
}

Drawer in(double lo, double hi) {
  return [=](Draw& d, const Shape& s) { return d.in(s, lo, hi); };
}
Drawer apart_from_zero() {
  return [](Draw& d, const Shape& s) { return d.apart_from_zero(s, 0.5, 2); };
}

// Steps of 0.3, for one operand in the middle between those of the other.
Drawer steps(double offset) {
  return [=](Draw& d, const Shape& s) {
    Tensor x = empty(s, Dtype::f64);
    for (double& v : x.mutable_data<double>()) {
      v = 0.3 * static_cast<double>(d.rng.below(12) - 6) + offset + d.rng.uniform(0, 0.05);
    }
    return x.requires_grad_();
  };
}

Tensor plus(const Tensor& a, const Tensor& b) { return a + b; }
Tensor minus(const Tensor& a, const Tensor& b) { return a - b; }
Tensor times(const Tensor& a, const Tensor& b) { return a * b; }
Tensor over(const Tensor& a, const Tensor& b) { return a / b; }

// a - a does not depend on a, a / a neither, and maximum(a, a) is a kink: those are not asked.
Samples differences() { return binary(minus, in(-2, 2), in(-2, 2), false)(); }

// A condition, a and b: every way in which one of them is broadcast.
Samples choices() {
  const std::vector<std::vector<Shape>> shapes = {
      {{2, 3}, {2, 3}, {2, 3}}, {{3}, {2, 3}, {2, 3}},    {{2, 3}, {3}, {2, 3}}, {{2, 3}, {2, 3}, {1, 3}},
      {{2, 1}, {1, 3}, {2, 3}}, {{2, 3}, {}, {2, 1}},     {{4}, {1}, {4}},       {{3, 1}, {2, 1, 2}, {1}},
      {{5}, {2, 5}, {2, 1}},    {{2, 2, 3}, {3}, {2, 3}}, {{6}, {6}, {6}},       {{4, 1}, {4, 3}, {4, 3}},
      {{0, 3}, {3}, {0, 3}},    {{2, 4}, {1, 4}, {2, 1}}};
  Samples samples;
  for (const std::vector<Shape>& s : shapes) {
    for (const char* wanted : {"both", "a", "b"}) {
      samples.push_back({fmt::format("{} ? {} : {}, gradient of {}", s[0], s[1], s[2], wanted), [=](Draw& d) {
                           // Both answers occur, so that both branches matter wherever they are asked about.
                           Tensor condition = zeros(s[0], Dtype::f64);
                           auto bits = condition.mutable_data<double>();
                           for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (i + i / 3) % 2 == 0 ? 1 : 0;
                           Tensor a = d.in(s[1]);
                           Tensor b = d.in(s[2]);
                           if (wanted[0] == 'b' && wanted[1] == '\0') a = a.detach();
                           if (wanted[0] == 'a') b = b.detach();
                           return Case{"",
                                       [](const Tensors& x) {
                                         return Tensors{where(x[0], x[1], x[2]), x[1] * x[1], x[2] * x[2]};
                                       },
                                       {condition, a, b}};
                         }});
    }
  }
  return samples;
}

}  // namespace

std::vector<Op> binary_ops() {
  const auto row = [](const char* name, std::function<Samples()> cases, int highest, bool linear, const char* formula) {
    return Op{name, {name}, "two tensors", std::move(cases), 48, 20, highest, linear, formula};
  };
  return {
      row("add", binary(plus, in(-2, 2), in(-2, 2)), 2, true, "da = g, db = g, summed over broadcast axes"),
      row("sub", differences, 2, true, "da = g, db = -g"),
      row("mul", binary(times, in(-2, 2), in(-2, 2)), 3, true, "da = g b, db = g a"),
      row("div", binary(over, in(-2, 2), apart_from_zero(), false), 2, false, "da = g / b, db = -g y / b"),
      Op{"pow of two tensors",
         {"pow"},
         "two tensors",
         binary(pow, in(0.8, 2.5), in(-2, 2)),
         50,
         20,
         2,
         false,
         "da = g b a^(b-1), db = g y log a"},
      row("maximum", binary(maximum, steps(0), steps(0.15), false, true), 2, false, "da = g [a > b] + g/2 [a = b]"),
      row("minimum", binary(minimum, steps(0), steps(0.15), false, true), 2, false, "da = g [a < b] + g/2 [a = b]"),
      Op{"where", {"where"}, "two tensors", choices, 40, 16, 2, true, "da = g where the condition holds, else 0"},
  };
}

}  // namespace yhat::test
