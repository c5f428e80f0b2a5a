// SPDX-License-Identifier: MIT
#include <yhat/batches.h>
#include <yhat/losses.h>
#include <yhat/ops.h>
#include <yhat/sgd.h>

#include "clinic.h"

namespace yhat::labs {

// The loss jumps about wildly; it is about 32 times as large as in the other programs.
Sequential train_case6(const Dataset& data, Rng& rng) {
  Sequential net = clinic_net(rng);
  SGD sgd(net.parameters(), {.lr = 0.05});
  for (int epoch = 0; epoch < 5; ++epoch) {
    for (const Batch& batch : batches(data, {.size = 32, .shuffle = &rng})) {
      sgd.zero_grad();
      cross_entropy(net(batch.images), batch.labels, {.reduction = Reduction::mean}).backward();
      sgd.step();
    }
  }
  return net;
}

Cause cause_of_case6() { return Cause::sum_instead_of_mean; }

}  // namespace yhat::labs
