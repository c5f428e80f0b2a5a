// SPDX-License-Identifier: MIT
#include "reduction.h"
#include "yhat/autograd.h"
#include "yhat/elementwise.h"
#include "yhat/ops.h"

namespace yhat {

// log_p (N,C), q (N,C) the weighted one-hot target -> -sum_c q_c log p_c per row: linear, with gradient -q.
Tensor nll_loss(const Tensor& log_p, const std::vector<std::int64_t>& labels, const NllLossSpec& spec) {
  losses::require_rows("nll_loss", "log-probabilities", log_p);
  const losses::LabelTarget target =
      losses::label_target("nll_loss", log_p, labels, {spec.weight, spec.ignore_index, 0, spec.reduction});
  const std::int64_t classes = log_p.shape()[1];
  Tensor values = zeros({log_p.shape()[0]}, log_p.dtype());
  dispatch(log_p.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto to = values.mutable_data<T>();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == spec.ignore_index) continue;
      const auto place = i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[i]);
      const T weight = target.q.data<T>()[place];
      if (weight != 0) to[i] = -weight * log_p.data<T>()[place];
    }
  });
  return record("nll_loss", losses::reduce(values, spec.reduction, target.divisor),
                edge(log_p, [q = target.q, divisor = target.divisor, reduction = spec.reduction](const Tensor& g) {
                  return -reshape(losses::factor(g, reduction, divisor), {g.size(), 1}) * q;
                }));
}

}  // namespace yhat
