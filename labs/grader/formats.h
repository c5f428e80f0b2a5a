// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "grade.h"

/// A grade for people and for programs. Every format can be written at any moment of grading.
namespace yhat::labs {

struct ReportOptions {
  std::string detail = "full";  ///< full, no-expected, verdict; a check's own setting may be stricter
  bool color = false;           ///< of the text
};

/// What is said about a check that has not passed: what happened, what the mistake is, the inputs, numbers, what the
/// code printed, the command to see it again.
std::vector<std::string> explanation(const Grade& grade, const CheckResult& result, const ReportOptions& options);
/// "9 / 12. Next: 4.3 softmax gradient."
std::string summary(const Grade& grade);
/// The compiler's words about a file, at most 60 lines.
std::string first_lines(const std::string& text, int most = 60);

std::string text_report(const Grade& grade, const ReportOptions& options);
/// All there is, for other programs.
std::string json_report(const Grade& grade, const ReportOptions& options);
/// Gradescope's results.json.
std::string gradescope_report(const Grade& grade, const ReportOptions& options);
/// JUnit's XML: a test suite for the lab.
std::string junit_report(const Grade& grade, const ReportOptions& options);
/// Workflow commands of GitHub Actions, for stdout ...
std::string github_annotations(const Grade& grade, const ReportOptions& options);
/// ... and a table in Markdown for the file that $GITHUB_STEP_SUMMARY names.
std::string github_summary(const Grade& grade, const ReportOptions& options);

/// What Gradescope knows of a submission (submission_metadata.json), as remarks: a total that differs from the lab's,
/// and the change since last time. Unreadable metadata is a remark too.
std::vector<std::string> metadata_remarks(const Grade& grade, const std::string& metadata);

}  // namespace yhat::labs
