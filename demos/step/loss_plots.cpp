// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <numeric>

#include "loss_parts.h"
#include "loss_stages.h"
#include "loss_words.h"
#include "plot_extras.h"
#include "step/numbers.h"

namespace yhat::step {
namespace {

constexpr int blue = 0, orange = 1, green = 2, violet = 3;

std::string figure(const Plot& plot, const char* id, const std::string& caption, const PlotExtras& extras = {}) {
  return fmt::format(
      "<figure class=\"chart\" id=\"{0}\"><figcaption><b>{1}</b> {2}</figcaption>\n<div class=\"scroll\" "
      "tabindex=\"0\" "
      "role=\"region\" aria-label=\"Plot: {1}\">{3}</div></figure>\n",
      id, trace::escape(plot.title), caption, plot_svg(plot, fmt::format("{}-t", id), extras));
}

Numbers along(const std::vector<LossCase>& cases, const char* key) {
  Numbers out;
  for (const LossCase& c : cases) out.push_back(c.at(key));
  return out;
}

Numbers counts(std::size_t n) {
  Numbers out(n);
  std::iota(out.begin(), out.end(), 0.0);
  return out;
}

Plot against_steps(const LossLesson& lesson, bool norms) {
  Plot plot{.title = norms ? "Length of the gradient" : "p(true)",
            .x_label = "steps (log axis)",
            .y_label = norms ? "|dL/dz|" : "p(true)"};
  for (const Curve& c : lesson.curves) {
    const LossCase& start = lesson.starts[c.start];
    plot.series.push_back({.name = fmt::format("{}, {}, lr {}", c.ce ? "CE" : "MSE", start.name, c.rate),
                           .x = counts(c.p.size()),
                           .y = norms ? c.norm : c.p,
                           .color = start.id == "benign" ? (c.ce ? green : violet) : (c.ce ? blue : orange),
                           .dashed = !c.ce});
  }
  plot.log_y = norms;
  if (!norms) plot.y_min = 0, plot.y_max = 1;
  return plot;
}

}  // namespace

std::string plots_html(const LossLesson& lesson) {
  const SigmoidSlopes& s = lesson.sigmoid;
  const Plot norms{.title = "How wrong, and how long the gradient",
                   .x_label = "m: right (-10) to very wrong (10)",
                   .y_label = "|dL/dz|",
                   .series = {{"MSE(z)", lesson.how_wrong, along(lesson.sweep, "raw.norm"), violet, true},
                              {"CE", lesson.how_wrong, along(lesson.sweep, "ce.norm"), blue},
                              {"MSE", lesson.how_wrong, along(lesson.sweep, "mse.norm"), orange, true}},
                   .log_y = true};
  const Plot probability{.title = "How wrong, and p(true)",
                         .x_label = "m: right (-10) to very wrong (10)",
                         .y_label = "p(true)",
                         .series = {{"p(true)", lesson.how_wrong, along(lesson.sweep, "p:2"), green}},
                         .y_min = 0,
                         .y_max = 1};
  const Plot sigmoid{.title = "One sigmoid neuron, target 1",
                     .x_label = "z: wrong (-10) to right (10)",
                     .y_label = "|dL/dz|",
                     .series = {{"CE", s.z, s.ce, blue}, {"MSE", s.z, s.mse, orange, true}},
                     .log_y = true};
  const PlotExtras here{.here = lesson.how_wrong.back()};
  std::string out =
      "<section class=\"panel\" aria-labelledby=\"wrong-h\"><h2 id=\"wrong-h\">The more wrong, the larger the "
      "gradient?</h2>\n<div class=\"charts\">\n";
  out += figure(norms, "norms",
                "z = m (0.8, 0, -0.2), label 2. Cross-entropy's grows all the way; squared error's is largest near m = "
                "1 and then vanishes.",
                here);
  out += figure(sigmoid, "sigmoid", prose_html(about_peak(lesson)), {.marks = {{s.peak_z, s.peak, "4/27 at p = 1/3"}}});
  out += figure(probability, "probability",
                "The same z. At the right end of the plots the answer is as good as certain, and wrong.", here);
  out += sweep_table(lesson) + "</div></section>\n";
  out += fmt::format(
      "<section class=\"panel\" aria-labelledby=\"train-h\"><h2 id=\"train-h\">What it means for "
      "training</h2>\n<p>{}</p>\n<div class=\"charts\">\n",
      prose_html(about_steps(lesson)));
  out += figure(against_steps(lesson, false), "p-steps",
                "Each loss at its own best rate of the grid: the fewest steps; of ties, the smaller rate.",
                {.log_x = true});
  out += figure(against_steps(lesson, true), "norm-steps", "The same descents.", {.log_x = true});
  return out + "</div>\n" + steps_table(lesson) + "</section>\n";
}

}  // namespace yhat::step
