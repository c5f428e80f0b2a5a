// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "loss_lesson.h"

/// Pieces of the loss page as HTML.
namespace yhat::step {

/// "3-2": K classes, class 2 is right. Cases with the same block share their formulas; only the numbers differ.
std::string block_of(const LossCase& c);
/// z, p and the label; then four columns: three losses with their stages, and the bugs with `below` under them.
std::string columns_html(const LossCase& c, const std::string& below, bool hidden);
/// Norms and p(true) against how wrong; the sigmoid; p(true) and norm against steps.
std::string plots_html(const LossLesson& lesson);
/// Steps for every start and rate.
std::string steps_table(const LossLesson& lesson);
std::string cases_table(const LossLesson& lesson);
std::string sweep_table(const LossLesson& lesson);
std::string targets_table(const LossLesson& lesson);
std::string gap_table(const LossLesson& lesson);

/// A number outside of formulas; see trace::number_markup.
std::string span(double value, const std::string& key = "");
/// "(1, 2, 3)" of such numbers; with a name their keys are "name:0" and so on.
std::string spans(const Numbers& values, const std::string& name = "");

}  // namespace yhat::step
