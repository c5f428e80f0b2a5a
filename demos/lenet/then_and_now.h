// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <yhat/yhat.h>

#include "support/run_options.h"
#include "support/screen.h"

namespace demo {

/// Which LeNet-5 is trained, and how the one of 1998 differs, with figures from their tables.
inline Facts lenet_then_and_now() {
  const yhat::Summary now = summary(yhat::lenet5_description());
  const yhat::Summary then = summary(yhat::lenet5_1998_description());
  std::int64_t connections = 0;
  for (const yhat::SummaryRow& row : then.rows) connections += row.info.connections;
  return {{"model", fmt::format("lenet5, as it is built today: full second convolution, ReLU, max-pooling; {} "
                                "parameters, {} multiply-accumulates",
                                thousands(now.parameters()), thousands(now.macs()))},
          {"in 1998", fmt::format("lenet5_1998, not used here: sparse second convolution, trainable subsampling, tanh, "
                                  "distances to fixed prototypes; {} parameters, {} connections",
                                  thousands(then.parameters()), thousands(connections))}};
}

}  // namespace demo
