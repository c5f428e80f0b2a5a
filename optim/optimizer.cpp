// SPDX-License-Identifier: MIT
#include "yhat/optimizer.h"

#include <fmt/format.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

#include "check.h"
#include "yhat/elementwise.h"
#include "yhat/error.h"

namespace yhat {

Optimizer::Optimizer(const char* name, Tensors parameters, double lr)
    : parameters_(std::move(parameters)), name_(name), lr_(lr) {
  optim::require_not_negative(name, "lr", lr);
  if (parameters_.empty()) throw ArgumentError(name, "no parameters (at least one)");
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].defined()) throw ArgumentError(name, fmt::format("parameter {} is undefined", i));
    if (!parameters_[i].is_leaf())
      throw ArgumentError(name, fmt::format("parameter {} is not a leaf (leaves only)", i));
    for (std::size_t j = 0; j < i; ++j) {
      if (parameters_[i].shares_storage_with(parameters_[j])) {
        throw ArgumentError(name, fmt::format("parameter {} is parameter {} again (each once)", i, j));
      }
    }
  }
}

void Optimizer::zero_grad() {
  for (Tensor& p : parameters_) p.zero_grad();
}

void Optimizer::set_lr(double lr) {
  optim::require_not_negative(name_, "lr", lr);
  lr_ = lr;
}

// --- Gradients must be finite ---

namespace {

// An infinity or NaN has all bits of its exponent set. Integers, so that the loop needs no order and no branch.
bool all_finite(std::span<const float> values) {
  std::uint32_t bad = 0;
  for (float v : values) bad |= (std::bit_cast<std::uint32_t>(v) & 0x7f800000u) == 0x7f800000u;
  return bad == 0;
}
bool all_finite(std::span<const double> values) {
  std::uint64_t bad = 0;
  for (double v : values) bad |= (std::bit_cast<std::uint64_t>(v) & 0x7ff0000000000000u) == 0x7ff0000000000000u;
  return bad == 0;
}

bool all_finite(const Tensor& x) {
  return dispatch(x.dtype(), [&](auto zero) {
    const auto values = x.data<decltype(zero)>();
    std::atomic<bool> finite = true;
    parallel_for(x.size(), detail::elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      const auto block = values.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
      if (!all_finite(block)) finite = false;
    });
    return finite.load();
  });
}

std::string first_bad(const Tensor& x) {
  const std::vector<double> values = x.to_vector();
  std::size_t flat = 0;
  while (std::isfinite(values[flat])) ++flat;
  std::string place;
  auto rest = static_cast<std::int64_t>(flat);
  for (int axis = x.ndim() - 1; axis >= 0; rest /= x.dim(axis--)) {
    place = fmt::format("{}{}{}", rest % x.dim(axis), place.empty() ? "" : ", ", place);
  }
  const char* what = std::isnan(values[flat]) ? "NaN" : values[flat] > 0 ? "Inf" : "-Inf";
  return fmt::format("{} at [{}]", what, place);
}

}  // namespace

void Optimizer::require_finite_gradients() const {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& p = parameters_[i];
    if (!p.has_grad() || all_finite(p.grad())) continue;
    const std::string who = p.label().empty() ? fmt::format("parameter {}", i) : fmt::format("'{}'", p.label());
    throw NumericError(name_, fmt::format("gradient of {} is {} (must be finite); hint: nothing was changed", who,
                                          first_bad(p.grad())));
  }
}

// --- What is remembered ---

void Optimizer::visit_listed(const char* what, Tensors& states, const StateVisitor& f) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    f(fmt::format("{}.{}", what, i), states[i], parameters_[i].shape(), parameters_[i].dtype());
  }
}

StateDict state_dict(Optimizer& optimizer) {
  StateDict list;
  optimizer.visit_state([&](const std::string& name, Tensor& state, const Shape&, Dtype) {
    if (state.defined()) list.emplace_back(name, state);
  });
  return list;
}

void load_state_dict(Optimizer& optimizer, const StateDict& state) {
  std::string defects;
  const auto add = [&](const std::string& text) { defects += (defects.empty() ? "" : "; ") + text; };
  std::vector<bool> known(state.size(), false);
  const auto find = [&](const std::string& name) {
    std::size_t i = 0;
    while (i < state.size() && state[i].first != name) ++i;
    return i;
  };
  optimizer.visit_state([&](const std::string& name, Tensor&, const Shape& shape, Dtype) {
    const std::size_t i = find(name);
    if (i == state.size()) return;
    known[i] = true;
    if (state[i].second.shape() != shape) {
      add(fmt::format("'{}' is {} (optimiser has {})", name, state[i].second.shape(), shape));
    }
  });
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (!known[i]) add(fmt::format("extra '{}'", state[i].first));
  }
  if (!defects.empty()) throw FormatError("load_state_dict", "", -1, defects);
  optimizer.visit_state([&](const std::string& name, Tensor& target, const Shape&, Dtype dtype) {
    const std::size_t i = find(name);
    const NoGrad values_only;
    target = i == state.size() ? Tensor() : state[i].second.detach().to(dtype).clone();
  });
}

}  // namespace yhat
