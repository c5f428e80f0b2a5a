// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "formats.h"

namespace yhat::labs {
namespace {

int strictness(const std::string& detail) { return detail == "full" ? 0 : detail == "no-expected" ? 1 : 2; }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string xml(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

// Of a workflow command.
std::string command_text(const std::string& text) {
  return replaced(replaced(replaced(text, "%", "%25"), "\r", "%0D"), "\n", "%0A");
}

std::string points_of(const Grade& grade, const CheckResult& r) {
  return number_text(grade.points(r)) + "/" + number_text(grade.lab.check(r.id)->points);
}

}  // namespace

std::string first_lines(const std::string& text, int most) {
  const std::vector<std::string> lines = lines_of(text);
  if (static_cast<int>(lines.size()) <= most) return text;
  const std::vector<std::string> kept(lines.begin(), lines.begin() + most);
  return joined(kept, "\n") + fmt::format("\n... and {} more lines", static_cast<int>(lines.size()) - most);
}

std::vector<std::string> explanation(const Grade& grade, const CheckResult& r, const ReportOptions& options) {
  std::vector<std::string> lines;
  if (r.passed()) return lines;
  const Check& check = *grade.lab.check(r.id);
  const int strict = std::max(strictness(options.detail), strictness(check.detail));
  const bool named = !r.sentences.empty();
  if (!(named && r.headline == "Failed.")) lines.push_back(r.headline);
  lines.insert(lines.end(), r.sentences.begin(), r.sentences.end());
  lines.insert(lines.end(), r.inputs.begin(), r.inputs.end());
  constexpr std::size_t most = 6;
  const auto some = [&](const std::vector<std::string>& list) {
    lines.insert(lines.end(), list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(most, list.size())));
    if (list.size() > most) lines.push_back(fmt::format("and {} more", list.size() - most));
  };
  if (strict < 2) some(r.failures);
  if (strict < 1) some(r.numbers);
  if (!r.output.empty()) {
    lines.push_back("Your code printed:");
    for (const std::string& line : lines_of(first_lines(r.output, 20))) lines.push_back("  " + line);
  }
  const bool ran = r.verdict != Verdict::not_implemented && r.verdict != Verdict::requires_others &&
                   r.verdict != Verdict::not_finished && r.verdict != Verdict::not_built;
  if (ran && !grade.again.empty()) lines.push_back("Again: " + replaced(grade.again, "{}", r.id));
  return lines;
}

std::string summary(const Grade& grade) {
  std::string text =
      fmt::format("Lab {}: {} / {}.", grade.lab.lab, number_text(grade.score()), number_text(grade.lab.points));
  if (!grade.finished) return text + " Grading did not finish.";
  const CheckResult* next = grade.next();
  return text + (next == nullptr ? " All checks pass." : " Next: " + grade.lab.check(next->id)->name + ".");
}

std::string text_report(const Grade& grade, const ReportOptions& options) {
  const auto paint = [&](const char* code, const std::string& text) {
    return options.color ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  };
  std::string out = fmt::format("Lab {}: {}\n\n", grade.lab.lab, grade.lab.title);
  std::size_t width = 0;
  for (const Check& c : grade.lab.checks) width = std::max(width, c.name.size());
  if (!grade.contents.empty()) out += paint("31", "FAIL") + "  Submission contents\n";
  for (const std::string& line : lines_of(grade.contents)) out += "      " + line + "\n";
  for (const FileProblem& p : grade.problems) {
    out += paint("31", "FAIL") + "  " + p.words + "\n";
    for (const std::string& line : lines_of(first_lines(p.output))) out += "      " + line + "\n";
  }
  for (const CheckResult& r : grade.results) {
    const Check& check = *grade.lab.check(r.id);
    const std::string word = r.passed()                              ? paint("32", "ok  ")
                             : r.verdict == Verdict::not_implemented ? "todo"
                                                                     : paint("31", "FAIL");
    out += fmt::format("{}  {:<{}}  {}\n", word, check.name, width, points_of(grade, r));
    for (const std::string& line : explanation(grade, r, options)) out += "      " + line + "\n";
  }
  if (!grade.predictions.empty()) out += "\nPredictions (no points)\n";
  for (const std::string& line : grade.predictions) out += "      " + line + "\n";
  for (const std::string& line : grade.remarks) out += line + "\n";
  out += "\n" + summary(grade);
  const CheckResult* next = grade.next();
  if (next != nullptr && grade.finished && grade.lab.hints.count(next->id) > 0 && !grade.again.empty()) {
    out += " For a hint: " + replaced(replaced(grade.again, "check-{}", "hint"), "{}", next->id);
  }
  return out + "\n";
}

std::string junit_report(const Grade& grade, const ReportOptions& options) {
  int failures = 0, errors = 0;
  std::string cases;
  for (const CheckResult& r : grade.results) {
    const Check& check = *grade.lab.check(r.id);
    cases += fmt::format("    <testcase classname=\"lab{}\" name=\"{}\" time=\"{:.3f}\"", grade.lab.lab,
                         xml(check.name), r.seconds);
    if (r.passed()) {
      cases += "/>\n";
      continue;
    }
    const bool error =
        r.verdict == Verdict::internal || r.verdict == Verdict::not_finished || r.verdict == Verdict::no_assertions;
    (error ? errors : failures) += 1;
    cases += fmt::format(">\n      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n    </testcase>\n",
                         error ? "error" : "failure", name_of(r.verdict), xml(r.headline),
                         xml(joined(explanation(grade, r, options), "\n")));
  }
  for (const FileProblem& p : grade.problems) {
    ++failures;
    cases += fmt::format(
        "    <testcase classname=\"lab{}\" name=\"Compiles {}\" time=\"0\">\n      <failure type=\"compile\" "
        "message=\"{}\">{}</failure>\n    </testcase>\n",
        grade.lab.lab, xml(p.file), xml(p.words), xml(first_lines(p.output)));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"lab{}\" tests=\"{}\" "
      "failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n</testsuites>\n",
      grade.lab.lab, grade.results.size() + grade.problems.size(), failures, errors, grade.seconds, cases);
}

std::string github_annotations(const Grade& grade, const ReportOptions& options) {
  std::string out;
  for (const FileProblem& p : grade.problems) {
    out += fmt::format("::error file={}::{}\n", p.file, command_text(p.words + "\n" + first_lines(p.output)));
  }
  for (const CheckResult& r : grade.results) {
    if (r.passed()) continue;
    const Check& check = *grade.lab.check(r.id);
    std::string place;
    if (!check.holes.empty()) place = "file=" + grade.lab.hole(check.holes[0]).file + ",";
    if (!r.failures.empty()) {  // "checks/softmax.cpp:41: ..."
      const std::size_t colon = r.failures[0].find(':');
      const std::size_t second = r.failures[0].find(':', colon + 1);
      if (second != std::string::npos) {
        place = fmt::format("file={},line={},", r.failures[0].substr(0, colon),
                            r.failures[0].substr(colon + 1, second - colon - 1));
      }
    }
    out += fmt::format("::error {}title={}::{}\n", place, command_text(check.name),
                       command_text(joined(explanation(grade, r, options), "\n")));
  }
  return out;
}

std::string github_summary(const Grade& grade, const ReportOptions& options) {
  const auto cell = [](const std::string& text) { return replaced(replaced(xml(text), "|", "\\|"), "\n", "<br>"); };
  std::string out = fmt::format("## {}\n\n| check | points | result |\n|---|---|---|\n", summary(grade));
  for (const CheckResult& r : grade.results) {
    const std::vector<std::string> lines = explanation(grade, r, options);
    out += fmt::format("| {} | {} | {} |\n", cell(grade.lab.check(r.id)->name), points_of(grade, r),
                       r.passed() ? "passed" : cell(joined(lines, "\n")));
  }
  for (const FileProblem& p : grade.problems)
    out += fmt::format("\n{}\n\n```\n{}\n```\n", p.words, first_lines(p.output));
  for (const std::string& line : grade.predictions) out += "\n- " + line;
  return out + "\n";
}

}  // namespace yhat::labs
