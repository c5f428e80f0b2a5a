// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/trace.h>

/// Gradients that are wrong in the ways students get them wrong, and the same runs done right.
namespace yhat::test {

struct Mutant {
  const char* name;
  const char* where;  ///< the step that must be the first red one, as compare() names it
  Trace right, wrong;
};

/// Softmax with the diagonal of its Jacobian only.
Mutant softmax_diagonal();
/// `=` for `+=` where the diamond's paths meet, played to the recorder.
Mutant overwriting();
/// A mean over the samples whose gradient forgets 1/N. One sample cannot show it.
Mutant missing_mean(bool one_sample = false);
/// A convolution whose gradient of x slides the kernel without turning it.
Mutant kernel_not_turned();

}  // namespace yhat::test
