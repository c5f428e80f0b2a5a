// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab_build.h"
#include "run_check.h"

namespace yhat::labs {

/// A lab graded, or being graded.
struct Grade {
  explicit Grade(const Manifest& manifest);

  Manifest lab;
  std::vector<CheckResult> results;  ///< one for each check, in the manifest's order
  std::string contents;              ///< what is wrong with the submission's files, empty if nothing
  std::vector<FileProblem> problems;
  std::vector<std::string> predictions;  ///< "you predicted ...; measured ..."
  std::vector<std::string> remarks;      ///< for the top of the report: warnings, progress since last time
  double seconds = 0;
  bool finished = false;
  std::string again;  ///< the command that runs one check again; "{}" stands for its id

  double points(const CheckResult& result) const { return result.passed() ? lab.check(result.id)->points : 0; }
  double score() const;
  /// The first check, in the manifest's order, that has not passed; null if all have.
  const CheckResult* next() const;
};

/// Takes the points of checks that passed but require others that did not.
void apply_requirements(Grade& grade);

struct GradeOptions {
  fs::path submission;
  double time_scale = 1;
  bool sandbox = true;
  std::optional<User> user;
  std::optional<std::string> only;  ///< one check
  int jobs = 1;
};

/// Called whenever something has been decided; what it writes is complete at any time.
using Save = std::function<void(const Grade&)>;

/// Grades a submission against the source tree: pristine starter files, the student's files over them, each compiled by
/// itself, one process per check.
void grade_submission(Grade& grade, const Sources& sources, Toolchain& toolchain, const GradeOptions& options,
                      const Save& save);
/// Grades a program that is built already: what `cmake --build . --target check` does.
void grade_program(Grade& grade, const RunOptions& run, const GradeOptions& options, const Save& save);

/// The student's files by name. What is missing, empty, too large or a link is left out and described in `contents`.
Texts read_submission(const Manifest& lab, const fs::path& folder, std::string& contents);

/// "you predicted 50; measured 232" for each prediction of the lab, from the submission's predictions.json.
std::vector<std::string> echo_predictions(const Manifest& lab, const fs::path& folder,
                                          const std::map<std::string, std::string>& measured);

}  // namespace yhat::labs
