// SPDX-License-Identifier: MIT
#include <yhat/batches.h>
#include <yhat/losses.h>
#include <yhat/sgd.h>

#include <vector>

#include "clinic.h"

namespace yhat::labs {

// The loss stays near ln 10, the loss of a network that knows nothing.
Sequential train_case4(const Dataset& data, Rng& rng) {
  Sequential net = clinic_net(rng);
  SGD sgd(net.parameters(), {.lr = 0.05});
  for (int epoch = 0; epoch < 5; ++epoch) {
    const std::vector<std::int64_t> order = rng.permutation(data.size());
    const Dataset shuffled{take_rows(data.images, order), data.subset(order).labels, data.classes};
    for (const Batch& batch : batches(shuffled, {.size = 32})) {
      sgd.zero_grad();
      cross_entropy(net(batch.images), batch.labels).backward();
      sgd.step();
    }
  }
  return net;
}

Cause cause_of_case4() { return Cause::labels_out_of_order; }

}  // namespace yhat::labs
