// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "formats.h"
#include "json.h"

namespace yhat::labs {
namespace {

// What a program printed need not be UTF-8.
std::string written(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

double rounded(double seconds) { return static_cast<double>(static_cast<long long>(seconds * 1000 + 0.5)) / 1000; }

}  // namespace

std::string json_report(const Grade& grade, const ReportOptions& options) {
  Json json;
  json["lab"] = grade.lab.lab;
  json["title"] = grade.lab.title;
  json["score"] = grade.score();
  json["points"] = grade.lab.points;
  json["finished"] = grade.finished;
  json["seconds"] = rounded(grade.seconds);
  json["summary"] = summary(grade);
  json["contents"] = grade.contents;
  json["problems"] = Json::array();
  for (const FileProblem& p : grade.problems) {
    json["problems"].push_back({{"file", p.file}, {"words", p.words}, {"output", first_lines(p.output)}});
  }
  json["checks"] = Json::array();
  for (const CheckResult& r : grade.results) {
    const Check& check = *grade.lab.check(r.id);
    json["checks"].push_back({{"id", r.id},
                              {"name", check.name},
                              {"result", name_of(r.verdict)},
                              {"points", grade.points(r)},
                              {"of", check.points},
                              {"messages", r.ids},
                              {"explanation", explanation(grade, r, options)},
                              {"seconds", rounded(r.seconds)}});
  }
  json["predictions"] = grade.predictions;
  json["remarks"] = grade.remarks;
  return written(json);
}

std::string gradescope_report(const Grade& grade, const ReportOptions& options) {
  Json json;
  std::string output = summary(grade);
  for (const std::string& remark : grade.remarks) output += "\n" + remark;
  json["execution_time"] = static_cast<long long>(grade.seconds + 0.5);
  json["output"] = output;
  json["output_format"] = "text";
  json["stdout_visibility"] = "hidden";
  json["tests"] = Json::array();
  // Without a score these are informational: the sum of max_score stays the lab's total.
  const auto inform = [&](const std::string& name, bool good, const std::string& text) {
    json["tests"].push_back({{"name", name}, {"status", good ? "passed" : "failed"}, {"output", text}});
  };
  if (!grade.contents.empty()) inform("Submission contents", false, grade.contents);
  for (const FileProblem& p : grade.problems) {
    inform("Compiles: " + (p.file.empty() ? "the program" : p.file), false, p.words + "\n" + first_lines(p.output));
  }
  for (const CheckResult& r : grade.results) {
    const Check& check = *grade.lab.check(r.id);
    Json test = {{"name", check.name},
                 {"number", r.id},
                 {"score", grade.points(r)},
                 {"max_score", check.points},
                 {"status", r.passed() ? "passed" : "failed"}};
    const std::vector<std::string> lines = explanation(grade, r, options);
    if (!lines.empty()) test["output"] = joined(lines, "\n");
    if (!check.tags.empty()) test["tags"] = check.tags;
    test["visibility"] = check.visibility;
    test["extra_data"] = {{"result", name_of(r.verdict)}, {"messages", r.ids}};
    json["tests"].push_back(std::move(test));
  }
  if (!grade.predictions.empty()) {
    json["tests"].push_back({{"name", "Predictions (no points)"}, {"output", joined(grade.predictions, "\n")}});
  }
  return written(json);
}

std::vector<std::string> metadata_remarks(const Grade& grade, const std::string& metadata) {
  std::vector<std::string> remarks;
  try {
    const Json json = Json::parse(metadata);
    if (json.contains("assignment") && json["assignment"].contains("total_points")) {
      const Json& total = json["assignment"]["total_points"];
      const double points = total.is_string()   ? std::strtod(total.get<std::string>().c_str(), nullptr)
                            : total.is_number() ? total.get<double>()
                                                : grade.lab.points;
      if (points != grade.lab.points) {
        remarks.push_back(
            fmt::format("The assignment has {} points in all, these checks {} (the rest is graded by hand?).",
                        number_text(points), number_text(grade.lab.points)));
      }
    }
    // Only the latest of them carries results.
    if (!json.contains("previous_submissions")) return remarks;
    const Json& previous = json["previous_submissions"];
    for (auto it = previous.rbegin(); it != previous.rend(); ++it) {
      if (!it->contains("results") || !(*it)["results"].contains("tests")) continue;
      double before = 0;
      for (const Json& test : (*it)["results"]["tests"]) {
        if (test.contains("score") && test["score"].is_number()) before += test["score"].get<double>();
      }
      const double change = grade.score() - before;
      if (change > 0) remarks.push_back(fmt::format("Improved: +{} since last time.", number_text(change)));
      if (change < 0) remarks.push_back(fmt::format("{} since last time.", number_text(change)));
      break;
    }
  } catch (const Json::exception& error) {
    remarks.push_back(std::string("The submission's metadata cannot be read: ") + error.what());
  }
  return remarks;
}

}  // namespace yhat::labs
