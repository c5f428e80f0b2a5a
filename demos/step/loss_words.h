// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "loss_lesson.h"

/// The sentences of the loss page, for a terminal and for the page alike.
namespace yhat::step {

inline constexpr const char* loss_title = "Why softmax + cross-entropy gives yhat - y";

/// A mistake in softmax's gradient, to be found.
struct Bug {
  const char* id;     ///< "bug.a": the name of its gradient
  const char* truth;  ///< "ce.numeric": the name of the right one
  const char* title;
  const char* loss;  ///< what it is behind of
  const char* code;
  const char* ask;
  std::string answer;
};
std::vector<Bug> bugs();

std::vector<std::string> loss_lead();
/// What to take away: question and answer.
std::vector<Question> in_short(const LossLesson& lesson);
std::vector<std::string> conditions_used();
std::vector<std::string> not_claimed(const LossLesson& lesson);
/// About the target's sum, the sigmoid's peak, the steps, the gap.
std::string about_targets();
std::string about_peak(const LossLesson& lesson);
std::string about_steps(const LossLesson& lesson);
std::string about_gap();

/// Which m of the sweep are written out in tables.
bool worth_a_row(double m);

/// "(0.6590, 0.2424, 0.09857)"
std::string shown(const Numbers& values, bool full = false);

}  // namespace yhat::step
