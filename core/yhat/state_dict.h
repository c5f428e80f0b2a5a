// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// The named arrays of a model or an optimiser ("features.0.weight", ...), in the order in which it lists them. What
/// checkpoint files store.
using StateDict = std::vector<std::pair<std::string, Tensor>>;

}  // namespace yhat
