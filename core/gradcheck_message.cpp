// SPDX-License-Identifier: MIT
// What gradcheck says, in one line.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "gradcheck_impl.h"

namespace yhat {

const char* name_of(GradcheckStatus status) {
  static constexpr const char* names[] = {"passed",
                                          "mismatch",
                                          "non_differentiable",
                                          "vacuous",
                                          "not_deterministic",
                                          "not_finite",
                                          "nonzero_at_zero_cotangent",
                                          "shape_changed"};
  return names[static_cast<int>(status)];
}

const char* name_of(Diagnosis diagnosis) {
  static constexpr const char* names[] = {"none",          "zero",        "upstream_ignored", "sign",
                                          "scaled",        "not_summed",  "wrong_shape",      "transposed",
                                          "diagonal_only", "overwritten", "partial",          "unknown"};
  return names[static_cast<int>(diagnosis)];
}

namespace checking {

std::vector<std::int64_t> unflatten(const Shape& shape, std::int64_t flat) {
  std::vector<std::int64_t> where(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis]) where[axis] = flat % shape[axis];
  return where;
}

std::string position(const std::vector<std::int64_t>& where) { return fmt::format("[{}]", fmt::join(where, ", ")); }

std::string name_of_input(const GradcheckReport& report) {
  return report.cotangent >= 0 ? fmt::format("cotangent {}", report.cotangent) : fmt::format("input {}", report.input);
}

std::string heading(const GradcheckReport& report, const GradcheckOptions& options) {
  return fmt::format("gradcheck {}: {}", options.name,
                     report.order > 1 && !report.ok ? fmt::format("order {}: ", report.order) : "");
}

std::string passed_text(const GradcheckReport& report, const GradcheckOptions& options) {
  const auto counted = [](auto n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); };
  return fmt::format("passed, {}, {} of {}, {}, order {}, worst error {:.2g} ({:.2g} of allowed)",
                     counted(report.inputs_checked, "input"), report.checked, counted(report.total, "element"),
                     counted(options.cotangents, "cotangent"), report.order, report.abs_error, report.worst_ratio);
}

std::string mismatch_text(const GradcheckReport& report, std::int64_t failing, std::int64_t checked,
                          const std::string& finding) {
  const std::string rate =
      std::isinf(report.taylor_rate) ? "exact" : fmt::format("{:.2f} (2 = right)", report.taylor_rate);
  return fmt::format(
      "wrong gradient of {} at {}: analytic {:.9g}, numeric {:.9g}, |a-n| {:.9g} (allowed {:.9g}), {} of {} wrong; {}; "
      "Taylor rate {}",
      name_of_input(report), position(report.where), report.analytic, report.numeric, report.abs_error, report.allowed,
      failing, checked, finding, rate);
}

std::string kink_text(const GradcheckReport& report, double value) {
  return fmt::format("not differentiable at {} {} = {:.9g}: f at -2h..2h is {:.9g}; hint: move the input away",
                     name_of_input(report), position(report.where), value, fmt::join(report.five_values, ", "));
}

}  // namespace checking
}  // namespace yhat
