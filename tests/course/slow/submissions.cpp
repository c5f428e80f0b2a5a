// SPDX-License-Identifier: MIT
// Whole gradings of lab 4: a student's files, compiled, linked, run. Takes minutes: ctest -L '^labs$'.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "formats.h"
#include "lab_build.h"

using namespace yhat::labs;

namespace {

const std::string softmax_file = "core/ops/softmax.cpp";
const std::string loss_file = "losses/cross_entropy.cpp";

struct Course {
  Sources sources{YHAT_TEST_SOURCE_DIR};
  Toolchain toolchain{read_kit(YHAT_LABS_KIT), fs::path(YHAT_LABS_KIT).parent_path() / "cache"};
  const Manifest& lab = sources.lab("04");
};
Course& course() {
  static Course c;
  return c;
}

Texts solution() {
  Course& c = course();
  Texts texts;
  for (const std::string& file : c.lab.editable_files()) texts[file] = c.sources.solution(c.lab, file);
  return texts;
}

/// The solution with another body of softmax.
Texts with_softmax(const std::string& body) {
  Texts texts = solution();
  texts[softmax_file] = course().sources.with_bodies(course().lab, softmax_file, {{"lab04.softmax", body}});
  return texts;
}

Grade grade(const Texts& texts, double time_scale = 1, const Texts& more = {}) {
  const TemporaryFolder folder;
  for (const auto& [file, text] : texts) write_file(folder.path() / file, text);
  for (const auto& [file, text] : more) write_file(folder.path() / file, text);
  Grade g(course().lab);
  GradeOptions options;
  options.submission = folder.path();
  options.time_scale = time_scale;
  options.jobs = 2;
  grade_submission(g, course().sources, course().toolchain, options, [](const Grade&) {});
  const nlohmann::json results = nlohmann::json::parse(gradescope_report(g, {}));
  double most = 0;
  for (const auto& test : results["tests"]) most += test.value("max_score", 0.0);
  CHECK(most == 12);
  return g;
}

bool calls(const Check& c, const std::string& hole) {
  return std::find(c.holes.begin(), c.holes.end(), hole) != c.holes.end();
}

/// The checks of softmax end as `verdict`; those that never call it pass.
void expect_softmax_only(const Grade& g, const char* verdict) {
  for (const CheckResult& r : g.results) {
    const Check& c = *g.lab.check(r.id);
    CAPTURE(c.name);
    CAPTURE(r.headline);
    if (calls(c, "lab04.softmax")) CHECK(std::string(name_of(r.verdict)) == verdict);
    if (calls(c, "lab04.log_softmax")) CHECK(r.passed());
  }
}

const CheckResult& result(const Grade& g, const std::string& id) {
  for (const CheckResult& r : g.results) {
    if (r.id == id) return r;
  }
  throw std::runtime_error("no " + id);
}

}  // namespace

TEST_CASE("the solution scores everything, and checks that a student brings along are ignored") {
  const Grade g = grade(solution(), 1, {{"checks/softmax_checks.cpp", "int main() { return 0; }"}, {"lab.json", "{}"}});
  CHECK(g.score() == 12);
  CHECK(g.contents.empty());
  CHECK(g.problems.empty());
}

TEST_CASE("a missing, empty, broken or incomplete file is named, and the other file's checks score") {
  const auto expect = [](const Grade& g) {
    CHECK(result(g, "4.1").verdict == Verdict::not_implemented);
    CHECK(result(g, "4.3").verdict == Verdict::not_implemented);
    CHECK(result(g, "4.8").passed());
    CHECK(g.score() >= 1);
    CHECK(g.score() < 12);
  };
  Texts texts = solution();
  texts.erase(softmax_file);
  Grade g = grade(texts);
  expect(g);
  CHECK(g.contents.find(softmax_file + " is missing.") == 0);
  CHECK(g.contents.find("\n  " + loss_file) != std::string::npos);
  texts[softmax_file] = "\n";
  g = grade(texts);
  expect(g);
  CHECK(g.contents.find(softmax_file + " is empty.") == 0);
  texts[softmax_file] = solution()[softmax_file] + "\nint x = ;\n";
  g = grade(texts);
  expect(g);
  REQUIRE(g.problems.size() == 1);
  CHECK(g.problems[0].words == softmax_file + " does not compile.");
  CHECK(g.problems[0].output.find(softmax_file + ":") == 0);
  CHECK(result(g, "4.1").headline == softmax_file + " does not compile.");
  texts[softmax_file] = "namespace yhat {}\n";
  g = grade(texts);
  expect(g);
  REQUIRE(g.problems.size() == 1);
  CHECK(g.problems[0].words ==
        "softmax is missing from core/ops/softmax.cpp. log_softmax is missing from core/ops/softmax.cpp.");
}

TEST_CASE("what ends or stalls the student's code loses its own checks only") {
  expect_softmax_only(grade(with_softmax("std::exit(0);")), "exited_early");
  expect_softmax_only(grade(with_softmax("_exit(0);")), "exited_early");
  expect_softmax_only(grade(with_softmax("std::abort();")), "crash");
  expect_softmax_only(grade(with_softmax("volatile int* p = nullptr; *p = 1; return x;")), "crash");
  expect_softmax_only(grade(with_softmax("std::vector<double> v(100'000'000'000 / 8, 1.0); return v[1] > 0 ? x : -x;")),
                      "memory");
  expect_softmax_only(grade(with_softmax("for (volatile int i = 0;; ++i) {}"), 0.05), "timeout");
  expect_softmax_only(grade(with_softmax("for (;;) std::puts(\"x\");"), 0.05), "timeout");
}

TEST_CASE("forged cases, forks and constructors earn nothing") {
  Texts texts = with_softmax("fork(); return exp(log_softmax(x, axis));");
  Grade g = grade(texts);
  expect_softmax_only(g, "tampered");
  texts = solution();
  texts[softmax_file] = "#include <doctest/doctest.h>\n" + solution()[softmax_file] +
                        "\nTEST_CASE(\"4.3 softmax gradient\") { CHECK(true); }\n";
  g = grade(texts);
  CHECK(result(g, "4.3").verdict == Verdict::tampered);
  CHECK(g.score() == 9);
  texts = solution();
  texts[softmax_file] += "\n__attribute__((constructor)) static void leave() { _exit(0); }\n";
  g = grade(texts);
  CHECK(g.score() == 0);
  for (const CheckResult& r : g.results) CHECK(r.verdict == Verdict::exited_early);
}

TEST_CASE("whenever the grader is killed, its report can be read and lists every check") {
  const TemporaryFolder folder;
  const fs::path submission = folder.path() / "submission";
  for (const auto& [file, text] : solution()) write_file(submission / file, text);
  const fs::path report = folder.path() / "results.json";
  int read = 0;
  for (double seconds : {0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0}) {
    std::error_code ignored;
    fs::remove(report, ignored);
    Command command;
    command.arguments = {YHAT_GRADE,
                         "--lab",
                         "04",
                         "--labs",
                         YHAT_TEST_SOURCE_DIR "/labs",
                         "--kit",
                         YHAT_LABS_KIT,
                         "--submission",
                         submission.string(),
                         "--format",
                         "gradescope",
                         "--out",
                         report.string()};
    command.seconds = seconds;
    run(command);
    if (!fs::exists(report)) continue;  // killed before it began
    const nlohmann::json results = nlohmann::json::parse(read_file(report));
    CHECK(results["tests"].size() >= course().lab.checks.size());
    ++read;
  }
  CHECK(read >= 5);
}

TEST_CASE("bodies that no manifest knows: ten wrong ones fail, five right ones pass") {
  const std::string head = "const std::size_t a = normalise_axis(\"softmax\", axis, x.shape());\n";
  const auto value = [&](const std::string& y, const std::string& vjp) {
    return head + "Tensor y; { const NoGrad values_only; y = " + y + "; }\n" +
           "return record(\"softmax\", std::move(y), edge(x, [axis](const Tensor& g, const Tensor& p) { return " + vjp +
           "; }), attribute(\"axis\", a));";
  };
  const std::string good_value = "exp(x - max(x, axis, true)) / sum(exp(x - max(x, axis, true)), axis, true)";
  const std::string good_vjp = "p * (g - sum(g * p, axis, true))";
  const std::vector<std::string> wrong = {
      value(good_value, "p * (g - sum(g, axis, true))"),
      value(good_value, "p * g - sum(g * p, axis, true)"),
      value(good_value, "p * (g - mean(g * p, axis, true))"),
      value(good_value, "p * (g + sum(g * p, axis, true))"),
      value(good_value, "(1 - p) * (g - sum(g * p, axis, true))"),
      value(good_value, "p * (g - sum(g * p, -1, true))"),
      value("exp(x - max(x)) / sum(exp(x - max(x)), axis, true)", good_vjp),
      value("exp(x) / (sum(exp(x), axis, true) + 1e-9)", good_vjp),
      value("exp(x - max(x, axis, true)) / sum(exp(x - max(x, axis, true)), axis, true) * 0.999", good_vjp),
      value("exp(x - mean(x, axis, true)) / sum(exp(x - mean(x, axis, true)), axis, true)", good_vjp)};
  for (const std::string& body : wrong) {
    CAPTURE(body);
    CHECK(grade(with_softmax(body)).score() < 12);
  }
  const std::vector<std::string> right = {
      value(good_value, good_vjp), value(good_value, "g * p - p * sum(g * p, axis, true)"),
      "const Tensor e = exp(x - max(x, axis, true).detach());\nreturn e / sum(e, axis, true);",
      "return exp(x - logsumexp(x, axis, true));", "return exp(log_softmax(x, axis));"};
  for (const std::string& body : right) {
    CAPTURE(body);
    const Grade g = grade(with_softmax(body));
    CAPTURE(text_report(g, {}));
    CHECK(g.score() == 12);
  }
}
