// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "loss_lesson.h"
#include "loss_stages.h"
#include "loss_words.h"
#include "step/numbers.h"
#include "step/text_lines.h"

namespace yhat::step {
namespace {

class Text {
 public:
  Text(const LossLesson& lesson, bool full, bool ask) : lesson_(lesson), full_(full), ask_(ask) {}

  std::string all() {
    lines_ = {loss_title, ""};
    for (const std::string& sentence : loss_lead()) prose(sentence);
    start(lesson_.starts[lesson_.worked]);
    heading("The same in four cases");
    four_cases();
    heading("How wrong: z = m (0.8, 0, -0.2), label 2");
    sweep();
    heading("Training");
    training();
    heading("One sigmoid neuron");
    prose(about_peak(lesson_));
    heading("Other targets");
    targets();
    heading("Find the bug");
    faults(lesson_.starts[lesson_.worked]);
    heading("float32");
    gap();
    heading("In short");
    for (const Question& q : in_short(lesson_)) {
      lines_.push_back("  " + q.ask);
      put("", q.answer, true);
    }
    heading("Conditions used");
    for (const std::string& s : conditions_used()) put("-", s);
    heading("Not claimed");
    int i = 0;
    for (const std::string& s : not_claimed(lesson_)) put(fmt::format("{}.", ++i), s, true);
    if (ask_) {
      heading("Answers");
      for (const Question& q : answers_) put(q.ask, q.answer, true);
    }
    std::string out;
    for (const std::string& line : lines_) out += line + "\n";
    return out;
  }

 private:
  std::string number(double v) const { return trace::show(v, full_); }
  std::string numbers(const Numbers& v) const { return shown(v, full_); }
  void put(const std::string& key, const std::string& text, bool prose = false) {
    trace::put(lines_, key, text, prose);
  }
  void heading(const char* title) {
    lines_.emplace_back();
    lines_.push_back(fmt::format("== {} ==", title));
  }
  // Sentences from the first column on.
  void prose(const std::string& sentence) {
    const std::size_t from = lines_.size();
    put("", sentence, true);
    for (std::size_t i = from; i < lines_.size(); ++i) lines_[i].erase(0, 10);
  }
  void question(const std::string& where, const std::string& ask, const std::string& answer) {
    put("why?", ask, true);
    if (ask_) {
      answers_.push_back({fmt::format("{}:", where), answer});
    } else {
      put("", answer, true);
    }
  }

  void start(const LossCase& c) {
    lines_.emplace_back();
    put("start", c.name);
    put("z", fmt::format("{}, label {} (from 0), y = {}", numbers(c["z"]), c.label, numbers(c["y"])));
    put("p", fmt::format("softmax(z) = {}", numbers(c["p"])));
    const std::vector<LossColumn> columns = columns_of(c);
    for (const LossColumn& column : columns) {
      put(column.text_name,
          fmt::format("{} = {}", trace::to_text(column.loss), number(c.at(std::string(column.id) + ".loss"))));
    }
    put("", "(mse_loss, the mean over the K classes, is 2/K times this sum)");
    const std::vector<Stage> stages = stages_of(c);
    for (std::size_t k = 0; k < stages.size(); ++k) {
      lines_.emplace_back();
      lines_.push_back(fmt::format("[{}/{}] {}", k, stages.size() - 1, stages[k].title));
      prose(fill(stages[k].say, c, full_));
      for (const LossColumn& column : columns) cell(c, column, k);
      question(fmt::format("stage {}", k), stages[k].ask, stages[k].answer);
    }
  }

  void cell(const LossCase& c, const LossColumn& column, std::size_t k) {
    const StageCell& s = column.stages[k];
    std::string formula = trace::to_text(s.formula);
    formula.erase(0, formula.find_first_not_of(' '));
    put(column.text_name, formula.empty() ? fill(s.note, c, full_) : formula, formula.empty());
    if (k == 0 && std::string(column.id) == "ce" && c.shows_jacobian()) {
      const auto n = static_cast<std::int64_t>(c.classes());
      trace::put_grid(lines_, c["J"], n, n, full_);
    } else if (s.numbers.kind != trace::Expr::Kind::matrix) {
      const std::string text = full_ && k != 3 && k != 4 ? vector_text(c, column, k) : trace::to_text(s.numbers);
      if (!text.empty()) put("", text);
    }
    if (!formula.empty()) put("", fill(s.note, c, full_), true);
    if (k + 1 == column.stages.size()) put("", check(c, column.id), true);
  }

  std::string vector_text(const LossCase& c, const LossColumn& column, std::size_t k) const {
    const char* part = k == 1 ? ".up" : k == 2 ? ".rows" : k == 6 ? ".engine" : nullptr;
    return part ? numbers(c[column.id + std::string(part)]) : "";
  }

  std::string check(const LossCase& c, const std::string& id) const {
    const char* ways = id == "ce"    ? "p - y, stage 2 and cross_entropy's own gradient"
                       : id == "mse" ? "p_i [...], stage 2 and the engine's gradient"
                                     : "z - y and the engine's gradient";
    return fmt::format("{} {} within 1e-12, with a finite difference within 1e-6", ways,
                       c.at(id + ".ok") == 1 ? "agree" : "DO NOT agree (RED)");
  }

  void four_cases() {
    for (const LossCase& c : lesson_.table) {
      lines_.push_back(fmt::format("  z = {}, label {}: norm of CE / norm of MSE = {}", numbers(c["z"]), c.label,
                                   number(c.at("ratio"))));
      for (const auto& [key, id] : {std::pair("CE", "ce"), {"MSE", "mse"}, {"MSE(z)", "raw"}}) {
        put(key, numbers(c[std::string(id) + ".engine"]));
      }
    }
  }

  void sweep() {
    lines_.push_back(
        fmt::format("  {:>8}{:>14}{:>14}{:>14}{:>14}", "m", "p(true)", "norm CE", "norm MSE", "norm MSE(z)"));
    for (std::size_t i = 0; i < lesson_.sweep.size(); ++i) {
      const double m = lesson_.how_wrong[i];
      if (!worth_a_row(m)) continue;
      const LossCase& c = lesson_.sweep[i];
      lines_.push_back(fmt::format("  {:>8}{:>14}{:>14}{:>14}{:>14}", number(m), trace::show(c.at("p:2")),
                                   trace::show(c.at("ce.norm")), trace::show(c.at("mse.norm")),
                                   trace::show(c.at("raw.norm"))));
    }
  }

  void training() {
    prose(about_steps(lesson_));
    std::string head = fmt::format("  {:<11}", "CE / MSE");
    for (double rate : lesson_.rates) head += fmt::format("{:>9}", fmt::format("lr {}", rate));
    lines_.push_back(head);
    for (const StepCount& row : lesson_.steps) {
      std::string line = fmt::format("  {:<11}", lesson_.starts[row.start].name);
      for (std::size_t i = 0; i < row.ce.size(); ++i) {
        line += fmt::format(" {:>8}", fmt::format("{}/{}", row.ce[i], row.mse[i]));
      }
      lines_.push_back(line);
    }
    for (const Curve& c : lesson_.curves) {
      put("best", fmt::format("{}, {}: rate {}, {} step{}", lesson_.starts[c.start].name, c.ce ? "CE" : "MSE", c.rate,
                              c.p.size() - 1, c.p.size() == 2 ? "" : "s"));
    }
  }

  void targets() {
    prose(about_targets());
    for (const TargetRow& t : lesson_.targets) {
      put("y", fmt::format("{}, {}: sum {}", numbers(t.y), t.name, number(t.sum)));
      put("gradient", numbers(t.gradient));
      put("p - y", fmt::format("{}, {}", numbers(t.p_minus_y), t.collapses ? "equal" : "NOT equal"));
    }
  }

  void faults(const LossCase& c) {
    for (const Bug& bug : bugs()) {
      lines_.push_back(fmt::format("  {}, with {}", bug.title, bug.loss));
      put("gradient", numbers(c[bug.id]));
      question(std::string(1, bug.title[0]), bug.ask, bug.answer);
      if (!ask_) put("numeric", fmt::format("{} RED", numbers(c[bug.truth])));
    }
  }

  void gap() {
    prose(about_gap());
    for (const GapRow& r : lesson_.gap) {
      lines_.push_back(fmt::format("  {:<18}{}{}{}", r.op, shown(r.values), *r.note ? "   " : "", r.note));
    }
  }

  const LossLesson& lesson_;
  const bool full_, ask_;
  std::vector<std::string> lines_;
  std::vector<Question> answers_;
};

}  // namespace

std::string loss_text(const LossLesson& lesson, bool full, bool ask) { return Text(lesson, full, ask).all(); }

}  // namespace yhat::step
