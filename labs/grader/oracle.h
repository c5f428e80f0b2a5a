// SPDX-License-Identifier: MIT
#pragma once

#include "grade.h"

namespace yhat::labs {

/// Grades by questions and answers: the student's code runs in a process of its own that computes what it is asked and
/// knows nothing of what is expected; inputs and comparison stay here. Throws std::runtime_error for a lab without
/// oracle.
void grade_oracle(Grade& grade, const Sources& sources, Toolchain& toolchain, const GradeOptions& options,
                  const Save& save);

}  // namespace yhat::labs
