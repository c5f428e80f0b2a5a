// SPDX-License-Identifier: MIT
#include "../kernels/reduce.h"
#include "../yhat/autograd.h"
#include "../yhat/ops.h"

namespace yhat {
namespace {

// Runs a kernel for rows along an axis: the axis is brought to the end, and back.
template <class Kernel>
Tensor along(const Tensor& x, std::size_t axis, Kernel kernel) {
  const NoGrad values_only;
  const std::size_t last = x.shape().size() - 1;
  const auto swapped = [&](const Tensor& t) {
    return axis == last ? t : transpose(t, static_cast<std::int64_t>(axis), static_cast<std::int64_t>(last));
  };
  const Tensor rows = swapped(x);
  Tensor y = empty(rows.shape(), x.dtype());
  const std::int64_t n = rows.shape()[last];
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if (y.size() > 0) kernel(y.size() / n, n, rows.data<T>().data(), y.mutable_data<T>().data());
  });
  return swapped(y);
}

}  // namespace

// The Jacobian of one row is diag(y) - y y^T, so J g = y * (g - sum(g * y)): every output depends on the whole row.
Tensor softmax(const Tensor& x, std::int64_t axis) {
  const std::size_t a = normalise_axis("softmax", axis, x.shape());
  Tensor y =
      along(x, a, [](auto rows, auto n, const auto* from, auto* to) { kernels::softmax_rows(rows, n, from, to); });
  return record("softmax", std::move(y),
                edge(x, [axis](const Tensor& g, const Tensor& p) { return p * (g - sum(g * p, axis, true)); }),
                attribute("axis", a));
}

// d(log y_i)/dx_j = [i = j] - y_j
Tensor log_softmax(const Tensor& x, std::int64_t axis) {
  const std::size_t a = normalise_axis("log_softmax", axis, x.shape());
  Tensor y =
      along(x, a, [](auto rows, auto n, const auto* from, auto* to) { kernels::log_softmax_rows(rows, n, from, to); });
  return record("log_softmax", std::move(y),
                edge(x, [axis](const Tensor& g, const Tensor& log_p) { return g - exp(log_p) * sum(g, axis, true); }),
                attribute("axis", a));
}

}  // namespace yhat
