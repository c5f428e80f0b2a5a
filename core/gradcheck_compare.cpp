// SPDX-License-Identifier: MIT
// Steps 6 to 8 of gradcheck: the claimed gradient against differences of f.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "gradcheck_check.h"

namespace yhat::checking {

std::vector<std::int64_t> elements_to_check(std::int64_t size, std::int64_t most, Rng& rng) {
  std::vector<std::int64_t> chosen;
  if (most == 0 || most >= size) {
    for (std::int64_t i = 0; i < size; ++i) chosen.push_back(i);
    return chosen;
  }
  chosen.push_back(0);
  if (most > 1) chosen.push_back(size - 1);
  for (std::int64_t i : rng.permutation(size)) {
    if (static_cast<std::int64_t>(chosen.size()) >= most) break;
    if (i != 0 && i != size - 1) chosen.push_back(i);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

void Check::probe_at(std::size_t input, std::int64_t element) {
  Tensors changed;
  if (!probe(problem_, problem_.inputs[input], element, options_.step, layout_, points_, changed)) {
    blame(input, element);
    std::string difference = shape_difference(changed);
    const std::size_t colon = difference.find(':');
    if (colon != std::string::npos) difference.insert(colon, " changed shape under perturbation");
    fail(GradcheckStatus::shape_changed, difference + " (must stay the same)");
  }
  slopes_.resize(layout_.size());
  for (std::size_t j = 0; j < slopes_.size(); ++j) slopes_[j] = points_.slope(j);
}

double Check::allowed(double a, double n) const {
  return options_.atol + options_.rtol * std::max(std::abs(a), std::abs(n));
}

// The cotangent that shows the largest error. The differences serve all of them.
Check::Worst Check::compare_element(std::size_t input, std::int64_t element, bool& wrong) {
  Worst worst;
  for (std::size_t c = 0; c < v_.size(); ++c) {
    const double a = analytic_[c][input][static_cast<std::size_t>(element)];
    double n = 0;
    for (std::size_t j = 0; j < slopes_.size(); ++j) n += v_flat_[c][j] * slopes_[j];
    const double error = std::abs(a - n);
    wrong = wrong || !(error <= allowed(a, n));
    const double ratio = error == 0 ? 0 : std::isfinite(n) ? error / allowed(a, n) : HUGE_VAL;
    if (ratio > worst.ratio) worst = {ratio, input, c, element, a, n, points_.h};
  }
  return worst;
}

void Check::compare() {
  struct Count {
    std::int64_t failing = 0, checked = 0;
  };
  std::vector<Count> counts(problem_.inputs.size());
  std::int64_t failing = 0, kinks = 0, checked = 0, total = 0;
  Worst worst, worst_kink;
  std::optional<std::size_t> without_effect;
  for (std::size_t i = 0; i < problem_.inputs.size(); ++i) {
    bool effect = false;
    for (std::int64_t element : elements_to_check(problem_.inputs[i].size(), options_.max_elements, rng_)) {
      probe_at(i, element);
      for (double s : slopes_) effect = effect || !(std::abs(s) <= options_.atol);
      bool wrong = false;
      const Worst here = compare_element(i, element, wrong);
      const std::int64_t at = wrong ? kink(points_) : -1;
      ++counts[i].checked;
      counts[i].failing += wrong;
      kinks += at >= 0;
      if (at >= 0 && here.ratio > worst_kink.ratio) {
        worst_kink = here;
        report_.five_values = points_.of(static_cast<std::size_t>(at));
        kink_output_ = at;
      }
      if (at < 0 && here.ratio > worst.ratio) worst = here;
    }
    failing += counts[i].failing;
    checked += counts[i].checked;
    total += problem_.inputs[i].size();
    if (!effect && counts[i].checked > 0 && layout_.size() > 0 && !without_effect) without_effect = i;
  }
  if (problem_.order == 1 || failing > 0) report_.checked = checked, report_.total = total;
  report_.failing = failing;
  if (failing > 0 && failing == kinks) refuse_kink(worst_kink);
  if (worst.ratio > report_.worst_ratio) put(worst);
  if (failing > 0) refuse(worst, counts[worst.input].failing, counts[worst.input].checked);
  if (problem_.order == 1 && without_effect && !options_.expect_zero) {
    blame(*without_effect);
    fail(GradcheckStatus::vacuous,
         fmt::format("vacuous: {} does not change the output, nothing was checked; hint: weight the outputs, or "
                     "expect_zero",
                     name_of_input(report_)));
  }
}

void Check::put(const Worst& w) {
  report_.analytic = w.analytic;
  report_.numeric = w.numeric;
  report_.abs_error = std::abs(w.analytic - w.numeric);
  const double size = std::max(std::abs(w.analytic), std::abs(w.numeric));
  report_.rel_error = size > 0 ? report_.abs_error / size : 0;
  report_.allowed = allowed(w.analytic, w.numeric);
  report_.step = w.step;
  report_.worst_ratio = w.ratio;
  blame(w.input, w.element);
}

void Check::refuse_kink(const Worst& w) {
  put(w);
  const std::vector<std::int64_t> where = report_.where;
  blame_output(static_cast<std::size_t>(kink_output_));
  report_.where = where;
  const double value = problem_.inputs[w.input].data<double>()[static_cast<std::size_t>(w.element)];
  fail(GradcheckStatus::non_differentiable, kink_text(report_, value));
}

}  // namespace yhat::checking
