// SPDX-License-Identifier: MIT
#include "support/evaluate.h"

#include <algorithm>
#include <numeric>

namespace demo {

using namespace yhat;

Evaluation evaluate(Module& model, const Dataset& data) {
  NoGrad no_grad;
  model.eval();
  Tensors logits;
  for (const Batch& batch : batches(data, {.size = 500})) logits.push_back(model(batch.images));
  model.train();
  const Tensor all = concat(logits, 0);
  Evaluation e;
  e.loss = cross_entropy(all, data.labels).item();
  e.top1_error = top_k_error(all, data.labels, 1);
  e.top2_error = top_k_error(all, data.labels, 2);
  e.probabilities = softmax(all, 1);
  e.predicted = argmax(all, 1);
  return e;
}

std::vector<std::int64_t> likeliest(const Tensor& probabilities, std::int64_t row, std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(probabilities.dim(1)));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return probabilities.at({row, a}) > probabilities.at({row, b});
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  return order;
}

}  // namespace demo
