// SPDX-License-Identifier: MIT
#include "yhat/first_non_finite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "yhat/error.h"
#include "yhat/scope.h"

namespace yhat {
namespace {

/// The place of the first element for which `bad` holds, in row-major order; -1 if there is none.
template <class Bad>
std::int64_t first(const Tensor& x, Bad bad) {
  return dispatch(x.dtype(), [&](auto zero) -> std::int64_t {
    const auto values = x.data<decltype(zero)>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (bad(values[i])) return static_cast<std::int64_t>(i);
    }
    return -1;
  });
}
std::int64_t first_bad(const Tensor& x) {
  return first(x, [](auto v) { return !std::isfinite(v); });
}
std::int64_t first_nan(const Tensor& x) {
  return first(x, [](auto v) { return std::isnan(v); });
}

double element(const Tensor& x, std::int64_t at) { return x.to_vector()[static_cast<std::size_t>(at)]; }

/// The element of `x`, broadcast to `shape`, at flat place `at`.
double element(const Tensor& x, const Shape& shape, std::int64_t at) {
  const std::vector<std::int64_t> steps = strides_of(x.shape());
  const std::size_t lead = shape.size() - x.shape().size();
  std::int64_t place = 0;
  for (std::size_t axis = shape.size(); axis-- > 0; at /= shape[axis]) {
    if (axis >= lead && x.shape()[axis - lead] > 1) place += at % shape[axis] * steps[axis - lead];
  }
  return element(x, place);
}

/// " from inputs 1, 0": the elements that the one at `at` was computed from, if every input broadcasts to the output.
std::string sources(std::span<const Edge> inputs, const Shape& output, std::int64_t at) {
  std::string text;
  for (const Edge& input : inputs) {
    if (!input.input.defined()) continue;
    if (!broadcasts_to(input.input.shape(), output)) return "";
    text += fmt::format("{}{}", text.empty() ? "" : ", ", format_number(element(input.input, output, at), 0));
  }
  if (text.empty()) return "";
  return fmt::format(" from input{} {}", text.find(',') == std::string::npos ? "" : "s", text);
}

}  // namespace

bool all_finite(const Tensor& x) { return first_bad(x) < 0; }

void FirstNonFinite::report(const char* stage, const std::string& op, const Origin& origin, const Tensor& x,
                            std::int64_t at) {
  found_ = true;
  stage_ = stage;
  op_ = op;
  path_ = origin.path;
  number_ = origin.number;
  value_ = element(x, at);
  for (const std::int64_t step : strides_of(x.shape())) {
    index_.push_back(at / step);
    at %= step;
  }
  on_found();
}

FirstNonFinite::Origin FirstNonFinite::origin_of(const Node& node) const {
  const auto it = origins_.find(node.id);
  return it == origins_.end() ? Origin{} : it->second;
}

void FirstNonFinite::forward(const ForwardEvent& event) {
  if (found_) return;
  Origin origin{event.scope ? event.scope->path() : "", event.during_backward ? 0 : ++ops_};
  if (event.output.node()) origins_[event.output.node()->id] = origin;
  if (event.during_backward) return;  // seen as the gradient that the vjp returns
  bool infinity_came_in = false;
  for (const Edge& input : event.inputs) {
    if (!input.input.defined()) continue;
    const std::int64_t at = first_bad(input.input);
    if (at < 0) continue;
    const bool meant = !input.input.requires_grad() && first_nan(input.input) < 0;
    infinity_came_in = true;
    if (meant || (input.from && !input.from->is_leaf())) continue;
    const std::string& label = input.input.label();
    where_ = fmt::format("in input {}", input.index);
    report("input", label.empty() ? fmt::format("input {} of {}", input.index, event.op) : label, origin, input.input,
           at);
    return;
  }
  const std::int64_t at = infinity_came_in ? first_nan(event.output) : first_bad(event.output);
  if (at < 0) return;
  where_ = "in forward";
  from_ = sources(event.inputs, event.output.shape(), at);
  report("forward", event.op, origin, event.output, at);
}

void FirstNonFinite::vjp(const VjpEvent& event) {
  if (found_ || !event.raw.defined()) return;
  const std::int64_t at = first_bad(event.raw);
  if (at < 0) return;
  where_ = fmt::format("in the gradient of input {}", event.edge.index);
  if (event.upstream.shape() == event.raw.shape()) {
    from_ = fmt::format(" from incoming {}", format_number(element(event.upstream, at), 0));
  }
  report("backward", event.node.op, origin_of(event.node), event.raw, at);
}

void FirstNonFinite::accumulate(const AccumulateEvent& event) {
  if (found_) return;
  const std::int64_t at = first_bad(event.after);
  if (at < 0) return;
  where_ = "in the sum of gradients";
  report("backward", event.target.name(), origin_of(event.target), event.after, at);
}

std::string FirstNonFinite::what() const {
  if (!found_) return "all values and gradients are finite";
  return fmt::format("{} of {} at [{}] ({}, {})", stage_, path_.empty() ? op_ : path_, fmt::join(index_, ", "), op_,
                     format_number(value_, 0));
}

std::string FirstNonFinite::message(bool with_path) const {
  if (!found_) return what();
  const std::string number = number_ > 0 ? fmt::format("op {}", number_) : "";
  const std::string path = with_path ? path_ : "";
  const std::string origin = number + (number.empty() || path.empty() ? "" : ", ") + path;
  return fmt::format("first {} {} at [{}]{}{}", std::isnan(value_) ? "NaN" : "Inf", where_, fmt::join(index_, ", "),
                     from_, origin.empty() ? "" : fmt::format(" ({})", origin));
}

// An error names the open module by itself; in backward none is open.
void AnomalyMode::on_found() { throw NumericError(op(), message(scope_path() != path())); }

}  // namespace yhat
