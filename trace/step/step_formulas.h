// SPDX-License-Identifier: MIT
#pragma once

#include "formula.h"

/// The rows of a step: rule, numbers, result. Made once, shown as text and as MathML.
namespace yhat::trace {

struct StepFormulas {
  Expr rule, numbers, result, local;  // an empty row where there is none
};
/// `before` is the state before step k (from 1).
StepFormulas formulas_of(const Trace& trace, int k, const Trace::State& before);

/// y = f(x), in names.
Expr op_formula(const Trace& trace, const TraceOp& op);

/// dL/dx += ..., for input `i` of an op, in names.
Expr vjp_formula(const Trace& trace, const TraceOp& op, std::size_t i);

/// "numeric 7 ok", "partial 1 of 2", "RED ..."; empty if there was no check.
std::string check_text(const TraceEvent& e);

bool empty(const Expr& e);

}  // namespace yhat::trace
