// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"
#include "../yhat/scope.h"

namespace yhat {
namespace {

void require_channels(const Tensor& x, const char* what, const Tensor& t) {
  if (!t.defined()) return;
  require_same_dtype("batch_norm", x, t);
  if (t.shape() != Shape{x.shape()[1]}) {
    throw ShapeError("batch_norm",
                     fmt::format("{} {} for {} channels (one per channel)", what, t.shape(), x.shape()[1]));
  }
}

// running = (1 - m) running + m batch, in place
void move_towards(Tensor& running, const Tensor& batch, double m, double scale) {
  if (!running.defined()) return;
  dispatch(running.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto from = batch.data<T>();
    const auto to = running.mutable_data<T>("batch_norm");
    for (std::size_t c = 0; c < to.size(); ++c) {
      to[c] = static_cast<T>((1 - m) * static_cast<double>(to[c]) + m * scale * static_cast<double>(from[c]));
    }
  });
}

}  // namespace

// x (N,C,...) -> the same shape
Tensor batch_norm(const Tensor& x, Tensor& running_mean, Tensor& running_var, const Tensor& weight, const Tensor& bias,
                  const BatchNormSpec& spec) {
  if (x.ndim() < 2) throw ShapeError("batch_norm", fmt::format("input {} (at least 2 axes, [N, C, ...])", x.shape()));
  require_channels(x, "running_mean", running_mean);
  require_channels(x, "running_var", running_var);
  require_channels(x, "weight", weight);
  require_channels(x, "bias", bias);
  const std::int64_t channels = x.shape()[1];
  std::vector<std::int64_t> others = {0};  // all axes but the channels
  std::vector<std::int64_t> per_channel(x.shape().size(), 1);
  per_channel[1] = channels;
  for (int axis = 2; axis < x.ndim(); ++axis) others.push_back(axis);
  const std::int64_t count = channels == 0 ? 0 : x.size() / channels;
  if (spec.training && count < 2) {
    throw ArgumentError("batch_norm", fmt::format("{} has {} value{} per channel (training needs at least 2)",
                                                  x.shape(), count, count == 1 ? "" : "s"));
  }
  if (!spec.training && !(running_mean.defined() && running_var.defined())) {
    throw ArgumentError("batch_norm", "evaluation without running statistics (running_mean and running_var)");
  }
  const Scope scope("batch_norm");
  const auto column = [&](const Tensor& t) { return reshape(t, Shape(per_channel)); };
  Tensor centred;
  Tensor variance;
  if (spec.training) {
    const Tensor average = mean(x, Axes(others), true);
    centred = x - average;
    variance = mean(centred * centred, Axes(others), true);
    const auto n = static_cast<double>(count);
    move_towards(running_mean, average, spec.momentum, 1);
    move_towards(running_var, variance, spec.momentum, n / (n - 1));
  } else {
    centred = x - column(running_mean);
    variance = column(running_var);
  }
  Tensor y = centred / sqrt(variance + spec.eps);
  if (weight.defined()) y = y * column(weight);
  if (bias.defined()) y = y + column(bias);
  return y;
}

}  // namespace yhat
