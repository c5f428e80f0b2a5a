// SPDX-License-Identifier: MIT
// gradcheck in the words of a course: one sentence that names the mistake, the inputs, the worst element.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "../grader/report.h"
#include "yhat/labs/check.h"

namespace yhat::labs {
namespace {

/// Copies in f64 that require grad where the originals do, or all of them if none does.
Tensors leaves_of(const Tensors& inputs) {
  bool some = false;
  for (const Tensor& x : inputs) some = some || x.requires_grad();
  Tensors leaves;
  for (const Tensor& x : inputs) {
    Tensor leaf = from_values(x.to_vector(), x.shape(), Dtype::f64);
    leaves.push_back(!some || x.requires_grad() ? leaf.requires_grad_() : leaf);
  }
  return leaves;
}

/// Moves every element of the inputs that are differentiated by 0.01 to 0.03.
void nudge(Tensors& leaves, Rng& rng) {
  for (Tensor& x : leaves) {
    if (!x.requires_grad()) continue;
    for (double& value : x.mutable_data<double>()) value += (rng.below(2) == 0 ? 1 : -1) * rng.uniform(0.01, 0.03);
  }
}

// What the mistake looks like, from the message: "...; sign flipped; Taylor rate ...", or what follows the last colon.
std::string finding(const GradcheckReport& r) {
  const std::string& text = r.message;
  const std::size_t wrong = text.find(" wrong; ");
  if (wrong == std::string::npos) return text.substr(std::min(text.rfind("gradient is"), text.size()));
  const std::size_t begin = wrong + 8;
  return text.substr(begin, text.find("; Taylor rate", begin) - begin);
}

std::string sentence(const GradcheckReport& r) {
  const std::string what = finding(r);
  const std::string where = fmt::format("[{}]", fmt::join(r.where, ", "));
  switch (r.status) {
    case GradcheckStatus::not_finite:
      return r.input >= 0 ? fmt::format("Your gradient of input {} is NaN or inf first at {}.", r.input, where)
                          : fmt::format("Your result is NaN or inf first at {}.", where);
    case GradcheckStatus::vacuous:
      return fmt::format("Your result does not depend on input {}.", r.input);
    case GradcheckStatus::not_deterministic:
      return "Two runs at the same input differ: is something uninitialised, or random?";
    case GradcheckStatus::shape_changed:
      return "The shape of your result depends on the values of the input.";
    default:
      break;
  }
  switch (r.diagnosis) {
    case Diagnosis::zero:
      return "Your gradient is 0 everywhere: is there an edge to this input?";
    case Diagnosis::upstream_ignored:
      return "Right only when the incoming gradient is 1: multiply by it.";
    case Diagnosis::sign:
      return "Sign flipped.";
    case Diagnosis::scaled:
      return fmt::format("Your gradient is {}: mean or sum?", what.substr(0, what.find(": mean or sum?")));
    case Diagnosis::not_summed:
      return fmt::format("Your gradient is {}: sum it over the axis that was broadcast.", what);
    case Diagnosis::wrong_shape:
      return what.empty() ? "Your gradient has a wrong shape." : fmt::format("Your {}.", what);
    case Diagnosis::transposed:
      return fmt::format("Your gradient is {}.", what);
    case Diagnosis::diagonal_only:
      return "Off-diagonal terms are missing: each output depends on its whole row.";
    case Diagnosis::overwritten:
      return "Only one contribution is kept: += instead of =.";
    case Diagnosis::partial:
      return fmt::format("Your gradient is {}.", what);
    default:
      return fmt::format("Your gradient of input {} is wrong, worst at {}.", r.input, where);
  }
}

const char* id_of(const GradcheckReport& r) {
  if (r.status == GradcheckStatus::mismatch || r.status == GradcheckStatus::nonzero_at_zero_cotangent) {
    return name_of(r.diagnosis);
  }
  return name_of(r.status);
}

// The difference itself is at fault if the gradient passes a Taylor test that no wrong gradient passes.
bool difference_at_fault(const GradcheckReport& r) {
  return r.status == GradcheckStatus::mismatch && r.taylor_rate > 1.9 && std::isfinite(r.taylor_rate);
}

template <class Check>
Outcome checked(const Tensors& inputs, const GradientOptions& options, Check check) {
  GradcheckOptions g;
  g.atol = options.abs, g.rtol = options.rel, g.seed = options.seed, g.name = options.name;
  g.expect_zero = options.expect_zero, g.max_elements = options.max_elements;
  Tensors leaves = leaves_of(inputs);
  Rng rng(options.seed, 7);
  GradcheckReport r = check(leaves, g);
  for (int again = 0; again < 8 && r.status == GradcheckStatus::non_differentiable; ++again) {
    nudge(leaves, rng);
    r = check(leaves, g);
  }
  if (r.ok) return {true, r.message, Diagnosis::none, std::move(r)};
  for (std::size_t k = 0; k < leaves.size(); ++k) show(fmt::format("input {}", k), leaves[k]);
  if (r.status == GradcheckStatus::non_differentiable || difference_at_fault(r)) {
    grade::internal(r.message);
    return {false, "the check itself cannot decide: " + r.message, r.diagnosis, std::move(r)};
  }
  const std::string text = sentence(r);
  grade::diagnosis(id_of(r), text);
  grade::detail(r.message);
  return {false, text, r.diagnosis, std::move(r)};
}

}  // namespace

Outcome gradient_of(Fn f, const Tensors& inputs, const GradientOptions& options) {
  return checked(inputs, options, [&](const Tensors& x, const GradcheckOptions& g) { return gradcheck(f, x, g); });
}

Outcome gradient_of(Fn f, HandVjp by_hand, const Tensors& inputs, const GradientOptions& options) {
  return checked(inputs, options,
                 [&](const Tensors& x, const GradcheckOptions& g) { return gradcheck(f, by_hand, x, g); });
}

}  // namespace yhat::labs
