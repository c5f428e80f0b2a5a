// SPDX-License-Identifier: MIT
#include "loss_words.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "step/numbers.h"

namespace yhat::step {

std::string shown(const Numbers& values, bool full) {
  return trace::show(values, Shape{static_cast<std::int64_t>(values.size())}, full);
}

bool worth_a_row(double m) { return m == -10 || m == -5 || m == 0 || m == 1 || m == 5 || m == 10; }

std::vector<std::string> loss_lead() {
  return {
      "Cross-entropy sends -y/p to the probabilities, and its 1/p cancels the p in the slope of the softmax. Squared "
      "error has no 1/p: it keeps that slope, and the slope vanishes when the softmax is sure, even when it is sure of "
      "a wrong answer."};
}

std::vector<Bug> bugs() {
  return {{"bug.a", "ce.numeric", "A: the diagonal only", "cross-entropy",
           "edge(z, [](auto& g, auto& p) {\n  return g * p * (1 - p);\n})", "Which entries are wrong?",
           "All but the true class's. The cross terms -p_i p_k are missing, and they are all that the other classes "
           "get: they are sent 0 instead of p_i. The true class's entry is right, -1/p times p (1 - p), so it half "
           "works: the right logit goes up and no wrong one goes down. It hides well (libnd4j issue 440, RubixML issue "
           "438)."},
          {"bug.b", "mse.numeric", "B: the Jacobian skipped", "squared error", "edge(z, [](auto& g) {\n  return g;\n})",
           "It trains well. Why does it work?",
           "It returns p - y, which is the gradient of cross-entropy: so it learns as cross-entropy would. But it is "
           "not the derivative of this loss, which is J (p - y), and the numeric check is red. Who believes it could "
           "prove that squared error gives yhat - y (darknet issue 212)."}};
}

std::vector<Question> in_short(const LossLesson& lesson) {
  const LossCase& benign = lesson.starts[0];
  const LossCase& very_wrong = lesson.starts[3];
  const auto z = [](const LossCase& c) { return shown(c["z"]); };
  return {
      {"Which factor does squared error keep?", "J, the slope of the softmax. Cross-entropy cancels it."},
      {"When does it hurt?",
       fmt::format("When the softmax is saturated and wrong. At z = {}, label 2, the gradient of squared error is "
                   "{} times shorter.",
                   z(very_wrong), trace::show(very_wrong.at("ratio")))},
      {"When would it not?",
       fmt::format("Without a softmax: there the gradient is z - y. And at a benign start: at z = {} it is {} times "
                   "shorter, and a larger rate makes up for that.",
                   z(benign), trace::show(benign.at("ratio")))}};
}

std::vector<std::string> conditions_used() {
  return {"p = softmax(z)", "the natural logarithm", "the sum of y is 1",
          "one sample; the mean over a batch of N divides by N"};
}

std::vector<std::string> not_claimed(const LossLesson& lesson) {
  return {fmt::format("Cross-entropy does not remove the slope of hidden layers: a hidden sigmoid at z = 4 still "
                      "multiplies by {}, under either loss.",
                      trace::show(lesson.hidden_slope)),
          "Only squared error through a softmax or a sigmoid vanishes. On the logits its gradient is z - y.",
          "Squared error is not always worse: Hui and Belkin (arXiv 2006.07322) report it comparable or better on most "
          "of their tasks.",
          "The counts are for bare logits and these rates, not for networks. Rates beyond the grid help squared error "
          "little, then make it overshoot.",
          "-log p grows logarithmically in 1/p, not exponentially.",
          fmt::format("Equal in exact arithmetic is not equal in float32: beyond a gap of {} between logits only the "
                      "fused form works.",
                      trace::show(std::log(std::numeric_limits<float>::max())))};
}

std::string about_targets() {
  return "The gradient of -sum(y log p) is (sum y) p - y. It collapses to p - y only if the sum of y is 1. Here z = "
         "(2, 1, 0.1).";
}

std::string about_peak(const LossLesson& lesson) {
  const SigmoidSlopes& s = lesson.sigmoid;
  return fmt::format(
      "One sigmoid neuron, target 1. Squared error's |dL/dz| = p (1 - p)^2 is largest at p = {} (1/3), z = {} (-ln 2), "
      "where it is {} (4/27); left of it, the more wrong the answer, the smaller the gradient. Cross-entropy's 1 - p "
      "only grows.",
      trace::show(s.peak_p), trace::show(s.peak_z), trace::show(s.peak));
}

std::string about_steps(const LossLesson& lesson) {
  std::string grid;
  for (double rate : lesson.rates) grid += fmt::format("{}{}", grid.empty() ? "" : ", ", rate);
  return fmt::format(
      "The logits themselves are trained by plain gradient descent until p(true) > 0.9. Rates tried: {}. A larger rate "
      "rescues the benign start, not the saturated one.",
      grid);
}

std::string about_gap() {
  return "z = (120, 0, 0), label 2, in float32: separate ops fail where the fused one does not.";
}

}  // namespace yhat::step
