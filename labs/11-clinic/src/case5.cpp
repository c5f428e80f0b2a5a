// SPDX-License-Identifier: MIT
#include <yhat/batches.h>
#include <yhat/init.h>
#include <yhat/linear.h>
#include <yhat/losses.h>
#include <yhat/sgd.h>

#include "clinic.h"

namespace yhat::labs {

// The loss falls a little, then it stays; one layer does nothing.
Sequential train_case5(const Dataset& data, Rng& rng) {
  Sequential net = clinic_net(rng);
  constant_(net.at<Linear>("1").bias, 0);
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

Cause cause_of_case5() { return Cause::dead_relu; }

}  // namespace yhat::labs
