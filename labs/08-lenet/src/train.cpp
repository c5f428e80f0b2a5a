// SPDX-License-Identifier: MIT
#include "train.h"

#include <yhat/autograd.h>
#include <yhat/batches.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include <vector>

namespace yhat::labs {

double train_epoch(Module& model, Optimizer& optimizer, const Dataset& data, std::int64_t batch_size, Rng& rng) {
  const Batches pass = batches(data, {.size = batch_size, .shuffle = &rng});
  double total = 0;
  for (const Batch& batch : pass) {
    optimizer.zero_grad();
    const Tensor loss = cross_entropy(model(batch.images), batch.labels);
    loss.backward();
    optimizer.step();
    total += loss.item();
  }
  return total / static_cast<double>(pass.size());
}

double accuracy(Module& model, const Dataset& data) {
  const NoGrad values_only;
  return 1 - top_k_error(model(data.images), data.labels, 1);
}

}  // namespace yhat::labs
