// SPDX-License-Identifier: MIT
#include "yhat/first_non_finite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "yhat/scope.h"

namespace yhat {
namespace {

/// The place of the first NaN or infinity in row-major order, -1 if there is none.
std::int64_t first_bad(const Tensor& x) {
  return dispatch(x.dtype(), [&](auto zero) -> std::int64_t {
    const auto values = x.data<decltype(zero)>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) return static_cast<std::int64_t>(i);
    }
    return -1;
  });
}

}  // namespace

bool all_finite(const Tensor& x) { return first_bad(x) < 0; }

void FirstNonFinite::look(const char* stage, const std::string& op, const std::string& path, const Tensor& x) {
  if (found_ || !x.defined()) return;
  std::int64_t at = first_bad(x);
  if (at < 0) return;
  found_ = true;
  stage_ = stage;
  op_ = op;
  path_ = path;
  value_ = x.to_vector()[static_cast<std::size_t>(at)];
  for (const std::int64_t step : strides_of(x.shape())) {
    index_.push_back(at / step);
    at %= step;
  }
}

void FirstNonFinite::forward(const ForwardEvent& event) {
  if (found_) return;
  const std::string path = event.scope ? event.scope->path() : "";
  if (event.output.node()) path_of_[event.output.node()->id] = path;
  if (event.during_backward) return;  // seen as the gradient that the vjp returns
  for (const Edge& input : event.inputs) {
    if (!input.input.defined() || (input.from && !input.from->is_leaf())) continue;
    const std::string& label = input.input.label();
    look("input", label.empty() ? fmt::format("input {} of {}", input.index, event.op) : label, path, input.input);
  }
  look("forward", event.op, path, event.output);
}

void FirstNonFinite::vjp(const VjpEvent& event) {
  if (found_) return;
  const auto it = path_of_.find(event.node.id);
  look("backward", event.node.op, it == path_of_.end() ? "" : it->second, event.raw);
}

void FirstNonFinite::accumulate(const AccumulateEvent& event) {
  if (found_) return;
  const auto it = path_of_.find(event.target.id);
  look("backward", event.target.name(), it == path_of_.end() ? "" : it->second, event.after);
}

std::string FirstNonFinite::what() const {
  if (!found_) return "all values and gradients are finite";
  return fmt::format("{} of {} at [{}] ({}, {})", stage_, path_.empty() ? op_ : path_, fmt::join(index_, ", "), op_,
                     format_number(value_, 0));
}

}  // namespace yhat
