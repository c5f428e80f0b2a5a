// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "../core/kernels/reduce.h"
#include "reduction.h"
#include "yhat/autograd.h"
#include "yhat/elementwise.h"
#include "yhat/error.h"
#include "yhat/ops.h"

namespace yhat {
namespace {

// logits (N,C), q (N,C) -> (N): -sum_c q_c log p_c, where an entry with q_c = 0 adds 0 even if log p_c = -inf.
Tensor losses_of_rows(const Tensor& logits, const Tensor& q) {
  const std::int64_t rows = logits.shape()[0];
  const std::int64_t classes = logits.shape()[1];
  Tensor log_p = empty(logits.shape(), logits.dtype());
  Tensor loss = empty({rows}, logits.dtype());
  dispatch(logits.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* lp = log_p.mutable_data<T>().data();
    kernels::log_softmax_rows(rows, classes, logits.data<T>().data(), lp);
    const T* target = q.data<T>().data();
    for (T& sum : loss.mutable_data<T>()) {
      sum = 0;
      for (std::int64_t c = 0; c < classes; ++c, ++lp, ++target) sum -= *target == 0 ? 0 : *target * *lp;
    }
  });
  return loss;
}

struct Rows {
  Reduction reduction;
  double divisor;
  bool ignored;  // a row of q may be all zero
};

// Softmax and cross-entropy as one op. The two derivatives melt into one another: yhat - y, for rows of q that sum
// to 1.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& q, const Rows& rows) {
  const auto spread = [rows](const Tensor& g) {
    return reshape(losses::factor(g, rows.reduction, rows.divisor), {g.size(), 1});
  };
  return record("cross_entropy", losses::reduce(losses_of_rows(logits, q), rows.reduction, rows.divisor),
                edge(logits,
                     [=](const Tensor& g) {
                       const Tensor yhat = softmax(logits, 1);
                       const Tensor& y = q;
                       const Tensor total = sum(y, 1, true);
                       const Tensor residual = yhat * total - y;
                       // Whatever stands in an ignored row, even NaN, its gradient is 0.
                       return spread(g) * (rows.ignored ? where(total > 0, residual, zeros_like(y)) : residual);
                     }),
                edge(q, [=](const Tensor& g) { return spread(g) * -log_softmax(logits, 1); }));
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const std::vector<std::int64_t>& labels, const CrossEntropySpec& spec) {
  losses::require_rows("cross_entropy", "logits", logits);
  const losses::LabelTarget target = losses::label_target("cross_entropy", logits, labels, spec);
  return softmax_cross_entropy(logits, target.q, {spec.reduction, target.divisor, target.ignored});
}

namespace {
void require_distributions(const Tensor& target) {
  losses::require_unit_interval("cross_entropy", "probability", target);
  const double tolerance = target.dtype() == Dtype::f64 ? 1e-6 : 1e-4;
  const std::vector<double> t = target.to_vector();
  const std::int64_t classes = target.shape()[1];
  for (std::int64_t row = 0; row < target.shape()[0]; ++row) {
    double total = 0;
    for (std::int64_t c = 0; c < classes; ++c) total += t[static_cast<std::size_t>(row * classes + c)];
    if (!(std::abs(total - 1) <= tolerance)) {
      throw ArgumentError(
          "cross_entropy",
          fmt::format("probabilities of row {} sum to {:.6g} (must be 1 within {:.0e})", row, total, tolerance));
    }
  }
}
}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& probabilities, const CrossEntropySpec& spec) {
  const char* op = "cross_entropy";
  losses::require_rows(op, "logits", logits);
  losses::require_same(op, "logits", logits, probabilities);
  losses::require_allowed(op, logits, spec);
  require_distributions(probabilities);
  if (spec.ignore_index != default_ignore_index) {
    throw ArgumentError(op, fmt::format("ignore_index {} with probabilities (labels only)", spec.ignore_index));
  }
  const std::int64_t rows = logits.shape()[0];
  if (spec.reduction == Reduction::mean && rows == 0) {
    throw ArgumentError(op, "0 rows, mean over 0 samples is undefined; hint: reduction sum");
  }
  Tensor q = probabilities;
  if (const double e = spec.label_smoothing; e > 0) q = (1 - e) * q + e / static_cast<double>(logits.shape()[1]);
  if (spec.weight.defined()) q = spec.weight.detach() * q;
  return softmax_cross_entropy(logits, q, {spec.reduction, static_cast<double>(rows), false});
}

}  // namespace yhat
