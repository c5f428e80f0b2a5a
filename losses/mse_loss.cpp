// SPDX-License-Identifier: MIT
#include "reduction.h"
#include "yhat/autograd.h"
#include "yhat/elementwise.h"
#include "yhat/ops.h"

namespace yhat {

Tensor mse_loss(const Tensor& pred, const Tensor& target, const LossSpec& spec) {
  losses::require_same("mse_loss", "pred", pred, target);
  const auto reduction = spec.reduction;
  const auto n = static_cast<double>(pred.size());
  const Tensor squares = zip(pred, target, [](auto u, auto v) { return (u - v) * (u - v); });
  const auto gradient = [=](const Tensor& g, const Tensor& yhat, const Tensor& y) {
    return losses::factor(2 * g, reduction, n) * (yhat - y);
  };
  return record("mse_loss", losses::reduce("mse_loss", squares, reduction),
                edge(pred, [=](const Tensor& g) { return gradient(g, pred, target); }),
                edge(target, [=](const Tensor& g) { return gradient(g, target, pred); }));
}

}  // namespace yhat
