// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "example.h"
#include "loss_case.h"

/// "Why softmax + cross-entropy gives yhat - y": all numbers of the loss page, and its faces.
namespace yhat::step {

/// -sum(y log softmax(z)) for targets that are not one-hot. On paper: (sum y) p - y.
struct TargetRow {
  const char* name;
  Numbers y;
  double sum = 0;
  Numbers gradient, p_minus_y;
  bool collapses = false;  ///< gradient == p - y within 1e-12
};

/// Bare logits trained by plain gradient descent until p(true) > 0.9.
struct StepCount {
  std::size_t start = 0;              ///< which of the starts
  std::vector<std::int64_t> ce, mse;  ///< steps for each rate, -1: more than 20,000
};

/// A descent at the best rate of the grid: the fewest steps; of ties, the smaller rate.
struct Curve {
  std::size_t start = 0;
  bool ce = true;
  double rate = 0;
  Numbers p, norm;  ///< after 0, 1, ... steps: p(true), norm of the gradient
};

/// One sigmoid neuron, target 1: |dL/dz| of cross-entropy, 1 - p, and of 1/2 (p - 1)^2, p (1 - p)^2.
struct SigmoidSlopes {
  Numbers z, ce, mse;
  double peak_z = 0, peak_p = 0, peak = 0;  ///< of mse, by Newton's method on the engine's own derivatives
};

/// An op of softmax and cross-entropy in float32, with a gap of 120 between the logits.
struct GapRow {
  const char* op;
  Numbers values;
  const char* note;
};

struct LossLesson {
  std::string command;
  std::vector<LossCase> starts;
  std::size_t shown = 0;        ///< the start that the page opens with
  std::size_t worked = 0;       ///< the start whose stages are written out as text
  Numbers how_wrong;            ///< m; z(m) = m (0.8, 0, -0.2), label 2
  std::vector<LossCase> sweep;  ///< one for each m
  std::array<LossCase, 4> table;
  std::vector<TargetRow> targets;  ///< at z = (2, 1, 0.1)
  std::vector<double> rates;
  std::vector<StepCount> steps;
  std::vector<Curve> curves;
  SigmoidSlopes sigmoid;
  std::vector<GapRow> gap;
  double hidden_slope = 0;  ///< of a sigmoid at z = 4
};

/// Computes it all. Logits in the request become a start of their own, which is shown first.
/// Throws ArgumentError for logits or labels that make no sense, and for options that the page does not have.
LossLesson loss_lesson(const Request& request);

/// Lines of at most 80 columns, for a terminal and for the page. `ask`: answers at the end.
std::string loss_text(const LossLesson& lesson, bool full = false, bool ask = false);
std::string loss_json(const LossLesson& lesson);
std::string loss_html(const LossLesson& lesson);

}  // namespace yhat::step
