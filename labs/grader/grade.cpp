// SPDX-License-Identifier: MIT
#include "grade.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <algorithm>
#include <chrono>

#include "predictions.h"

namespace yhat::labs {

Grade::Grade(const Manifest& manifest) : lab(manifest) {
  for (const Check& c : lab.checks) {
    CheckResult r;
    r.id = c.id;
    r.headline = "Grading did not finish.";
    results.push_back(std::move(r));
  }
}

double Grade::score() const {
  double sum = 0;
  for (const CheckResult& r : results) sum += points(r);
  return sum;
}

const CheckResult* Grade::next() const {
  for (const CheckResult& r : results) {
    if (!r.passed()) return &r;
  }
  return nullptr;
}

void apply_requirements(Grade& grade) {
  std::map<std::string, bool> passed;
  for (const CheckResult& r : grade.results) passed[r.id] = r.passed();
  for (CheckResult& r : grade.results) {
    if (!r.passed()) continue;
    std::vector<std::string> failing;
    for (const std::string& id : grade.lab.check(r.id)->requires_ids) {
      if (!passed[id]) failing.push_back(id);
    }
    if (failing.empty()) continue;
    r.verdict = Verdict::requires_others;
    r.headline = "Passed, but counts only together with " + joined(failing, " and ") + ".";
  }
}

Texts read_submission(const Manifest& lab, const fs::path& folder, std::string& contents) {
  constexpr std::uintmax_t largest = 1 << 20;
  Texts texts;
  std::vector<std::string> wrong;
  for (const std::string& file : lab.editable_files()) {
    const fs::path path = folder / file;
    struct stat entry {};
    bool linked = false;  // any part of the path
    fs::path part = folder;
    for (const fs::path& name : fs::path(file)) linked = linked || fs::is_symlink(part /= name);
    if (lstat(path.c_str(), &entry) != 0) {
      wrong.push_back(file + " is missing.");
    } else if (linked || !S_ISREG(entry.st_mode)) {
      wrong.push_back(file + " is not a regular file.");
    } else if (static_cast<std::uintmax_t>(entry.st_size) > largest) {
      wrong.push_back(file + " is larger than 1 MiB.");
    } else {
      std::string text = read_file(path);
      if (trim(text).empty())
        wrong.push_back(file + " is empty.");
      else
        texts[file] = std::move(text);
    }
  }
  if (wrong.empty()) return texts;
  contents = joined(wrong, "\n") + "\nFound in the submission:";
  int listed = 0;
  if (fs::is_directory(folder)) {
    for (const fs::path& file : files_below(folder)) {
      if (++listed <= 30) contents += "\n  " + file.string();
    }
  }
  if (listed > 30) contents += fmt::format("\n  and {} more", listed - 30);
  if (listed == 0) contents += " nothing";
  return texts;
}

std::vector<std::string> echo_predictions(const Manifest& lab, const fs::path& folder,
                                          const std::map<std::string, std::string>& measured) {
  std::vector<std::string> lines;
  if (lab.answers.empty()) return lines;
  std::string problem;
  std::string text = "{\"predictions\": {}}";
  const fs::path file = folder / "predictions.json";
  if (!fs::is_regular_file(file)) {
    problem = "predictions.json is missing";
  } else if (fs::file_size(file) > 64 << 10) {
    problem = "predictions.json is too long (at most 64 KiB)";
  } else {
    text = read_file(file);
  }
  for (const auto& [name, value] : read_predictions(lab, text, problem)) {
    const auto m = measured.find(name);
    lines.push_back(fmt::format("{}: you predicted {}{}", name, value.empty() ? "nothing" : value,
                                m == measured.end() ? "" : "; measured " + m->second));
  }
  if (!problem.empty()) lines.insert(lines.begin(), problem);
  return lines;
}

namespace {

// A file that was replaced by the starter's makes its checks "not implemented", which would mislead.
void blame_files(Grade& grade) {
  for (CheckResult& r : grade.results) {
    if (r.verdict != Verdict::not_implemented || r.ids.empty()) continue;
    for (const Hole& h : grade.lab.holes) {
      if (h.id != r.ids[0]) continue;
      for (const FileProblem& p : grade.problems) {
        if (p.file == h.file) r.headline = p.words;
      }
      if (grade.contents.find(h.file + " is ") != std::string::npos) {
        r.headline = fmt::format("{} could not be used; see \"Submission contents\".", h.file);
      }
    }
  }
}

void run_all(Grade& grade, const RunOptions& run, const GradeOptions& options, const Save& save) {
  std::vector<Check> checks;
  for (const Check& c : grade.lab.checks) {
    if (!options.only || *options.only == c.id) checks.push_back(c);
  }
  run_checks(grade.lab, checks, run, options.jobs, [&](const CheckResult& result) {
    for (CheckResult& r : grade.results) {
      if (r.id == result.id) r = result;
    }
    blame_files(grade);
    save(grade);
  });
  if (!options.only) apply_requirements(grade);
}

class Stopwatch {
 public:
  explicit Stopwatch(Grade& grade) : grade_(grade) {}
  ~Stopwatch() { grade_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  Grade& grade_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

void grade_program(Grade& grade, const RunOptions& run, const GradeOptions& options, const Save& save) {
  save(grade);
  {
    const Stopwatch watch(grade);
    run_all(grade, run, options, save);
  }
  grade.finished = true;
  save(grade);
}

void grade_submission(Grade& grade, const Sources& sources, Toolchain& toolchain, const GradeOptions& options,
                      const Save& save) {
  save(grade);
  const TemporaryFolder folder("yhat-grade");
  {
    const Stopwatch watch(grade);
    LabBuild build(sources, toolchain, grade.lab);
    build.prepare(options.jobs);
    const Texts texts = read_submission(grade.lab, options.submission, grade.contents);
    save(grade);
    const LabProgram program = build.graded_program(texts, folder.path() / "checks");
    grade.problems = program.problems;
    save(grade);
    if (!program.good) {
      for (CheckResult& r : grade.results) {
        r.verdict = Verdict::not_built;
        r.headline = "The program could not be linked.";
      }
      grade.problems.push_back({"", "The program could not be linked.", program.output});
    } else {
      // May be run, not read: a check's source and expected values are not to be had from it.
      fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
      fs::permissions(program.path, options.user ? fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec
                                                 : fs::perms::owner_all);
      RunOptions run;
      run.program = program.path;
      run.time_scale = options.time_scale;
      run.sandbox = options.sandbox;
      run.user = options.user;
      run.address_sanitizer = toolchain.kit().address_sanitizer;
      run_all(grade, run, options, save);
    }
    std::map<std::string, std::string> measured;
    for (const Answer& a : grade.lab.answers) measured[a.name] = a.value;
    grade.predictions = echo_predictions(grade.lab, options.submission, measured);
  }
  grade.finished = true;
  save(grade);
}

}  // namespace yhat::labs
