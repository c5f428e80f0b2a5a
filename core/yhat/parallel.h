// SPDX-License-Identifier: MIT
#pragma once

namespace yhat {

/// Number of threads that kernels may use, >= 1. At start: what OMP_NUM_THREADS says, else the number of processors;
/// always 1 in a build without OpenMP.
[[nodiscard]] int num_threads();

/// Sets the number of threads, for the whole process. More threads than processors are allowed (and slow).
/// Results do not depend on it: every value is computed by one thread, in a fixed order.
/// Throws ArgumentError if n < 1.
void set_num_threads(int n);

}  // namespace yhat
