// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "loss_parts.h"
#include "loss_stages.h"
#include "loss_words.h"
#include "step/number_places.h"
#include "step/numbers.h"

namespace yhat::step {
namespace {

using trace::escape;
using trace::to_mathml;

// A bar to the left or right of a middle line. The style sheet cuts it off at -1 and 1.
std::string bar(const LossCase& c, const std::string& key) {
  const double v = c.at(key);
  return fmt::format("<i class=\"gbar{}\" data-bar=\"{}\" style=\"--v:{:.5g}\"></i>", std::abs(v) > 1 ? " off" : "",
                     escape(key), std::isfinite(v) ? v : 0);
}

std::string gradient_table(const LossCase& c, const LossColumn& column) {
  std::string out =
      fmt::format("<table class=\"grad\"><caption class=\"sr\">dL/dz of {}</caption><tbody>", escape(column.title));
  for (std::size_t i = 0; i < c.classes(); ++i) {
    const std::string key = fmt::format("{}.engine:{}", column.id, i);
    const bool right = static_cast<std::int64_t>(i) == c.label;
    out += fmt::format(
        "<tr{}><th scope=\"row\">class {}{}</th><td>{}</td><td class=\"bars\" aria-hidden=\"true\">{}</td></tr>\n",
        right ? " class=\"true\"" : "", i, right ? " <small>true</small>" : "", span(c.at(key), key), bar(c, key));
  }
  return out + "</tbody></table>\n";
}

std::string verdict(const LossCase& c, const std::string& id) {
  if (id == "ce") return "The error itself.";
  if (id == "mse") return fmt::format("<b>{}</b> times shorter than cross-entropy's.", span(c.at("ratio"), "ratio"));
  return "Does not vanish.";
}

std::string head(const LossCase& c, const LossColumn& column) {
  const std::string id = column.id;
  std::string out =
      fmt::format("<div class=\"top\"><h2>{} <small>{}</small></h2>\n<p class=\"rv\">{} = {}</p>\n",
                  escape(column.title), column.of, to_mathml(column.loss), span(c.at(id + ".loss"), id + ".loss"));
  out += fmt::format("<p class=\"rv result\">{}</p>\n", to_mathml(column.result));
  out += gradient_table(c, column);
  out += fmt::format(
      "<p class=\"norm\"><span class=\"long\">length {}</span> <i class=\"length\" aria-hidden=\"true\" "
      "data-length=\"{}\" style=\"--v:{:.5g}\"></i><span>{}</span></p></div>\n",
      span(c.at(id + ".norm"), id + ".norm"), id + ".norm", std::isfinite(c.at(id + ".norm")) ? c.at(id + ".norm") : 0,
      verdict(c, id));
  return out;
}

// Which ways of getting dL/dz agree.
std::string check(const LossCase& c, const std::string& id) {
  const char* ways = id == "ce"    ? "stage 2, <code>cross_entropy</code> and a numeric gradient"
                     : id == "mse" ? "stage 2, the engine and a numeric gradient"
                                   : "the engine and a numeric gradient";
  const bool ok = c.at(id + ".ok") == 1;
  return fmt::format("<p class=\"agree\">{}: <span class=\"{}\" data-ok=\"{}.ok\">{}</span></p>", ways,
                     ok ? "ok" : "red", id, ok ? "agree" : "RED");
}

std::string stage(const LossCase& c, const LossColumn& column, const Stage& head, std::size_t k) {
  const StageCell& s = column.stages[k];
  const auto has = [](const trace::Expr& e) { return e.kind != trace::Expr::Kind::row || !e.parts.empty(); };
  std::string out = fmt::format("<li data-stage=\"{}\"><h3><b>{}</b> {}</h3>\n", k, k, escape(head.title));
  for (const trace::Expr* e : {&s.formula, &s.numbers}) {
    if (!has(*e)) continue;
    out += fmt::format("<div class=\"rv{}\">{}</div>\n", e == &s.numbers ? " numbers" : "", to_mathml(*e));
  }
  out += fmt::format("<p class=\"note\">{}</p>\n", fill_html(s.note, c));
  if (k + 1 == column.stages.size()) out += check(c, column.id);
  return out + "</li>\n";
}

std::string bug_card(const LossCase& c, const Bug& bug) {
  const std::string id = bug.id;
  std::string out = fmt::format(
      "<article class=\"bug\" data-bug=\"{}\"><h3>{}</h3>\n<pre tabindex=\"0\"><code>{}</code></pre>\n<p>With {}, "
      "dL/dz comes out as</p>\n<table class=\"grad\"><caption class=\"sr\">dL/dz with bug {}</caption><tbody>",
      id, escape(bug.title), escape(bug.code), bug.loss, bug.title[0]);
  for (std::size_t i = 0; i < c.classes(); ++i) {
    const std::string key = fmt::format("{}:{}", id, i);
    const bool ok = c.at(fmt::format("{}.ok:{}", id, i)) == 1;
    out += fmt::format(
        "<tr{}><th scope=\"row\">class {}</th><td>{}</td><td class=\"told\">numeric {} <span class=\"{}\" "
        "data-ok=\"{}.ok:{}\">{}"
        "</span></td></tr>\n",
        static_cast<std::int64_t>(i) == c.label ? " class=\"true\"" : "", i, span(c.at(key), key),
        span(c.at(fmt::format("{}:{}", bug.truth, i)), fmt::format("{}:{}", bug.truth, i)), ok ? "ok" : "red", id, i,
        ok ? "ok" : "RED");
  }
  return out + fmt::format(
                   "</tbody></table>\n<p class=\"why-q\"><b>{}</b> <button type=\"button\" class=\"live\" hidden "
                   "data-reveal=\"{}\">reveal <kbd>r</kbd></button></p>\n<p class=\"told\">{}</p></article>\n",
                   prose_html(bug.ask), id, prose_html(bug.answer));
}

}  // namespace

std::string span(double value, const std::string& key) { return trace::number_markup(value, key, "span"); }

std::string spans(const Numbers& values, const std::string& name) {
  std::string out = "(";
  for (std::size_t i = 0; i < values.size(); ++i) {
    out += fmt::format("{}{}", i ? ", " : "", span(values[i], name.empty() ? "" : fmt::format("{}:{}", name, i)));
  }
  return out + ")";
}

std::string block_of(const LossCase& c) { return fmt::format("{}-{}", c.classes(), c.label); }

std::string columns_html(const LossCase& c, const std::string& below, bool hidden) {
  const std::vector<Stage> stages = stages_of(c);
  std::string out = fmt::format(
      "<div class=\"block\" data-block=\"{}\"{}>\n<p class=\"now\"><span class=\"f\">z = <b>{}</b></span> <span "
      "class=\"f\">p = softmax(z) = {}</span> <span class=\"f\">label {} (from 0)</span> <span class=\"f\">y = "
      "{}</span></p>\n"
      "<div class=\"losses\">\n",
      block_of(c), hidden ? " hidden" : "", spans(c["z"], "z"), spans(c["p"], "p"), c.label, spans(c["y"]));
  for (const LossColumn& column : columns_of(c)) {
    out += fmt::format("<section class=\"loss {}\">\n", column.id) + head(c, column) + "<ol class=\"stages\">\n";
    for (std::size_t k = 0; k < stages.size(); ++k) out += stage(c, column, stages[k], k);
    out += "</ol></section>\n";
  }
  out +=
      "<div class=\"aside\"><section class=\"loss bugs\"><h2>Find the bug</h2>\n<p>Two gradients of softmax as people "
      "have written "
      "them.</p>\n";
  for (const Bug& bug : bugs()) out += bug_card(c, bug);
  out += "</section>\n" + below + "</div>\n";
  return out + "</div></div>\n";
}

}  // namespace yhat::step
