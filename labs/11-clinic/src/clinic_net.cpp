// SPDX-License-Identifier: MIT
#include <yhat/linear.h>

#include "clinic.h"

namespace yhat::labs {

Sequential clinic_net(Rng& rng) {
  return Sequential{Flatten{}, Linear(rng, {.in = 784, .out = 32}), relu, Linear(rng, {.in = 32, .out = 10})};
}

}  // namespace yhat::labs
