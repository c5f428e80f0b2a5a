// SPDX-License-Identifier: MIT
#include "step_formulas.h"

#include <fmt/format.h>

#include <cmath>

#include "numbers.h"
#include "output.h"

namespace yhat::trace {
namespace {

constexpr std::size_t written_out = 4;  // elements of a vector that fit into a formula

Expr value_or_name(const Trace& trace, int t, const Trace::State& state) {
  const MaybeNumbers& v = state.value[static_cast<std::size_t>(t)];
  if (!v || v->size() > written_out) return name(tensor(trace, t).name);
  return list(*v);
}

Operands operands(const Trace& trace, const TraceOp& op, const Trace::State* state) {
  Operands o{{}, {}, &op.attributes};
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const int t = op.inputs[i];
    if (t < 0) {
      o.inputs.push_back(number(op.folded[i]));
    } else {
      o.inputs.push_back(state ? value_or_name(trace, t, *state) : name(tensor(trace, t).name));
    }
  }
  o.output = state ? value_or_name(trace, op.output, *state) : name(tensor(trace, op.output).name);
  return o;
}

Expr right_side(const TraceOp& op, const Operands& o) {
  const OpFormula* f = formula_of(op.name);
  if (f && f->forward && op.inner.empty()) return f->forward(o);
  std::vector<Expr> arguments;
  for (const Expr& in : o.inputs) {
    if (!arguments.empty()) arguments.push_back(symbol(","));
    arguments.push_back(in);
  }
  return apply(op.name, row(std::move(arguments)));
}

// A few numbers, or how many.
Expr numbers(const MaybeNumbers& v) {
  if (v && v->size() > 6) return words(fmt::format("{} numbers", v->size()));
  return list(v);
}

bool small(const Numbers& v) { return v.size() <= written_out; }

Expr sum_line(const MaybeNumbers& before, const Numbers& contribution, const Numbers& after) {
  return row({words("before"), marked(numbers(before), "gradient"), symbol("+"), words("contribution"),
              marked(numbers(contribution), "gradient"), symbol("="), words("after"),
              marked(numbers(after), "result")});
}

StepFormulas backward_formulas(const Trace& trace, const TraceEvent& e) {
  StepFormulas out;
  const TraceOp& op = trace.ops[static_cast<std::size_t>(e.op)];
  const std::string& x = tensor(trace, e.tensor).name;
  const std::string& y = tensor(trace, op.output).name;
  const OpFormula* f = formula_of(op.name);
  const auto i = static_cast<std::size_t>(e.input);
  const Operands names = operands(trace, op, nullptr);
  out.rule = vjp_formula(trace, op, i);
  const Expr slope = f && i < f->slope.size() ? f->slope[i](names) : row({});
  const MaybeNumbers old = e.before;
  if (e.local.kind == LocalDerivative::Kind::scalar) {
    out.numbers = row({marked(list(old), "gradient"), symbol("+="), list(e.upstream), symbol("times"),
                       marked(list(e.local.data), "value")});
    out.local = row({derivative(y, x), symbol("=")});
    if (!empty(slope)) {
      out.local.parts.push_back(slope);
      if (slope.kind != Expr::Kind::number) {
        out.local.parts.push_back(symbol("="));
        out.local.parts.push_back(list(e.local.data));
      }
    } else {
      out.local.parts.push_back(list(e.local.data));
    }
  } else if (e.local.kind == LocalDerivative::Kind::elementwise) {
    if (small(e.contribution)) {
      out.numbers = row({marked(list(old), "gradient"), symbol("+="), list(e.upstream), symbol("times"),
                         marked(list(e.local.data), "value")});
    }
    if (!empty(slope)) out.local = row({derivative(y, x), symbol("="), slope, words(", element by element")});
  } else if (e.local.kind == LocalDerivative::Kind::jacobian) {
    if (small(e.contribution) && small(e.upstream)) {
      out.numbers = row(
          {marked(list(old), "gradient"), symbol("+="), list(e.upstream), symbol("times"), marked(name("J"), "value")});
    }
    if (!empty(slope)) out.local = row({name("J"), symbol("="), derivative(y, x), symbol("="), slope});
  } else if (small(e.upstream) && !e.contribution.empty()) {
    out.numbers = row({words("upstream"), list(e.upstream)});
  }
  out.result = sum_line(old, e.contribution, e.after);
  return out;
}

}  // namespace

bool empty(const Expr& e) { return e.kind == Expr::Kind::row && e.parts.empty(); }

Expr op_formula(const Trace& trace, const TraceOp& op) {
  return row({name(tensor(trace, op.output).name), symbol("="), right_side(op, operands(trace, op, nullptr))});
}

Expr vjp_formula(const Trace& trace, const TraceOp& op, std::size_t i) {
  const std::string& x = tensor(trace, op.inputs[i]).name;
  const std::string& y = tensor(trace, op.output).name;
  const Expr target = marked(derivative("L", x), "gradient");
  const OpFormula* f = op.inner.empty() ? formula_of(op.name) : nullptr;
  if (f && i < f->vjp.size()) return row({target, symbol("+="), f->vjp[i](operands(trace, op, nullptr))});
  if (!f) return row({target, symbol("+="), apply("vjp", derivative("L", y))});
  return row({target, symbol("+="), derivative("L", y), symbol("times"), derivative(y, x)});
}

StepFormulas formulas_of(const Trace& trace, int k, const Trace::State& before) {
  StepFormulas out;
  const TraceEvent& e = trace.events[static_cast<std::size_t>(k - 1)];
  const Expr x = name(tensor(trace, e.tensor).name);
  const Expr dx = marked(derivative("L", tensor(trace, e.tensor).name), "gradient");
  switch (e.kind) {
    case EventKind::value:
      out.rule = row({x, symbol("="), marked(numbers(e.data), "value")});
      break;
    case EventKind::forward: {
      const TraceOp& op = trace.ops[static_cast<std::size_t>(e.op)];
      out.rule = op_formula(trace, op);
      bool shown = true;
      for (int t : op.inputs) shown = shown && (t < 0 || tensor(trace, t).shape.numel() <= 4);
      if (shown && op.inner.empty()) {
        Trace::State now = before;  // the output is not part of the right-hand side
        out.numbers = right_side(op, operands(trace, op, &now));
      }
      out.result = row({x, symbol("="), marked(numbers(e.data), "value")});
      break;
    }
    case EventKind::seed:
      out.rule = row({derivative("L", "L"), symbol("="), number(1)});
      if (tensor(trace, e.tensor).name != "L") {
        out.rule.parts.insert(out.rule.parts.begin(), {words("L is"), x, words(":")});
      }
      if (e.data.size() != 1 || e.data[0] != 1) out.rule = row({dx, symbol("="), words("the given seed")});
      out.result = row({dx, symbol("="), marked(numbers(e.data), "result")});
      break;
    case EventKind::backward:
      return backward_formulas(trace, e);
    case EventKind::stored:
      out.rule = row({dx, symbol("="), words("stored gradient"), symbol("+"), words("this pass")});
      out.result = sum_line(e.before, e.contribution, e.after);
      break;
    case EventKind::update: {
      const double* lr = nullptr;
      bool plain = true;  // no momentum, no weight decay
      for (const TraceAttribute& a : e.settings) {
        if (a.name == "lr") {
          lr = &a.values[0];
        } else {
          plain = plain && a.values[0] == 0;
        }
      }
      const MaybeNumbers& g = before.grad[static_cast<std::size_t>(e.tensor)];
      if (e.rule == "sgd" && lr && g && plain) {
        out.rule = row({x, symbol("="), x, symbol("-"), name("lr"), symbol("times"), dx});
        if (small(*g)) out.numbers = row({list(*e.before), symbol("-"), number(*lr), symbol("times"), list(*g)});
      } else {
        out.rule = row({x, symbol("="), words("changed by " + e.rule)});
      }
      out.result =
          row({words("before"), numbers(e.before), symbol("->"), words("after"), marked(numbers(e.data), "result")});
      break;
    }
    case EventKind::zero_grad:
      out.rule = row({dx, words("is removed")});
      out.result =
          row({words("before"), marked(numbers(e.before), "gradient"), symbol("->"), words("after"), symbol("none")});
      break;
  }
  return out;
}

std::string check_text(const TraceEvent& e) {
  // Six digits hide the noise of the difference itself; a passing text must not depend on the maths library.
  const auto tidy = [](double v) {
    if (!std::isfinite(v) || std::abs(v) < 1e-8) return std::isfinite(v) ? 0.0 : v;
    const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(v))));
    return std::round(v * scale) / scale;
  };
  const auto state = e.check.state;
  if (state == NumericCheck::State::none) return "";
  if (state == NumericCheck::State::partial) return fmt::format("partial {} of {}", e.part, e.parts);
  Numbers numeric;
  for (double v : e.check.numeric) numeric.push_back(tidy(v));
  std::string text = "numeric ";
  const auto n = static_cast<std::int64_t>(numeric.size());
  if (n <= 12 && n == static_cast<std::int64_t>(e.after.size())) {
    text += show(numeric, Shape{n});
  } else if (n == static_cast<std::int64_t>(e.after.size())) {
    text += fmt::format("at all {} elements", n);
  } else {
    text += fmt::format("at {} of {} elements", n, e.after.size());
  }
  if (e.parts == 1 && e.before) text += ", of this pass:";
  if (state == NumericCheck::State::ok) return text + " ok";
  if (state == NumericCheck::State::not_smooth) return text + " not smooth here";
  const double rel = e.check.max_rel;
  return text + (std::isfinite(rel) ? fmt::format(" RED (rel {:.1e})", rel) : std::string(" RED (not finite)"));
}

}  // namespace yhat::trace
