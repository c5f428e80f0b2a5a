// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>

#include "core/sanitizer.h"
#include "formats.h"

using namespace yhat::labs;
using yhat::sanitized;

namespace {

/// A manifest of cases of the hostile program.
Manifest manifest_of(const std::map<std::string, std::string>& limits) {
  nlohmann::json json = {{"schema", 1}, {"lab", "99"}, {"title", "Hostile"}, {"holes", nlohmann::json::array()}};
  json["holes"].push_back({{"id", "h.hole"}, {"file", "h.cpp"}, {"function", "hole"}});
  json["messages"] = {
      {"three", "You gave {0}, it was {1}."}, {"slow", "Visit each node once."}, {"deep", "Use a stack."}};
  json["checks"] = nlohmann::json::array();
  for (const auto& [name, more] : limits) {
    nlohmann::json check = {
        {"id", name.substr(0, 4)}, {"name", name}, {"points", 1}, {"holes", {"h.hole"}}, {"seconds", 5}};
    check.update(nlohmann::json::parse("{" + more + "}"));
    json["checks"].push_back(check);
  }
  json["points"] = limits.size();
  return parse_manifest(json.dump(), "hostile/lab.json", "hostile");
}

RunOptions options() {
  RunOptions o;
  o.program = YHAT_LABS_HOSTILE;
  o.address_sanitizer = sanitized;
  return o;
}

Grade grade_of(const Manifest& manifest) {
  Grade grade(manifest);
  GradeOptions how;
  how.jobs = 4;
  grade_program(grade, options(), how, [](const Grade&) {});
  return grade;
}

const CheckResult& result(const Grade& grade, const std::string& id) {
  for (const CheckResult& r : grade.results) {
    if (r.id == id) return r;
  }
  throw std::runtime_error("no " + id);
}

std::string verdict(const Grade& grade, const std::string& id) { return name_of(result(grade, id).verdict); }

}  // namespace

TEST_CASE("no exit, crash or forgery earns a point, and each is called by its name") {
  const Grade grade = grade_of(manifest_of({{"h.01 passes", ""},
                                            {"h.02 exit", ""},
                                            {"h.03 underscore exit", ""},
                                            {"h.04 quick exit", ""},
                                            {"h.05 exit after a failure", ""},
                                            {"h.11 abort", ""},
                                            {"h.12 null write", ""},
                                            {"h.13 own handler", ""},
                                            {"h.14 fork", ""},
                                            {"h.15 before main", ""},
                                            {"h.16 our name", ""},
                                            {"h.17 a forged record", ""},
                                            {"h.18 nonsense records", ""},
                                            {"h.19 asserts nothing", ""},
                                            {"h.20 throws a number", ""},
                                            {"h.22 to do", ""},
                                            {"h.23 another error expected", ""},
                                            {"h.24 leaves a process", ""},
                                            {"h.26 fails as expected", ""}}));
  CHECK(verdict(grade, "h.01") == "passed");
  for (const char* id : {"h.02", "h.03", "h.04", "h.05", "h.13", "h.15"}) {
    CAPTURE(id);
    CHECK(verdict(grade, id) == "exited_early");
    CHECK(result(grade, id).headline == "Your code ended the program before the check finished (exit?).");
  }
  for (const char* id : {"h.14", "h.16", "h.17", "h.24"}) {
    CAPTURE(id);
    CHECK(verdict(grade, id) == "tampered");
    CHECK(result(grade, id).headline == "The report cannot be trusted (fork? a test case with our name?).");
  }
  CHECK(verdict(grade, "h.11") == "crash");
  CHECK(verdict(grade, "h.12") == "crash");
  if (!sanitized) CHECK(result(grade, "h.12").headline == "Crashed (SIGSEGV); build the asan preset to see where.");
  CHECK(verdict(grade, "h.18") == "failed");  // nonsense is no record
  CHECK(verdict(grade, "h.19") == "no_assertions");
  CHECK(verdict(grade, "h.20") == "failed");
  CHECK(verdict(grade, "h.26") == "failed");
  for (const char* id : {"h.22", "h.23"}) {
    CAPTURE(id);
    CHECK(verdict(grade, id) == "not_implemented");
    CHECK(result(grade, id).headline == "Not implemented yet: hole (h.cpp).");
  }
  CHECK(grade.score() == 1);
}

TEST_CASE("time, memory and stack are limits, with the check's own words") {
  std::map<std::string, std::string> checks = {{"h.06 endless loop", "\"seconds\": 0.4, \"on_timeout\": \"slow\""},
                                               {"h.07 endless sleep", "\"seconds\": 0.4"},
                                               {"h.08 endless printing", "\"seconds\": 0.4"},
                                               {"h.21 deep recursion", "\"stack_kib\": 256, \"on_crash\": \"deep\""},
                                               {"h.30 an int is thrown after a failure", ""}};
  if (!sanitized) {
    checks["h.09 a hundred gigabytes"] = "";
    checks["h.10 more and more"] = "\"memory_mib\": 128, \"seconds\": 60";
  }
  const Grade grade = grade_of(manifest_of(checks));
  for (const char* id : {"h.06", "h.07", "h.08"}) {
    CAPTURE(id);
    CHECK(verdict(grade, id) == "timeout");
    CHECK(result(grade, id).seconds < 4);
  }
  CHECK(result(grade, "h.07").headline == (sanitized ? "Stopped after 1.6 s." : "Stopped after 0.4 s."));
  CHECK(result(grade, "h.06").sentences == std::vector<std::string>{"Visit each node once."});
  CHECK(result(grade, "h.08").output.size() < 4000);
  CHECK(verdict(grade, "h.21") == "crash");
  CHECK(result(grade, "h.21").ids == std::vector<std::string>{"deep"});
  CHECK(verdict(grade, "h.30") == "memory");
  if (!sanitized) {
    CHECK(verdict(grade, "h.09") == "memory");
    CHECK(verdict(grade, "h.10") == "memory");
    CHECK(result(grade, "h.10").headline == "More than 128 MiB of memory.");
  }
  CHECK(grade.score() == 0);
}

TEST_CASE(
    "a failure is explained by its note, its input at that moment, and "
    "numbers as far as they may be told") {
  const Grade grade = grade_of(manifest_of({{"h.27 explained", ""}}));
  const CheckResult& r = result(grade, "h.27");
  CHECK(r.verdict == Verdict::failed);
  CHECK(r.ids == std::vector<std::string>{"three", "sign"});
  CHECK(r.sentences == std::vector<std::string>{"You gave 3, it was two."});
  CHECK(r.inputs == std::vector<std::string>{"k = 3"});
  CHECK(r.output == "a word of the student");
  const auto text = [&](const char* detail) {
    ReportOptions o;
    o.detail = detail;
    return joined(explanation(grade, r, o), "\n");
  };
  CHECK(text("full").find("yours 3, expected 2") != std::string::npos);
  CHECK(text("full").find("k != 3 is 3 != 3") != std::string::npos);
  CHECK(text("no-expected").find("expected 2") == std::string::npos);
  CHECK(text("no-expected").find("k != 3") != std::string::npos);
  CHECK(text("verdict").find("k != 3") == std::string::npos);
  CHECK(text("verdict").find("You gave 3, it was two.\nk = 3") == 0);
}

TEST_CASE("the sandbox has no environment of ours, few files and small ones") {
  const Grade grade = grade_of(manifest_of({{"h.28 few files", ""}, {"h.29 a file without end", ""}}));
  CHECK(verdict(grade, "h.28") == "passed");
  CHECK(verdict(grade, "h.29") == "crash");
  CHECK(result(grade, "h.29").headline.find("SIGXFSZ") != std::string::npos);
}

TEST_CASE("what leaves its session is found and killed") {
  adopt_orphans();
  const Grade grade = grade_of(manifest_of({{"h.25 leaves a session", ""}}));
  CHECK(grade.results.size() == 1);
  kill_orphans();
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE(
    "two gradings differ in times only, and a check that is not there "
    "earns nothing") {
  const Manifest manifest = manifest_of({{"h.01 passes", ""}, {"h.05 exit after a failure", ""}, {"h.99 phantom", ""}});
  const auto report = [&] {
    nlohmann::json parsed = nlohmann::json::parse(json_report(grade_of(manifest), {}));
    parsed.erase("seconds");
    for (auto& check : parsed["checks"]) check.erase("seconds");
    return parsed;
  };
  const nlohmann::json first = report();
  CHECK(first == report());
  CHECK(first["score"] == 1);
}
