// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "loss_case.h"
#include "step/formula.h"

/// The derivation of dL/dz, one algebra move per stage, beside each other for three losses. Numbers in formulas carry
/// their keys, sentences have {p:2} where a number belongs: so that the page can put another case's numbers there.
namespace yhat::step {

/// A stage as a whole: a title, one sentence, a question to think about first.
struct Stage {
  std::string title, say, ask, answer;
};

/// What happens to one loss at one stage.
struct StageCell {
  trace::Expr formula;
  trace::Expr numbers;  ///< an empty row where there is nothing to put in
  std::string note;     ///< a sentence with keys
};

struct LossColumn {
  const char* id;  ///< "ce", "mse", "raw": the names of its numbers begin so
  const char* title;
  const char* of;         ///< what the loss is taken of
  const char* text_name;  ///< up to 8 columns
  trace::Expr loss;       ///< L = ...
  trace::Expr result;     ///< dL/dz = ...
  std::vector<StageCell> stages;
};

std::vector<Stage> stages_of(const LossCase& c);
/// Cross-entropy and squared error behind a softmax, squared error without one.
std::vector<LossColumn> columns_of(const LossCase& c);

/// (p_0, p_1, ...), each with its key.
trace::Expr vector_of(const LossCase& c, const std::string& name);

/// The sentence with its numbers as text.
std::string fill(const std::string& sentence, const LossCase& c, bool full = false);
/// The same as HTML, in which the page can change the numbers.
std::string fill_html(const std::string& sentence, const LossCase& c);
/// A sentence without keys as HTML: p_2 with its index below the line, a minus for a hyphen before or between terms.
std::string prose_html(const std::string& sentence);

}  // namespace yhat::step
