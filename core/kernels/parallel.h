// SPDX-License-Identifier: MIT
#pragma once

#include "../yhat/parallel.h"

namespace yhat::kernels {
using yhat::parallel_for;
using yhat::run_blocks;
}  // namespace yhat::kernels
