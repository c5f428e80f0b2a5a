// SPDX-License-Identifier: MIT
// yhat-grade: grades a submission, or the build folder of a handout.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>

#include "formats.h"
#include "lexer.h"
#include "local.h"
#include "oracle.h"
#include "programs.h"

namespace yhat::labs {
namespace {

struct GradingRequest {
  std::string lab, submission, labs, build, kit, out, format = "text", check, hint, metadata, user, submit, headers;
  std::vector<std::string> archive;
  bool hint_next = false, demo = false, no_sandbox = false, oracle = false;
  double expect_total = -1, time_scale = 1;
  int jobs = 1;
  ReportOptions report;
};

std::string report_in(const std::string& format, const Grade& grade, const ReportOptions& options) {
  if (format == "json") return json_report(grade, options);
  if (format == "gradescope") return gradescope_report(grade, options);
  if (format == "junit") return junit_report(grade, options);
  if (format == "github") return text_report(grade, options);
  return text_report(grade, options);
}

void append(const std::string& path, const std::string& text) {
  if (FILE* file = std::fopen(path.c_str(), "a")) {
    std::fputs(text.c_str(), file);
    std::fclose(file);
  }
}

// A file is rewritten after each step; the screen gets the report once, at the end.
class Reporter {
 public:
  explicit Reporter(const GradingRequest& options) : o_(options) {}

  void save(const Grade& grade) const {
    if (!o_.out.empty()) write_file_atomically(o_.out, report_in(o_.format, grade, o_.report));
    if (isatty(2) && o_.format == "text" && !grade.finished) progress(grade);
  }
  void finish(const Grade& grade) const {
    if (isatty(2)) fmt::print(stderr, "\r\033[K");
    save(grade);
    if (o_.format == "github") {
      if (const char* file = std::getenv("GITHUB_STEP_SUMMARY")) append(file, github_summary(grade, o_.report));
      fmt::print("{}", github_annotations(grade, o_.report));
    }
    fmt::print("{}", o_.out.empty() ? report_in(o_.format, grade, o_.report) : summary(grade) + "\n");
  }

 private:
  void progress(const Grade& grade) const {
    std::size_t done = 0;
    for (const CheckResult& r : grade.results) done += r.verdict != Verdict::not_finished;
    fmt::print(stderr, "\r{} of {} checks", done, grade.results.size());
    std::fflush(stderr);
  }
  const GradingRequest& o_;
};

void warn(Grade& grade, const GradingRequest& o) {
  for (const Check& c : grade.lab.checks) {
    if (c.visibility != "visible") {
      grade.remarks.push_back("Check " + c.id + " is hidden: students do not see their total.");
      break;
    }
  }
  if (!o.metadata.empty()) {
    for (std::string& remark : metadata_remarks(grade, fs::exists(o.metadata) ? read_file(o.metadata) : "")) {
      grade.remarks.push_back(std::move(remark));
    }
  }
}

GradeOptions grade_options(const GradingRequest& o) {
  GradeOptions g;
  g.submission = o.submission;
  g.time_scale = o.time_scale;
  g.sandbox = !o.no_sandbox;
  g.jobs = o.jobs;
  if (!o.user.empty()) g.user = find_user(o.user);
  if (!o.check.empty()) g.only = o.check;
  return g;
}

void require_total(const Manifest& lab, double expected) {
  if (expected >= 0 && expected != lab.points) {
    throw ManifestError(fmt::format("{}: {} points, --expect-total says {}", lab.path.string(), number_text(lab.points),
                                    number_text(expected)));
  }
}

int result(const Grade& grade, const GradingRequest& o) {
  if (o.check.empty()) return grade.score() == grade.lab.points ? 0 : 1;
  for (const CheckResult& r : grade.results) {
    if (r.id == o.check) return r.passed() ? 0 : 1;
  }
  return 1;
}

int local(const GradingRequest& o) {
  LocalBuild build = read_local_build(fs::absolute(o.build));
  RunOptions run;
  run.program = build.program;
  run.time_scale = o.time_scale;
  run.sandbox = !o.no_sandbox;
  run.address_sanitizer = build.address_sanitizer;
  if (o.hint_next || !o.hint.empty()) return print_hint(build, o.hint, run);
  if (o.demo) return run_demo(build);
  require_total(build.lab, o.expect_total);
  if (!o.check.empty() && build.lab.check(o.check) == nullptr) throw ManifestError("no check " + o.check);
  Grade grade(build.lab);
  if (!o.check.empty()) {
    std::erase_if(grade.lab.checks, [&](const Check& c) { return c.id != o.check; });
    std::erase_if(grade.results, [&](const CheckResult& r) { return r.id != o.check; });
    for (Check& c : grade.lab.checks) c.requires_ids.clear();
    grade.lab.points = grade.lab.checks[0].points;
  }
  grade.again = fmt::format("cmake --build {} --target check-{{}}", fs::relative(build.build, build.folder).string());
  const Reporter reporter(o);
  if (!o.submit.empty()) {
    if (const int refused = submit(build, o.submit); refused != 0) return refused;
  }
  grade_program(grade, run, grade_options(o), [&](const Grade& g) { reporter.save(g); });
  reporter.finish(grade);
  return o.submit.empty() ? result(grade, o) : 0;
}

int graded(const GradingRequest& o) {
  const fs::path labs = o.labs.empty() ? fs::current_path() / "labs" : fs::absolute(o.labs);
  const Manifest lab = read_manifest(lab_folder(labs, o.lab) / "lab.json");
  require_total(lab, o.expect_total);
  if (!o.check.empty() && lab.check(o.check) == nullptr) throw ManifestError("no check " + o.check);
  Grade grade(lab);
  grade.again = "cmake --build build/debug --target check-{}";
  const Reporter reporter(o);
  const auto save = [&](const Grade& g) { reporter.save(g); };
  save(grade);  // before anything can go wrong
  const Sources sources(labs.parent_path());
  const fs::path kit = o.kit.empty() ? labs.parent_path() / "build/default/labs/labs.json" : fs::path(o.kit);
  const GradeOptions options = grade_options(o);
  const TemporaryFolder cache("yhat-grade-cache");
  Kit how = read_kit(kit);
  how.headers = o.headers;
  Toolchain toolchain(std::move(how), o.user.empty() ? kit.parent_path() / "cache" : cache.path(), options.user);
  if (o.oracle) {
    grade_oracle(grade, sources, toolchain, options, save);
  } else {
    grade_submission(grade, sources, toolchain, options, save);
  }
  if (options.user) kill_all_of(*options.user);
  kill_orphans();
  warn(grade, o);
  reporter.finish(grade);
  return result(grade, o);
}

int reduce_archive(const GradingRequest& o) {
  // IN OUT ar ranlib nm file=symbol ...
  if (o.archive.size() < 6) throw CLI::ValidationError("--archive", "needs IN OUT ar ranlib nm FILE=SYMBOL...");
  Kit kit;
  kit.archive = o.archive[0];
  kit.archiver = o.archive[2], kit.ranlib = o.archive[3], kit.symbol_lister = o.archive[4];
  std::map<std::string, std::string> members;
  for (std::size_t i = 5; i < o.archive.size(); ++i) {
    const std::size_t equals = o.archive[i].find('=');
    members[o.archive[i].substr(0, equals)] = o.archive[i].substr(equals + 1);
  }
  const TemporaryFolder cache("yhat-archive");
  Toolchain toolchain(kit, cache.path());
  fs::copy_file(toolchain.archive_without(members), o.archive[1], fs::copy_options::overwrite_existing);
  return 0;
}

int run_grade(int argc, char** argv) {
  CLI::App app{
      "Grades a lab: one process per check. Exit status 0: full marks, 1: not, 2: usage or manifest, 3: internal."};
  GradingRequest o;
  app.add_option("--lab", o.lab, "04");
  app.add_option("--submission", o.submission, "The folder with the student's files")->check(CLI::ExistingDirectory);
  app.add_option("--labs", o.labs, "The labs/ folder of a source tree (else ./labs)");
  app.add_option("--kit", o.kit, "How to compile: labs/labs.json in a build folder (else build/default's)");
  app.add_option("--build", o.build, "The build folder of a handout, instead of --lab and --submission");
  app.add_option("--out", o.out, "Write the report to a file, complete at any time (else to the screen at the end)");
  app.add_option("--format", o.format)->check(CLI::IsMember({"text", "json", "gradescope", "github", "junit"}));
  app.add_option("--check", o.check, "Only this check");
  app.add_option("--hint", o.hint, "The next hint for a check of a handout");
  app.add_flag("--next-hint", o.hint_next, "The next hint for the first check that fails");
  app.add_flag("--demo", o.demo, "Run a handout's demo, once the predictions are made");
  app.add_option("--submit", o.submit, "Zip a handout's files, and grade them");
  app.add_option("--metadata", o.metadata, "Gradescope's submission_metadata.json");
  app.add_option("--user", o.user, "The account that compiles and runs the student's code (needs root)");
  app.add_option("--headers", o.headers,
                 "An installation of yhat with labs, whose headers the student's code may read");
  app.add_option("--expect-total", o.expect_total, "What the points must sum to");
  app.add_option("--time-scale", o.time_scale, "Multiplies the time limits")->check(CLI::PositiveNumber);
  app.add_option("-j,--jobs", o.jobs, "Checks side by side")->check(CLI::Range(1, 64));
  app.add_option("--detail", o.report.detail, "How much is told")
      ->check(CLI::IsMember({"full", "no-expected", "verdict"}));
  app.add_flag("--oracle", o.oracle, "Judge by questions and answers between processes (for hidden checks)");
  app.add_flag("--no-sandbox", o.no_sandbox, "Only the checks' own limits");
  app.add_option("--archive", o.archive, "IN OUT ar ranlib nm FILE=SYMBOL...: a static library without some files")
      ->group("");
  try {
    app.parse(argc, argv);
    if (!o.archive.empty()) return reduce_archive(o);
    if (o.build.empty() && (o.lab.empty() || o.submission.empty())) {
      throw CLI::ValidationError("either --build, or --lab and --submission");
    }
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  o.report.color = o.format == "text" && o.out.empty() && isatty(1);
  adopt_orphans();
  return o.build.empty() ? graded(o) : local(o);
}

}  // namespace

int yhat_grade(int argc, char** argv) {
  try {
    return run_grade(argc, argv);
  } catch (const ManifestError& error) {
    fmt::print(stderr, "yhat-grade: {}\n", error.what());
    return 2;
  } catch (const SourceError& error) {
    fmt::print(stderr, "yhat-grade: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "yhat-grade: {}\n", error.what());
    return 3;
  }
}

}  // namespace yhat::labs
