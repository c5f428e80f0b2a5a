// SPDX-License-Identifier: MIT
#include <yhat/batches.h>
#include <yhat/losses.h>
#include <yhat/sgd.h>

#include "clinic.h"

namespace yhat::labs {

// The loss explodes in the first steps.
Sequential train_case2(const Dataset& data, Rng& rng) {
  Sequential net = clinic_net(rng);
  SGD sgd(net.parameters(), {.lr = 0.05});
  for (int epoch = 0; epoch < 5; ++epoch) {
    for (const Batch& batch : batches(data, {.size = 32, .shuffle = &rng})) {
      sgd.zero_grad();
      cross_entropy(net(batch.images), batch.labels).backward();
      sgd.step();
    }
  }
  return net;
}

Cause cause_of_case2() { return Cause::learning_rate_too_high; }

}  // namespace yhat::labs
