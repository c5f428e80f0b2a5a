// SPDX-License-Identifier: MIT
#include <yhat/version.h>

#include "loss_lesson.h"
#include "loss_parts.h"
#include "loss_stages.h"
#include "loss_words.h"
#include "step/json.h"

namespace yhat::step {
namespace {

using trace::Json;
using trace::json_numbers;

// Names whose numbers the page does not change, or has no place for because they equal others.
bool in_page(const std::string& name) {
  for (const char* hidden :
       {"y", "ce.paper", "mse.paper", "raw.paper", "raw.up", "raw.rows", "raw.numeric", "J.sums", "J.closed"}) {
    if (name == hidden) return false;
  }
  return true;
}

Json case_json(const LossCase& c) {
  Json numbers = Json::object();
  for (const auto& [name, values] : c.numbers) {
    if (in_page(name) && (name != "J" || c.shows_jacobian())) numbers[name] = json_numbers(values);
  }
  return {{"id", c.id}, {"name", c.name}, {"label", c.label}, {"block", block_of(c)}, {"n", std::move(numbers)}};
}

// For every name, the numbers of each case in turn.
Json columns(const std::vector<LossCase>& cases) {
  Json out = Json::object();
  for (const auto& [name, values] : cases[0].numbers) {
    if (!in_page(name)) continue;
    for (const LossCase& c : cases) out[name].push_back(json_numbers(c[name]));
  }
  return out;
}

Json stages_json(const LossCase& c) {
  Json out = Json::array();
  for (const Stage& s : stages_of(c)) {
    out.push_back({{"title", s.title}, {"say", s.say}, {"ask", {{"q", s.ask}, {"a", s.answer}}}});
  }
  return out;
}

}  // namespace

std::string loss_json(const LossLesson& lesson) {
  Json j = {{"schema", "yhat.trace/1"}, {"title", loss_title}, {"page", "loss"}, {"command", lesson.command}};
  j["engine"] = {{"version", YHAT_VERSION}, {"dtype", "f64"}, {"seed", 0}};
  for (const char* none : {"tensors", "ops", "events", "phases"}) j[none] = Json::array();
  Json stages = Json::object();
  Json cases = Json::array();
  for (const LossCase& c : lesson.starts) {
    cases.push_back(case_json(c));
    if (!stages.contains(block_of(c))) stages[block_of(c)] = stages_json(c);
  }
  j["stages"] = std::move(stages);
  j["cases"] = std::move(cases);
  j["shown"] = lesson.shown;
  j["sweeps"] = {
      {{"name", "how wrong"},
       {"param", "m"},
       {"values", lesson.how_wrong},
       {"label", lesson.sweep[0].label},
       {"block", block_of(lesson.sweep[0])},
       {"series", columns(lesson.sweep)}},
      {{"name", "sigmoid"},
       {"param", "z"},
       {"values", lesson.sigmoid.z},
       {"series", {{"ce", lesson.sigmoid.ce}, {"mse", lesson.sigmoid.mse}}},
       {"peak", {{"z", lesson.sigmoid.peak_z}, {"p", lesson.sigmoid.peak_p}, {"mse", lesson.sigmoid.peak}}}}};
  Json curves = Json::array();
  for (const Curve& c : lesson.curves) {
    curves.push_back({{"start", lesson.starts[c.start].id},
                      {"loss", c.ce ? "ce" : "mse"},
                      {"lr", c.rate},
                      {"steps", c.p.size() - 1},
                      {"p", c.p},
                      {"norm", c.norm}});
  }
  j["curves"] = std::move(curves);
  Json steps = Json::array();
  for (const StepCount& s : lesson.steps) {
    steps.push_back({{"start", lesson.starts[s.start].id}, {"ce", s.ce}, {"mse", s.mse}});
  }
  j["steps"] = {{"rates", lesson.rates}, {"counts", std::move(steps)}};
  return trace::dump(j);
}

}  // namespace yhat::step
