// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "manifest.h"
#include "process.h"

/// One check in one process, and what is to be believed about it.
namespace yhat::labs {

enum class Verdict {
  passed,
  not_implemented,
  timeout,
  memory,
  crash,
  exited_early,
  tampered,
  no_assertions,
  failed,
  internal,        ///< the check could not decide
  not_finished,    ///< written before grading, in case it does not end
  not_built,       ///< there is no program
  requires_others  ///< it passed, but checks that it requires did not
};
/// "passed", "not_implemented", ...
const char* name_of(Verdict verdict);

struct CheckResult {
  std::string id;
  Verdict verdict = Verdict::not_finished;
  std::string headline;                ///< one line that says what happened
  std::vector<std::string> ids;        ///< of notes, then of diagnoses
  std::vector<std::string> sentences;  ///< that name the mistake
  std::vector<std::string> inputs;     ///< "seed = 43", always shown
  std::vector<std::string> failures;   ///< failed assertions without numbers
  std::vector<std::string> numbers;    ///< with numbers that may give expected ones away
  std::string output;                  ///< what the student's code printed
  double seconds = 0;
  bool passed() const { return verdict == Verdict::passed; }
};

struct RunOptions {
  fs::path program;  ///< a doctest program with the listener of report.h
  double time_scale = 1;
  bool sandbox = true;
  bool address_sanitizer = false;  ///< it reserves terabytes: no memory limit, and more stack and time
  std::optional<User> user;
};

/// Runs the check as the only one of a new process, with its limits, and judges what came back. "Passed" needs exactly
/// one start and one end record with its name, the nonce and the child's pid, at least one assertion, none failed, and
/// an exit status of 0.
CheckResult run_check(const Manifest& manifest, const Check& check, const RunOptions& options);

/// Several checks, `jobs` at a time, in the order given. `done` is called (by one thread at a time) after each.
std::vector<CheckResult> run_checks(const Manifest& manifest, const std::vector<Check>& checks,
                                    const RunOptions& options, int jobs,
                                    const std::function<void(const CheckResult&)>& done = {});

}  // namespace yhat::labs
