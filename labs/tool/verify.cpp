// SPDX-License-Identifier: MIT
#include "verify.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "handout.h"
#include "predictions.h"
#include "run_check.h"

namespace yhat::labs {
namespace {

class Verification {
 public:
  Verification(const Sources& sources, Toolchain& toolchain, const Manifest& lab, const VerifyOptions& options)
      : sources_(sources), lab_(lab), options_(options), build_(sources, toolchain, lab), toolchain_(toolchain) {}

  int run() {
    fmt::print("lab {}: {}\n", lab_.lab, lab_.title);
    build_.prepare(options_.jobs);
    for (const std::string& file : lab_.editable_files()) solution_[file] = sources_.solution(lab_, file);
    steps();
    // Steps run side by side, their lines are printed in order.
    std::vector<std::string> lines(steps_.size());
    std::vector<bool> done(steps_.size(), false);
    std::size_t printed = 0;
    std::mutex mutex;
    in_parallel(steps_.size(), options_.jobs, [&](std::size_t i) {
      std::string line;
      try {
        line = steps_[i].run();
      } catch (const std::exception& error) {
        line = std::string("FAIL ") + steps_[i].name + ": " + error.what();
      }
      const std::lock_guard lock(mutex);
      lines[i] = line;
      done[i] = true;
      for (; printed < lines.size() && done[printed]; ++printed) report(lines[printed]);
    });
    if (!options_.quick && options_.only.empty()) unused_messages();
    fmt::print("lab {}: {}\n", lab_.lab, mistakes_ == 0 ? "verified" : fmt::format("{} mistakes", mistakes_));
    std::fflush(stdout);
    return mistakes_;
  }

 private:
  struct Step {
    std::string name;
    std::function<std::string()> run;
  };

  void report(const std::string& line) {
    mistakes_ += line.starts_with("FAIL");
    fmt::print("  {}\n", line);
    std::fflush(stdout);
  }

  void steps() {
    if (options_.only.empty()) {
      steps_.push_back({"solution", [this] { return full_marks("solution", solution_); }});
      steps_.push_back({"starter", [this] { return starter(""); }});
      if (options_.both_compilers && !toolchain_.kit().second_compiler.empty()) {
        steps_.push_back({"starter, second compiler", [this] { return second_compiler(); }});
      }
      steps_.push_back({"no answer in the handout", [this] { return no_answer(); }});
      steps_.push_back({"later labs empty",
                        [this] { return full_marks("later labs empty", solution_, sources_.later_emptied(lab_)); }});
      if (!lab_.demo.empty()) steps_.push_back({"demo", [this] { return demo(); }});
    }
    if (options_.quick) return;
    for (const Variant& v : lab_.mutants) {
      if (wanted(v)) steps_.push_back({"mutant " + v.id, [this, &v] { return mutant(v); }});
    }
    for (const Variant& v : lab_.accept) {
      if (wanted(v))
        steps_.push_back({"accept " + v.id, [this, &v] { return full_marks("accept " + v.id, texts(v)); }});
    }
  }
  bool wanted(const Variant& v) const { return options_.only.empty() || options_.only == v.id; }

  Texts texts(const Variant& v) const {
    Texts texts = solution_;
    for (auto& [file, text] : texts) text = sources_.with_bodies(lab_, file, v.edits);
    return texts;
  }

  std::vector<CheckResult> run(const fs::path& program, const std::vector<Check>& checks) const {
    RunOptions run;
    run.program = program;
    run.sandbox = false;
    run.time_scale = options_.time_scale;
    run.address_sanitizer = toolchain_.kit().address_sanitizer;
    return run_checks(lab_, checks, run, 1);
  }

  static std::string words(const CheckResult& r) {
    std::string text = r.id + " " + name_of(r.verdict) + " (" + r.headline + ")";
    for (const auto* list : {&r.sentences, &r.inputs, &r.failures, &r.numbers}) {
      for (const std::string& line : *list) text += "\n         " + line.substr(0, 400);
    }
    if (!r.output.empty()) text += "\n         " + r.output.substr(0, 400);
    return text;
  }

  std::string full_marks(const std::string& name, const Texts& files, const Texts& library = {}) {
    const TemporaryFolder folder;
    const LabProgram program = build_.program(files, folder.path() / "checks", library);
    if (!program.good) return "FAIL " + name + ": " + program.output;
    double points = 0;
    std::string failed;
    double slowest = 0;
    std::string slowest_id;
    for (const CheckResult& r : run(program.path, lab_.checks)) {
      if (r.passed())
        points += lab_.check(r.id)->points;
      else
        failed += "\n       " + words(r);
      if (r.seconds > slowest) slowest = r.seconds, slowest_id = r.id;
    }
    return fmt::format(
        "{} {}: {} / {}{}{}", failed.empty() ? "ok  " : "FAIL", name, number_text(points), number_text(lab_.points),
        name == "solution" ? fmt::format(", slowest check {} {:.1f} s", slowest_id, slowest) : "", failed);
  }

  Texts starter_texts() const {
    Texts texts;
    for (const auto& [file, text] : solution_) texts[file] = sources_.starter(lab_, file);
    return texts;
  }

  std::string starter(const std::string& compiler) {
    const TemporaryFolder folder;
    const LabProgram program = build_.program(starter_texts(), folder.path() / "checks", {}, {"-Werror"}, compiler);
    if (!program.good) return "FAIL starter: " + program.output;
    const bool broken = std::any_of(lab_.holes.begin(), lab_.holes.end(), [](const Hole& h) { return h.starter_body; });
    std::string wrong;
    for (const CheckResult& r : run(program.path, lab_.checks)) {
      const bool expected = r.verdict == Verdict::not_implemented || (broken && r.verdict == Verdict::failed);
      if (!expected) wrong += "\n       " + words(r);
    }
    return wrong.empty() ? fmt::format("ok   starter: 0 / {}, every check {}", number_text(lab_.points),
                                       broken ? "fails" : "\"not implemented yet\"")
                         : "FAIL starter:" + wrong;
  }

  std::string second_compiler() {
    std::string wrong;
    for (const auto& [file, text] : starter_texts()) {
      const Built built = build_.compile(file, text, {"-Werror"}, toolchain_.kit().second_compiler);
      if (!built.good) wrong += "\n" + built.output;
    }
    const std::string name = fs::path(toolchain_.kit().second_compiler).filename().string();
    return wrong.empty() ? "ok   starter: no warning from " + name + " either" : "FAIL starter, " + name + ":" + wrong;
  }

  std::string no_answer() {
    const TemporaryFolder folder;
    write_handout(sources_, lab_, folder.path() / "handout");
    const std::vector<std::string> found = answers_in(sources_, lab_, folder.path() / "handout");
    return found.empty() ? "ok   no answer in the handout" : "FAIL answers in the handout: " + joined(found, "; ");
  }

  std::string demo() {
    const TemporaryFolder folder;
    const LabProgram program = build_.other_program(lab_.folder / lab_.demo, solution_, folder.path() / "demo");
    if (!program.good) return "FAIL demo: " + program.output;
    Command command;
    command.arguments = {program.path.string()};
    command.output_kib = 256;
    command.seconds = 300;
    command.folder = folder.path();
    const Ended ended = yhat::labs::run(command);
    if (!ended.good()) return fmt::format("FAIL demo: exit status {}: {}", ended.exit_status, ended.output);
    std::string wrong;
    const std::map<std::string, std::string> measured = measured_in(ended.output);
    for (const Answer& a : lab_.answers) {
      const auto m = measured.find(a.name);
      if (m == measured.end())
        wrong += " " + a.name + " is not measured;";
      else if (!agrees(a, m->second))
        wrong += fmt::format(" {} is {}, the manifest says {};", a.name, m->second, a.value);
    }
    return wrong.empty() ? fmt::format("ok   demo: {} answers measured", lab_.answers.size()) : "FAIL demo:" + wrong;
  }

  std::string mutant(const Variant& v) {
    const TemporaryFolder folder;
    const LabProgram program = build_.program(texts(v), folder.path() / "checks");
    if (!program.good) return "FAIL mutant " + v.id + ": " + program.output;
    const auto in = [](const std::vector<std::string>& list, const std::string& id) {
      return std::find(list.begin(), list.end(), id) != list.end();
    };
    std::vector<Check> checks;  // what may fail or not says nothing
    std::copy_if(lab_.checks.begin(), lab_.checks.end(), std::back_inserter(checks),
                 [&](const Check& c) { return !in(v.may_fail, c.id) || in(v.must_fail, c.id); });
    std::string wrong, all;
    bool said = false;
    for (const CheckResult& r : run(program.path, checks)) {
      const bool must = in(v.must_fail, r.id);
      if (must && r.passed()) wrong += "\n       " + r.id + " passes";
      if (!must && !r.passed()) wrong += "\n       also fails " + words(r);
      if (must && !r.passed()) all += "\n       " + words(r);
      if (must && in(r.ids, v.message)) said = true;
      const std::lock_guard lock(mutex_);
      printed_.insert(r.ids.begin(), r.ids.end());
    }
    if (!said) wrong += "\n       the message \"" + v.message + "\" is not printed:" + all;
    return wrong.empty() ? fmt::format("ok   mutant {}: killed by {} ({})", v.id, joined(v.must_fail, " "), v.message)
                         : "FAIL mutant " + v.id + ":" + wrong;
  }

  void unused_messages() {
    for (const auto& [id, text] : lab_.messages) {
      if (printed_.count(id) == 0) report("FAIL message \"" + id + "\" is printed by no mutant");
    }
    if (!lab_.mutants.empty()) {
      std::set<std::string> killers;
      for (const Variant& v : lab_.mutants) killers.insert(v.must_fail.begin(), v.must_fail.end());
      for (const Check& c : lab_.checks) {
        if (killers.count(c.id) == 0) report("FAIL check " + c.id + " is failed by no mutant");
      }
    }
  }

  const Sources& sources_;
  const Manifest& lab_;
  const VerifyOptions& options_;
  LabBuild build_;
  Toolchain& toolchain_;
  Texts solution_;
  std::vector<Step> steps_;
  std::mutex mutex_;
  std::set<std::string> printed_;
  int mistakes_ = 0;
};

}  // namespace

int verify_lab(const Sources& sources, Toolchain& toolchain, const Manifest& lab, const VerifyOptions& options) {
  return Verification(sources, toolchain, lab, options).run();
}

}  // namespace yhat::labs
