// SPDX-License-Identifier: MIT
#pragma once

#include "checker.h"

namespace yhat::labs {

// Wrong.
OpUnderTest sign_flipped();
OpUnderTest second_argument_wrong();
OpUnderTest mean_not_divided();
OpUnderTest matmul_not_transposed();
OpUnderTest slightly_wrong();
OpUnderTest upstream_ignored();
OpUnderTest softmax_zero();
OpUnderTest broadcast_not_summed();
OpUnderTest overlap_overwritten();
OpUnderTest border_wrong();
OpUnderTest negative_wrong();
OpUnderTest nan_in_one_element();

// Right.
OpUnderTest max_last_tie();
OpUnderTest relu_at_zero();
OpUnderTest softmax_other_formula();
OpUnderTest large_values();

}  // namespace yhat::labs
