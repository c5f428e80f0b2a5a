// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "loss_parts.h"
#include "loss_stages.h"
#include "loss_words.h"
#include "step/numbers.h"

namespace yhat::step {
namespace {

std::string table(const std::string& caption, const std::vector<std::string>& header, const std::string& rows) {
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {0}\"><table "
      "class=\"data\">\n<caption>{0}</caption>\n<thead><tr>",
      caption);
  for (const std::string& h : header) out += fmt::format("<th scope=\"col\">{}</th>", h);
  return out + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string row(const std::string& first, const std::vector<std::string>& cells) {
  std::string out = fmt::format("<tr><th scope=\"row\">{}</th>", first);
  for (const std::string& cell : cells) out += fmt::format("<td>{}</td>", cell);
  return out + "</tr>\n";
}

}  // namespace

std::string steps_table(const LossLesson& lesson) {
  std::vector<std::string> header = {"start, label 2"};
  for (double rate : lesson.rates) header.push_back(fmt::format("lr {}", rate));
  std::string rows;
  for (const StepCount& s : lesson.steps) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < s.ce.size(); ++i) cells.push_back(fmt::format("{} / {}", s.ce[i], s.mse[i]));
    const LossCase& start = lesson.starts[s.start];
    rows += row(fmt::format("{} {}", start.name, spans(start["z"])), cells);
  }
  return table("Steps until p(true) &gt; 0.9, CE / MSE", header, rows);
}

std::string sweep_table(const LossLesson& lesson) {
  std::string rows;
  for (std::size_t i = 0; i < lesson.sweep.size(); ++i) {
    if (!worth_a_row(lesson.how_wrong[i])) continue;
    const LossCase& c = lesson.sweep[i];
    rows += row(span(lesson.how_wrong[i]),
                {span(c.at("p:2")), span(c.at("ce.norm")), span(c.at("mse.norm")), span(c.at("raw.norm"))});
  }
  return table("The same in numbers", {"m", "p(true)", "|CE|", "|MSE|", "|MSE(z)|"}, rows);
}

std::string cases_table(const LossLesson& lesson) {
  std::string rows;
  for (const LossCase& c : lesson.table) {
    rows += row(fmt::format("{}, {}", spans(c["z"]), c.label),
                {spans(c["ce.engine"]), spans(c["mse.engine"]), span(c.at("ratio")), spans(c["raw.engine"])});
  }
  return table("dL/dz in four cases", {"z, label", "CE: p - y", "MSE through softmax", "CE is longer by", "MSE on z"},
               rows);
}

std::string targets_table(const LossLesson& lesson) {
  std::string rows;
  for (const TargetRow& t : lesson.targets) {
    rows += row(fmt::format("{} {}", t.name, spans(t.y)),
                {span(t.sum), spans(t.gradient), spans(t.p_minus_y),
                 t.collapses ? "<span class=\"ok\">equal</span>" : "<span class=\"red\">not equal</span>"});
  }
  return table("-sum(y log p) at z = (2, 1, 0.1)", {"target y", "sum of y", "gradient", "p - y", ""}, rows);
}

std::string gap_table(const LossLesson& lesson) {
  std::string rows;
  for (const GapRow& r : lesson.gap) {
    rows += row(r.op, {r.values.size() == 1 ? span(r.values[0]) : spans(r.values), prose_html(r.note)});
  }
  return table("z = (120, 0, 0), label 2, in float32", {"op", "result", ""}, rows);
}

}  // namespace yhat::step
