// SPDX-License-Identifier: MIT
#include "formats.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "predictions.h"

using namespace yhat::labs;
using nlohmann::json;

namespace {

constexpr const char* manifest_text = R"({
  "schema": 1, "lab": "98", "title": "A <small> lab", "points": 6,
  "holes": [{"id": "f", "file": "core/f.cpp", "function": "f"}, {"id": "g", "file": "g.cpp", "function": "g"}],
  "checks": [
    {"id": "98.1", "name": "98.1 first", "points": 1, "holes": ["f"], "tags": ["easy"]},
    {"id": "98.2", "name": "98.2 second", "points": 2.5, "holes": ["f"], "requires": ["98.3"]},
    {"id": "98.3", "name": "98.3 third", "points": 2.5, "holes": ["g"], "visibility": "after_due_date"}
  ],
  "predict": {"question": "How many?", "answers": {"n": {"value": 4, "tol": 0.5}}},
  "hints": {"98.3": ["look", "formula", "line"]}
})";

Grade graded() {
  Grade grade(parse_manifest(manifest_text, "x/lab.json", "x"));
  grade.results[0].verdict = Verdict::passed;
  grade.results[1].verdict = Verdict::passed;
  grade.results[2].verdict = Verdict::failed;
  grade.results[2].headline = "Failed.";
  grade.results[2].sentences = {"Sign flipped & \"more\"."};
  grade.results[2].inputs = {"seed = 1"};
  grade.results[2].failures = {"checks/c.cpp:12: a | b < 3"};
  grade.results[2].output = "caf\xe9";  // not UTF-8
  grade.again = "cmake --build build --target check-{}";
  grade.finished = true;
  grade.seconds = 1.6;
  apply_requirements(grade);
  return grade;
}

/// Gradescope's published format: no other keys, right types, right words.
/// Empty if all is well.
std::string gradescope_mistake(const json& results) {
  static const std::set<std::string> visibilities = {"visible", "hidden", "after_due_date", "after_published"};
  static const std::set<std::string> formats = {"text", "html", "simple_format", "md", "ansi"};
  static const std::set<std::string> top = {"score",         "execution_time",     "output",
                                            "output_format", "test_output_format", "test_name_format",
                                            "visibility",    "extra_data",         "stdout_visibility",
                                            "tests",         "leaderboard"};
  static const std::set<std::string> test_keys = {"score",       "max_score",  "status",    "name",
                                                  "name_format", "number",     "output",    "output_format",
                                                  "tags",        "visibility", "extra_data"};
  const auto word = [](const json& object, const char* key, const std::set<std::string>& allowed) {
    return !object.contains(key) || (object[key].is_string() && allowed.count(object[key].get<std::string>()) > 0);
  };
  if (!results.is_object()) return "no object";
  for (const auto& [key, value] : results.items()) {
    if (top.count(key) == 0) return "unknown key " + key;
  }
  for (const char* key : {"score", "execution_time"}) {
    if (results.contains(key) && !results[key].is_number()) return key;
  }
  if (results.contains("output") && !results["output"].is_string()) return "output";
  for (const char* key : {"output_format", "test_output_format", "test_name_format"}) {
    if (!word(results, key, formats)) return key;
  }
  for (const char* key : {"visibility", "stdout_visibility"}) {
    if (!word(results, key, visibilities)) return key;
  }
  if (!results.contains("score") && !results.contains("tests")) return "neither score nor tests";
  for (const json& test : results.value("tests", json::array())) {
    for (const auto& [key, value] : test.items()) {
      if (test_keys.count(key) == 0) return "unknown key in a test: " + key;
    }
    for (const char* key : {"score", "max_score"}) {
      if (test.contains(key) && !test[key].is_number()) return key;
    }
    for (const char* key : {"name", "number", "output"}) {
      if (test.contains(key) && !test[key].is_string()) return key;
    }
    if (!word(test, "status", {"passed", "failed"})) return "status";
    if (!word(test, "visibility", visibilities)) return "visibility of a test";
    for (const char* key : {"output_format", "name_format"}) {
      if (!word(test, key, formats)) return key;
    }
    if (test.contains("tags")) {
      if (!test["tags"].is_array()) return "tags";
      for (const json& tag : test["tags"]) {
        if (!tag.is_string()) return "a tag";
      }
    }
    if (test.contains("extra_data") && !test["extra_data"].is_object()) return "extra_data";
  }
  return "";
}

double sum_of(const json& results, const char* key) {
  double sum = 0;
  for (const json& test : results["tests"]) sum += test.value(key, 0.0);
  return sum;
}

}  // namespace

TEST_CASE(
    "results.json is what Gradescope publishes, before, during and after "
    "grading") {
  Grade grade = graded();
  grade.contents = "g.cpp is missing.";
  grade.problems = {{"core/f.cpp", "core/f.cpp does not compile.", "error: \xff"}};
  grade.predictions = {"n: you predicted 3; measured 4"};
  grade.remarks = {"Improved: +1 since last time."};
  for (const Grade& g : {Grade(grade.lab), graded(), grade}) {
    const json results = json::parse(gradescope_report(g, {}));
    CHECK(gradescope_mistake(results) == "");
    CHECK(sum_of(results, "max_score") == 6);
    CHECK_FALSE(results.contains("score"));  // it would override the sum
  }
  const json first = json::parse(gradescope_report(Grade(grade.lab), {}));
  CHECK(first["tests"].size() == 3);
  CHECK(first["tests"][0]["output"] == "Grading did not finish.");
  CHECK(sum_of(first, "score") == 0);
  const json last = json::parse(gradescope_report(grade, {}));
  CHECK(last["output"] == "Lab 98: 1 / 6. Next: 98.2 second.\nImproved: +1 since last time.");
  CHECK(last["execution_time"] == 2);
  CHECK(last["tests"][4]["visibility"] == "after_due_date");
  CHECK(last["tests"][2]["tags"] == json{"easy"});
  // The validator itself.
  json wrong = last;
  wrong["tests"][2]["points"] = 1;
  CHECK(gradescope_mistake(wrong) == "unknown key in a test: points");
  wrong = last;
  wrong["stdout_visibility"] = "never";
  CHECK(gradescope_mistake(wrong) == "stdout_visibility");
}

TEST_CASE("points count only together with the checks they require") {
  const Grade grade = graded();
  CHECK(grade.score() == 1);
  CHECK(grade.results[1].verdict == Verdict::requires_others);
  CHECK(grade.results[1].headline == "Passed, but counts only together with 98.3.");
}

TEST_CASE("the text report says what to do next") {
  const std::string text = text_report(graded(), {});
  CHECK(text.find("ok    98.1 first   1/1\n") != std::string::npos);
  CHECK(text.find("FAIL  98.3 third   0/2.5\n      Sign flipped & \"more\".\n  "
                  "    seed = 1\n") != std::string::npos);
  CHECK(text.find("      Again: cmake --build build --target check-98.3\n") != std::string::npos);
  CHECK(text.find("Lab 98: 1 / 6. Next: 98.2 second.") != std::string::npos);
}

TEST_CASE("JSON, JUnit and GitHub reports escape what they carry") {
  const Grade grade = graded();
  const json all = json::parse(json_report(grade, {}));
  CHECK(all["score"] == 1);
  CHECK(all["checks"][2]["result"] == "failed");
  const std::string xml = junit_report(grade, {});
  CHECK(xml.find("<testsuite name=\"lab98\" tests=\"3\" failures=\"2\" "
                 "errors=\"0\"") != std::string::npos);
  CHECK(xml.find("Sign flipped &amp; &quot;more&quot;.") != std::string::npos);
  const std::string lines = github_annotations(grade, {});
  CHECK(lines.find("::error file=checks/c.cpp,line=12,title=98.3 third::Sign "
                   "flipped & \"more\".%0Aseed = 1%0A") != std::string::npos);
  const std::string table = github_summary(grade, {});
  CHECK(table.find("| 98.1 first | 1/1 | passed |") != std::string::npos);
  CHECK(table.find("a \\| b &lt; 3") != std::string::npos);
}

TEST_CASE("Gradescope's metadata become remarks, never an error") {
  const Grade grade = graded();
  const auto remarks = [&](const std::string& text) { return metadata_remarks(grade, text); };
  CHECK(remarks(R"({"assignment": {"total_points": "6.0"}, "previous_submissions": []})").empty());
  CHECK(remarks(R"({"assignment": {"total_points": "10.0"}})") ==
        std::vector<std::string>{"The assignment has 10 points in all, these "
                                 "checks 6 (the rest is graded by hand?)."});
  CHECK(remarks(R"({"previous_submissions": [{"results": {"tests": [{"score": 0.5}]}}, {"score": "9"}]})") ==
        std::vector<std::string>{"Improved: +0.5 since last time."});
  CHECK(remarks("{").size() == 1);
}

TEST_CASE(
    "a submission's files are taken only if they are files, and what is "
    "wrong is listed") {
  const Manifest lab = parse_manifest(manifest_text, "x/lab.json", "x");
  const TemporaryFolder folder;
  std::string contents;
  write_file(folder.path() / "core/f.cpp", "int f();");
  write_file(folder.path() / "g.cpp", "int g();");
  CHECK(read_submission(lab, folder.path(), contents).size() == 2);
  CHECK(contents.empty());
  write_file(folder.path() / "g.cpp", " \n");
  CHECK(read_submission(lab, folder.path(), contents).size() == 1);
  CHECK(contents == "g.cpp is empty.\nFound in the submission:\n  core/f.cpp\n  g.cpp");
  write_file(folder.path() / "g.cpp", std::string((1 << 20) + 1, 'x'));
  read_submission(lab, folder.path(), contents);
  CHECK(contents.find("g.cpp is larger than 1 MiB.\n") == 0);
  fs::remove(folder.path() / "g.cpp");
  fs::create_symlink("/etc/hostname", folder.path() / "g.cpp");
  read_submission(lab, folder.path(), contents);
  CHECK(contents.find("g.cpp is not a regular file.\n") == 0);
  fs::rename(folder.path() / "core", folder.path() / "nested");
  read_submission(lab, folder.path(), contents);
  CHECK(contents.find("core/f.cpp is missing.\n") == 0);
  CHECK(contents.find("\n  nested/f.cpp") != std::string::npos);
}

TEST_CASE("predictions are echoed, whatever the file looks like") {
  const Manifest lab = parse_manifest(manifest_text, "x/lab.json", "x");
  const TemporaryFolder folder;
  const auto lines = [&] { return joined(echo_predictions(lab, folder.path(), {{"n", "4"}}), "\n"); };
  CHECK(lines() == "predictions.json is missing\nn: you predicted nothing; measured 4");
  write_file(folder.path() / "predictions.json", "{\"predictions\": {\"n\": 3}}");
  CHECK(lines() == "n: you predicted 3; measured 4");
  write_file(folder.path() / "predictions.json", "{\"predictions\": {\"n\": \"four\"}}");
  CHECK(lines() == "n: you predicted four; measured 4");
  write_file(folder.path() / "predictions.json", "[");
  CHECK(lines().find("predictions.json cannot be read") == 0);
  std::string many = "{\"predictions\": {\"n\": 3";
  for (int i = 0; i < 300'000; ++i) many += ", \"" + std::to_string(i) + "\": 0";
  write_file(folder.path() / "predictions.json", many + "}}");
  CHECK(lines() == "predictions.json is too long (at most 64 KiB)\nn: you predicted nothing; measured 4");
  std::string problem;  // if each key were compared with all before, this would not end
  CHECK(read_predictions(lab, many + "}}", problem) == std::map<std::string, std::string>{{"n", "3"}});
}
