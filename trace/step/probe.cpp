// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include "formula.h"
#include "raw_log.h"
#include "yhat/error.h"
#include "yhat/ops.h"

namespace yhat::trace {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Numbers element_slopes(const OpFormula& formula, std::size_t input, const RawOp& raw,
                       const std::map<int, Numbers>& values) {
  if (input >= formula.closed.size() || !formula.closed[input]) return {};
  const Numbers& y = values.at(raw.output);
  for (int t : raw.inputs) {  // an operand that is broadcast along some axes only has no slope by element
    if (t >= 0 && values.at(t).size() != 1 && values.at(t).size() != y.size()) return {};
  }
  double s = none;
  for (const TraceAttribute& a : raw.attributes) {
    if (a.name == "scalar" || a.name == "exponent") s = a.values[0];
  }
  Numbers slopes;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto of = [&](std::size_t k) {
      if (k >= raw.inputs.size() || raw.inputs[k] < 0) return none;
      const Numbers& x = values.at(raw.inputs[k]);
      return x.size() == 1 ? x[0] : x[i];
    };
    slopes.push_back(formula.closed[input]({of(0), of(1), y[i], s}));
  }
  return slopes;
}

// diag(p) - p p^T for softmax; I - 1 p^T for its logarithm. One row only.
Numbers softmax_jacobian(const Numbers& y, bool logarithm) {
  const std::size_t n = y.size();
  Numbers j(n * n);
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t c = 0; c < n; ++c) {
      const double same = r == c ? 1 : 0;
      j[r * n + c] = logarithm ? same - std::exp(y[c]) : y[r] * (same - y[c]);
    }
  }
  return j;
}

bool one_row(const RawLog& log, const RawOp& raw) {
  const RawTensor& y = log.tensors[static_cast<std::size_t>(raw.output)];
  const auto axis = static_cast<std::size_t>(raw.attributes.at(0).values.at(0));
  return axis < y.shape.size() && y.shape[axis] == y.shape.numel();
}

}  // namespace

LocalDerivative probe(const VjpEvent& event, const std::string& op, const RawLog& log, const RawOp& raw,
                      const std::map<int, Numbers>& values) {
  LocalDerivative local;
  local.rows = event.node.shape.numel();
  local.cols = event.edge.from->shape.numel();
  const OpFormula* formula = formula_of(op);
  const bool by_element = formula && formula->elementwise && event.node.shape == event.edge.from->shape;
  const auto back = [&](const Numbers& upstream) {
    const Tensor g = from_values(std::span<const double>(upstream), event.node.shape, event.node.dtype);
    const Tensor raw_gradient = (*event.edge.vjp)(g, event.output);
    const Shape& wanted = event.edge.from->shape;
    return (raw_gradient.shape() == wanted ? raw_gradient : sum_to(raw_gradient, wanted)).to_vector();
  };
  const auto n = static_cast<std::size_t>(local.rows);
  if (by_element) {
    if (local.rows > 256) return local;
    local.kind = local.rows == 1 ? LocalDerivative::Kind::scalar : LocalDerivative::Kind::elementwise;
    local.data = back(Numbers(n, 1.0));
    local.closed = element_slopes(*formula, static_cast<std::size_t>(event.edge.index), raw, values);
    return local;
  }
  if (local.rows * local.cols > most_probed || local.rows * local.cols == 0) return local;
  local.kind = local.rows * local.cols == 1 ? LocalDerivative::Kind::scalar : LocalDerivative::Kind::jacobian;
  for (std::size_t r = 0; r < n; ++r) {
    Numbers unit(n, 0.0);
    unit[r] = 1;
    const Numbers line = back(unit);
    local.data.insert(local.data.end(), line.begin(), line.end());
  }
  if ((op == "softmax" || op == "log_softmax") && one_row(log, raw)) {
    local.closed = softmax_jacobian(values.at(raw.output), op == "log_softmax");
  }
  return local;
}

}  // namespace yhat::trace
