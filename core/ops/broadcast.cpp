// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/elementwise.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"

namespace yhat {

namespace detail {

void require_same_dtype(const char* op, const Tensor& a, const Tensor& b) { yhat::require_same_dtype(op, a, b); }

ZipPlan plan_zip(const char* op, const Shape& a, const Shape& b) {
  ZipPlan plan;
  plan.result = broadcast_shapes(op, a, b);
  const auto steps = [&](const Shape& shape) {  // 0 where the operand is repeated
    std::vector<std::int64_t> step(plan.result.size(), 0);
    const std::vector<std::int64_t> stride = strides_of(shape);
    const std::size_t lead = plan.result.size() - shape.size();
    for (std::size_t i = 0; i < shape.size(); ++i) step[lead + i] = shape[i] == 1 ? 0 : stride[i];
    return step;
  };
  const std::vector<std::int64_t> step_a = steps(a);
  const std::vector<std::int64_t> step_b = steps(b);
  for (std::size_t i = 0; i < plan.result.size(); ++i) {
    const std::int64_t n = plan.result[i];
    if (n == 1) continue;
    if (!plan.sizes.empty() && plan.step_a.back() == n * step_a[i] && plan.step_b.back() == n * step_b[i]) {
      plan.sizes.back() *= n;  // the axis before continues into this one
      plan.step_a.back() = step_a[i];
      plan.step_b.back() = step_b[i];
    } else {
      plan.sizes.push_back(n);
      plan.step_a.push_back(step_a[i]);
      plan.step_b.push_back(step_b[i]);
    }
  }
  if (plan.sizes.empty()) plan.sizes = {1}, plan.step_a = {1}, plan.step_b = {1};
  return plan;
}

Tensor broadcast_value(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  Tensor y = empty(shape, x.dtype());
  const ZipPlan plan = plan_zip("broadcast_to", x.shape(), shape);
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* to = y.mutable_data<T>().data();
    zip_rows(plan, x.data<T>().data(), to, to, [](T u, T) { return u; });
  });
  return y;
}

}  // namespace detail

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  require_valid("broadcast_to", shape);
  if (!broadcasts_to(x.shape(), shape)) {
    throw ShapeError("broadcast_to",
                     fmt::format("{} does not broadcast to {} (sizes must be equal or 1)", x.shape(), shape));
  }
  Tensor y = x.shape() == shape ? share(x.impl()->buffer, shape, x.dtype()) : detail::broadcast_value(x, shape);
  return record("broadcast_to", std::move(y), edge(x, [from = x.shape()](const Tensor& g) { return sum_to(g, from); }));
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  require_valid("sum_to", shape);
  if (!broadcasts_to(shape, x.shape())) {
    throw ShapeError("sum_to",
                     fmt::format("{} is not what {} broadcasts to (sizes must be equal or 1)", x.shape(), shape));
  }
  Tensor y;
  {
    const NoGrad values_only;
    std::vector<bool> summed(x.shape().size(), true);
    const std::size_t lead = x.shape().size() - shape.size();
    for (std::size_t i = 0; i < shape.size(); ++i) summed[lead + i] = shape[i] != x.shape()[lead + i];
    const Tensor total = detail::sum_value(x, summed);
    y = share(total.impl()->buffer, shape, x.dtype());
  }
  return record("sum_to", std::move(y), edge(x, [from = x.shape()](const Tensor& g) { return broadcast_to(g, from); }));
}

}  // namespace yhat
