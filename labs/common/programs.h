// SPDX-License-Identifier: MIT
#pragma once

/// The main functions of the course's programs, compiled with what they use.
namespace yhat::labs {

/// yhat-lab: what an instructor does with the labs. Exit status 0: done, 1: mistakes found, 2: usage or files.
int yhat_lab(int argc, char** argv);

/// yhat-grade: grades a submission, or the build folder of a handout. Exit status 0: full marks, 1: not,
/// 2: usage or manifest, 3: internal.
int yhat_grade(int argc, char** argv);

}  // namespace yhat::labs
