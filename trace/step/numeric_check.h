// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "raw_log.h"

namespace yhat::trace {

/// Checks the gradients of one backward pass against central differences and writes the result into its events.
/// `leaf_ids` are the log's tensors for `leaves`, -1 for one that was not used.
void check_pass(RawLog& log, int pass, const Recorder::Program& program, const Tensors& leaves,
                const std::vector<int>& leaf_ids);

/// Which elements of a tensor are tried: all of up to 64, else first, last, largest |gradient| and 5 evenly spaced.
std::vector<std::int64_t> checked_elements(const Numbers& gradient);

}  // namespace yhat::trace
