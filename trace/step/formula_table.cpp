// SPDX-License-Identifier: MIT
#include <cmath>

#include "formula.h"

// What the step-through knows about each op: how it is written, its slope, and the slope in numbers, independent of the
// engine's own vjp (the tests hold the two against each other).
namespace yhat::trace {
namespace {

using O = const Operands&;
Expr in(O o, std::size_t i) { return i < o.inputs.size() ? o.inputs[i] : words("?"); }
Expr second(O o) { return o.inputs.size() > 1 ? o.inputs[1] : o.attribute("scalar"); }
Expr times(Expr a, Expr b) { return row({std::move(a), symbol("*"), std::move(b)}); }
Expr one_minus(Expr a) { return fence(row({number(1), symbol("-"), std::move(a)})); }
Expr negated(Expr a) { return row({symbol("u-"), std::move(a)}); }

OpFormula function(const char* op, const char* written, OpFormula::Form slope, double (*closed)(const Point&)) {
  return {op, true, [written](O o) { return apply(written, in(o, 0)); }, {std::move(slope)}, {closed}, {}};
}

// A linear or structural op: the formula says how, the vjp rule says how a gradient goes back.
OpFormula rule(const char* op, OpFormula::Form forward, std::vector<OpFormula::Form> vjp) {
  return {op, false, std::move(forward), {}, {}, std::move(vjp)};
}
OpFormula::Form in_words(const char* text) {
  return [text](O) { return words(text); };
}

std::vector<OpFormula> arithmetic() {
  return {
      {"add",
       true,
       [](O o) {
         const Expr b = second(o);
         if (o.has("scalar") && b.value < 0) return row({in(o, 0), symbol("-"), number(-b.value)});
         return row({in(o, 0), symbol("+"), b});
       },
       {[](O) { return number(1); }, [](O) { return number(1); }},
       {[](const Point&) { return 1.0; }, [](const Point&) { return 1.0; }},
       {}},
      {"sub",
       true,
       [](O o) {
         return o.has("scalar") ? row({o.attribute("scalar"), symbol("-"), in(o, 0)})
                                : row({in(o, 0), symbol("-"), in(o, 1)});
       },
       {[](O o) { return number(o.has("scalar") ? -1 : 1); }, [](O) { return number(-1); }},
       {[](const Point& p) { return std::isnan(p.s) ? 1.0 : -1.0; }, [](const Point&) { return -1.0; }},
       {}},
      {"mul",
       true,
       [](O o) { return o.has("scalar") ? times(o.attribute("scalar"), in(o, 0)) : times(in(o, 0), in(o, 1)); },
       {[](O o) { return second(o); }, [](O o) { return in(o, 0); }},
       {[](const Point& p) { return std::isnan(p.s) ? p.b : p.s; }, [](const Point& p) { return p.a; }},
       {}},
      {"div",
       true,
       [](O o) {
         return o.has("numerator") ? fraction(o.attribute("numerator"), in(o, 0)) : fraction(in(o, 0), second(o));
       },
       {[](O o) { return o.has("numerator") ? negated(fraction(o.output, in(o, 0))) : fraction(number(1), second(o)); },
        [](O o) { return negated(fraction(o.output, in(o, 1))); }},
       {nullptr, [](const Point& p) { return -p.y / p.b; }},
       {}},
      {"neg",
       true,
       [](O o) { return negated(in(o, 0)); },
       {[](O) { return number(-1); }},
       {[](const Point&) { return -1.0; }},
       {}},
      {"pow",
       true,
       [](O o) { return super(in(o, 0), o.has("exponent") ? o.attribute("exponent") : in(o, 1)); },
       {[](O o) {
          const Expr n = o.has("exponent") ? o.attribute("exponent") : in(o, 1);
          if (n.kind == Expr::Kind::number && n.value == 2) return times(number(2), in(o, 0));
          return times(n, super(in(o, 0), row({n, symbol("-"), number(1)})));
        },
        [](O o) { return times(o.output, apply("log", in(o, 0))); }},
       {[](const Point& p) { return p.s == 2 ? 2 * p.a : p.s * std::pow(p.a, p.s - 1); }, nullptr},
       {}},
      {"maximum",
       true,
       [](O o) {
         return apply("max", row({in(o, 0), symbol(","), in(o, 1)}));
       },
       {},
       {},
       {}},
      {"minimum",
       true,
       [](O o) {
         return apply("min", row({in(o, 0), symbol(","), in(o, 1)}));
       },
       {},
       {},
       {}},
  };
}

std::vector<OpFormula> functions() {
  return {
      function(
          "exp", "exp", [](O o) { return o.output; }, [](const Point& p) { return p.y; }),
      function(
          "log", "log", [](O o) { return fraction(number(1), in(o, 0)); }, [](const Point& p) { return 1 / p.a; }),
      function(
          "sqrt", "sqrt", [](O o) { return fraction(number(1), times(number(2), o.output)); },
          [](const Point& p) { return 1 / (2 * p.y); }),
      function(
          "sigmoid", "sigma", [](O o) { return times(o.output, one_minus(o.output)); },
          [](const Point& p) { return p.y * (1 - p.y); }),
      function(
          "tanh", "tanh",
          [](O o) {
            return row({number(1), symbol("-"), super(o.output, number(2))});
          },
          [](const Point& p) { return 1 - p.y * p.y; }),
      function(
          "relu", "relu",
          [](O o) {
            return row({words("1 if"), in(o, 0), symbol(">"), number(0), words("else 0")});
          },
          [](const Point& p) { return p.a > 0 ? 1.0 : 0.0; }),
      function(
          "abs", "abs", [](O o) { return apply("sign", in(o, 0)); },
          [](const Point& p) { return p.a > 0   ? 1.0
                                      : p.a < 0 ? -1.0
                                                : 0.0; }),
      function(
          "softplus", "softplus", [](O o) { return apply("sigma", in(o, 0)); },
          [](const Point& p) { return 1 / (1 + std::exp(-p.a)); }),
      function(
          "clone", "clone", [](O) { return number(1); }, [](const Point&) { return 1.0; }),
  };
}

std::vector<OpFormula> others() {
  const auto of = [](const char* f) { return [f](O o) { return apply(f, in(o, 0)); }; };
  const auto product = [](O o) { return row({in(o, 0), symbol(" "), in(o, 1)}); };
  const auto affine = [](O o) {
    std::vector<Expr> parts = {in(o, 0), symbol(" "), super(in(o, 1), name("T"))};
    if (o.inputs.size() > 2) parts.insert(parts.end(), {symbol("+"), in(o, 2)});
    return row(std::move(parts));
  };
  const auto convolved = [](O o) {
    std::vector<Expr> parts = {apply("conv", row({in(o, 0), symbol(","), in(o, 1)}))};
    if (o.inputs.size() > 2) parts.insert(parts.end(), {symbol("+"), in(o, 2)});
    return row(std::move(parts));
  };
  std::vector<OpFormula> table = {
      {"softmax",
       false,
       of("softmax"),
       {[](O o) {
         return row({apply("diag", o.output), symbol("-"), o.output, symbol(" "), super(o.output, name("T"))});
       }},
       {},
       {}},
      {"log_softmax",
       false,
       of("log softmax"),
       {[](O o) {
         return row({name("I"), symbol("-"), name("1"), symbol(" "), super(apply("softmax", in(o, 0)), name("T"))});
       }},
       {},
       {}},
      {"sum", false, of("sum"), {in_words("1 for every element")}, {}, {}},
      {"mean", false, of("mean"), {in_words("1/N for every element")}, {}, {}},
      {"max", false, of("max"), {in_words("1 for the largest element, else 0")}, {}, {}},
      {"logsumexp", false, of("logsumexp"), {[](O o) { return apply("softmax", in(o, 0)); }}, {}, {}},
      {"gather", false, of("pick"), {in_words("1 for the picked element, else 0")}, {}, {}},
      {"scatter_add", false, of("scatter"), {in_words("1 where the element was put")}, {}, {}},
  };
  for (const char* shape_op : {"reshape", "flatten", "permute", "transpose", "concat", "slice", "broadcast_to"}) {
    table.push_back(rule(shape_op, of(shape_op), {in_words("the same numbers, in the input's shape")}));
  }
  table.push_back(rule(
      "matmul", product,
      {in_words("upstream times the transpose of the other"), in_words("the transpose of the other times upstream")}));
  table.push_back(rule(
      "linear", affine,
      {in_words("upstream * weight"), in_words("upstream^T * input"), in_words("upstream, summed over the batch")}));
  table.push_back(rule("conv2d", convolved,
                       {in_words("scatter: each upstream cell times the kernel, added into its input window"),
                        in_words("each upstream cell times its input window, summed over all cells"),
                        in_words("upstream, summed over the batch and all positions")}));
  table.push_back(
      rule("max_pool2d", of("maxpool"), {in_words("each upstream cell is added to the winner of its window")}));
  table.push_back(rule("avg_pool2d", of("avgpool"),
                       {in_words("each upstream cell, divided by the window's size, is added to every cell of it")}));
  table.push_back(rule("dropout", of("dropout"), {in_words("upstream * mask / (1 - p)")}));
  OpFormula cross_entropy =
      rule("cross_entropy",
           [](O o) {
             return apply("CE", row({apply("softmax", in(o, 0)), symbol(","), in(o, 1)}));
           },
           {[](O o) {
             return row({words("upstream *"), fence(row({apply("softmax", in(o, 0)), symbol("-"), in(o, 1)}))});
           }});
  cross_entropy.second = "target";
  table.push_back(std::move(cross_entropy));
  OpFormula mse =
      rule("mse_loss",
           [](O o) {
             return apply("mse", row({in(o, 0), symbol(","), in(o, 1)}));
           },
           {[](O o) {
             return row({words("upstream * 2"), fence(row({in(o, 0), symbol("-"), in(o, 1)})), words("/ N")});
           }});
  mse.second = "target";
  table.push_back(std::move(mse));
  return table;
}

}  // namespace

const OpFormula* formula_of(const std::string& op) {
  static const std::vector<OpFormula> table = [] {
    std::vector<OpFormula> all = arithmetic();
    for (auto part : {functions(), others()}) all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  for (const OpFormula& f : table) {
    if (op == f.op) return &f;
  }
  return nullptr;
}

}  // namespace yhat::trace
