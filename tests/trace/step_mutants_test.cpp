// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "mutants.h"
#include "step/json.h"
#include "step/output.h"

using namespace yhat;

// Gradients that are wrong in the ways students get them wrong: first red where the fault is, in the check row, the
// text, the page and the comparison with a run that is right.
namespace {

std::string name_of_first_red(const Trace& trace) {
  const auto json = trace::trace_json(trace);
  const auto& e = json["events"][static_cast<std::size_t>(trace.first_red() - 1)];
  const std::string op = json["ops"][e["op"].get<std::size_t>()]["name"];
  const std::string x = json["tensors"][e["tensor"].get<std::size_t>()]["name"];
  return e["kind"].get<std::string>() + " " + op + " -> " + x;
}

}  // namespace

TEST_CASE("step-through mutants: red at the op that is wrong, and at no step before it") {
  for (const yhat::test::Mutant& m : {yhat::test::softmax_diagonal(), yhat::test::overwriting(),
                                      yhat::test::missing_mean(), yhat::test::kernel_not_turned()}) {
    CAPTURE(m.name);
    CHECK(m.right.first_red() == 0);
    const int step = m.wrong.first_red();
    REQUIRE(step > 0);
    std::string where = m.where;
    if (const std::size_t ordinal = where.find(" (2)"); ordinal != std::string::npos) where.erase(ordinal, 4);
    CHECK(name_of_first_red(m.wrong) == where);

    std::string text;
    for (const std::string& line : trace::render_step(m.wrong, step, {})) text += line + "\n";
    CHECK(text.find("RED (rel ") != std::string::npos);
    const std::string all = trace::render_all(m.wrong, {});
    CHECK(all.find("RED") > all.find("[" + std::to_string(step) + "/"));

    const auto json = trace::trace_json(m.wrong);
    CHECK(json["events"][static_cast<std::size_t>(step - 1)]["check"]["state"] == "red");
    const std::string page = trace::to_html(m.wrong);
    CHECK(page.find("RED (rel ") != std::string::npos);

    const trace::Difference d = trace::compare(trace::trace_json(m.right), json);
    CHECK(d.step == step);
    REQUIRE(!d.lines.empty());
    CHECK(d.lines[0] == "first difference: step " + std::to_string(step) + " of " +
                            std::to_string(m.wrong.events.size()) + ", " + m.where);
  }
}

TEST_CASE("step-through mutants: = for += is 2 instead of 7 at step 10 of the diamond") {
  const yhat::test::Mutant m = yhat::test::overwriting();
  CHECK(m.wrong.first_red() == 10);
  const TraceEvent& e = m.wrong.events[9];
  CHECK(e.after == Numbers{2});
  CHECK(e.check.numeric.at(0) == doctest::Approx(7));
}

TEST_CASE("step-through mutants: the wrong softmax is shown beside the formula") {
  const yhat::test::Mutant m = yhat::test::softmax_diagonal();
  const TraceEvent& e = m.wrong.events[static_cast<std::size_t>(m.wrong.first_red() - 1)];
  CHECK(e.local.differs());
  CHECK(e.micro.empty());  // plain loops would show what the engine did not do
  std::string text;
  for (const std::string& line : trace::render_step(m.wrong, m.wrong.first_red(), {})) text += line + "\n";
  CHECK(text.find("RED: by the formula, J is") != std::string::npos);
}

TEST_CASE("step-through mutants: one sample cannot show a missing 1/N") {
  const yhat::test::Mutant m = yhat::test::missing_mean(true);
  CHECK(m.wrong.first_red() == 0);
  CHECK(trace::compare(trace::trace_json(m.right), trace::trace_json(m.wrong)).step == 0);
}
