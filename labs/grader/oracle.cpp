// SPDX-License-Identifier: MIT
#include "oracle.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <random>
#include <set>
#include <stdexcept>

#include "json.h"

namespace yhat::labs {
namespace {

struct Reply {
  Ended ended;
  std::map<int, ForeignJson> by_id;
};

// Runs an oracle on questions; what it writes to descriptor 3 goes to a file. Nonsense is left out.
Reply answers(const fs::path& program, const fs::path& questions, const fs::path& out, Command command) {
  const int in_fd = open(questions.c_str(), O_RDONLY | O_CLOEXEC);
  const int out_fd = open(out.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in_fd < 0 || out_fd < 0) throw std::runtime_error(out.string() + ": cannot be opened");
  command.arguments = {program.string()};
  command.input = in_fd;
  command.report = out_fd;
  Reply reply;
  reply.ended = run(command);
  close(in_fd);
  close(out_fd);
  for (const std::string& line : lines_of(read_file(out))) {
    const ForeignJson parsed = ForeignJson::parse(line, nullptr, false);
    if (parsed.is_object() && parsed.contains("id") && parsed["id"].is_number_integer()) {
      reply.by_id.emplace(parsed["id"].get<int>(), parsed);  // the first answer counts
    }
  }
  return reply;
}

double number(const ForeignJson& value) {
  if (value.is_number()) return value.get<double>();
  return value == "nan" ? std::nan("") : value == "inf" ? HUGE_VAL : value == "-inf" ? -HUGE_VAL : std::nan("0");
}

bool near(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::isfinite(a) && std::isfinite(b) && std::abs(a - b) <= 1e-7 + 1e-6 * std::max(std::abs(a), std::abs(b));
}

/// What is wrong with a reply; empty if it agrees with the expected one.
std::string difference(const ForeignJson& yours, const ForeignJson& expected) {
  if (expected.contains("error")) {
    return yours.value("error", "") == expected["error"]
               ? ""
               : fmt::format("{} was expected", std::string(expected["error"]));
  }
  if (yours.contains("error")) return "threw " + yours.value("what", "an exception");
  if (!yours.contains("values") || !yours["values"].is_array() || yours["values"].size() != expected["values"].size()) {
    return "the reply cannot be read";
  }
  for (std::size_t k = 0; k < expected["values"].size(); ++k) {
    const ForeignJson& y = yours["values"][k];
    const ForeignJson& e = expected["values"][k];
    if (e.is_null() != y.is_null())
      return fmt::format("a gradient of input {} is {}", k, y.is_null() ? "missing" : "not expected");
    if (e.is_null()) continue;
    if (!y.is_object() || !y.contains("shape") || !y.contains("data") || !y["data"].is_array())
      return "the reply cannot be read";
    if (y["shape"] != e["shape"] || y["data"].size() != e["data"].size()) {
      return fmt::format("shape {}, expected {}", y["shape"].dump(), e["shape"].dump());
    }
    for (std::size_t i = 0; i < e["data"].size(); ++i) {
      if (near(number(y["data"][i]), number(e["data"][i]))) continue;
      return fmt::format("element {}: yours {}, expected {}", i, y["data"][i].dump(), e["data"][i].dump());
    }
  }
  return "";
}

Texts solution_of(const Sources& sources, const Manifest& lab) {
  Texts texts;
  for (const std::string& file : lab.editable_files()) texts[file] = sources.solution(lab, file);
  return texts;
}

std::string last_name(const std::string& function) {
  const std::size_t colons = function.rfind("::");
  return colons == std::string::npos ? function : function.substr(colons + 2);
}

}  // namespace

void grade_oracle(Grade& grade, const Sources& sources, Toolchain& toolchain, const GradeOptions& options,
                  const Save& save) {
  const Manifest& lab = grade.lab;
  const fs::path source = lab.folder / "oracle.cpp";
  if (!fs::exists(source)) throw std::runtime_error("lab " + lab.lab + " has no oracle");
  save(grade);
  const TemporaryFolder folder("yhat-oracle");
  LabBuild build(sources, toolchain, lab);
  build.prepare(options.jobs);
  Texts texts = read_submission(lab, options.submission, grade.contents);
  for (const std::string& file : lab.editable_files()) {
    if (texts.count(file) == 0) texts[file] = sources.starter(lab, file);
    const Built built = build.compile(file, texts[file]);
    if (built.good) continue;
    grade.problems.push_back({file, file + " does not compile.", built.output});
    texts[file] = sources.starter(lab, file);
  }
  const LabProgram trusted = build.other_program(source, solution_of(sources, lab), folder.path() / "trusted");
  if (!trusted.good) throw std::runtime_error(trusted.output);
  const LabProgram student = build.other_program(source, texts, folder.path() / "student");
  if (!student.good) {
    grade.problems.push_back({"", "The program could not be linked.", student.output});
    for (CheckResult& r : grade.results) {
      r.verdict = Verdict::not_built;
      r.headline = "The program could not be linked.";
    }
    grade.finished = true;
    return save(grade);
  }
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);

  const std::string seed = std::to_string(std::random_device()());
  Command ask;
  ask.arguments = {trusted.path.string(), "--questions", seed, "12"};
  ask.output_kib = 16 << 10;
  const Ended asked = run(ask);
  if (!asked.good()) throw std::runtime_error("the oracle's questions: " + asked.output);
  write_file(folder.path() / "questions", asked.output);
  const Reply expected = answers(trusted.path, folder.path() / "questions", folder.path() / "expected", {});
  Command guarded;
  guarded.seconds = 30 * options.time_scale;
  guarded.memory_mib = toolchain.kit().address_sanitizer ? 0 : 1024;
  guarded.sandbox = options.sandbox;
  guarded.clean_environment = true;
  guarded.user = options.user;
  guarded.file_mib = 32;
  const Reply given = answers(student.path, folder.path() / "questions", folder.path() / "given", guarded);

  // Function -> the first thing wrong with it.
  std::map<std::string, std::string> wrong;
  std::set<std::string> questioned;
  for (const std::string& line : lines_of(asked.output)) {
    const ForeignJson question = ForeignJson::parse(line);
    const std::string fn = question["fn"];
    const std::string name = fn.substr(0, fn.find(".vjp"));
    questioned.insert(name);
    if (wrong.count(name) > 0) continue;
    const auto reply = given.by_id.find(question["id"].get<int>());
    std::string what = "no answer";
    if (given.ended.timed_out)
      what = "no answer in time";
    else if (given.ended.signal != 0)
      what = "no answer: it crashed";
    if (reply != given.by_id.end()) what = difference(reply->second, expected.by_id.at(question["id"].get<int>()));
    if (!what.empty()) wrong[name] = fmt::format("{} of {}: {}", fn, line.substr(0, 300), what);
  }
  for (CheckResult& r : grade.results) {
    r.verdict = Verdict::passed;
    r.headline.clear();
    bool asked_any = false;
    for (const std::string& id : lab.check(r.id)->holes) {
      const std::string name = last_name(lab.hole(id).function);
      asked_any = asked_any || questioned.count(name) > 0;
      if (wrong.count(name) == 0) continue;
      r.verdict =
          wrong[name].find("not implemented: ") != std::string::npos ? Verdict::not_implemented : Verdict::failed;
      r.headline = r.verdict == Verdict::failed ? "Failed." : "Not implemented yet: " + name + ".";
      r.numbers.push_back(wrong[name]);
      r.inputs = {"seed = " + seed};
    }
    if (!asked_any) {
      r.verdict = Verdict::no_assertions;
      r.headline = "The oracle asks nothing for this check.";
    }
  }
  apply_requirements(grade);
  grade.finished = true;
  save(grade);
}

}  // namespace yhat::labs
