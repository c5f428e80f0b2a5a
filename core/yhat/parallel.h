// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace yhat {

/// Number of threads that kernels may use, >= 1. At start: what OMP_NUM_THREADS says, else the number of processors;
/// always 1 in a build without threads.
[[nodiscard]] int num_threads();

/// Sets the number of threads, for the whole process. More threads than processors are allowed (and slow); more than
/// 1024 are taken as 1024. No effect in a build without threads.
/// Results do not depend on it: every value is computed by one thread, in a fixed order.
/// Throws ArgumentError if n < 1.
void set_num_threads(int n);

/// Calls body(context, begin, end) once for each block of `grain` consecutive indices of [0, n) (the last may be
/// shorter), in any order and on any thread. The blocks depend on n and grain alone, never on the number of threads, so
/// a body that computes each output (or each partial sum of a block) from begin and end gives the same bits for any
/// number of threads. Serial if there is one block, one thread, or the caller itself runs inside a parallel_for. An
/// exception thrown by a body is rethrown here after all blocks that had started are done.
void run_blocks(std::int64_t n, std::int64_t grain, void (*body)(void* context, std::int64_t begin, std::int64_t end),
                void* context);

/// run_blocks for a function object f(begin, end).
template <class F>
void parallel_for(std::int64_t n, std::int64_t grain, F f) {
  if (n <= grain) {  // one block: no need to ask
    if (n > 0) f(0, n);
    return;
  }
  run_blocks(
      n, grain, [](void* context, std::int64_t begin, std::int64_t end) { (*static_cast<F*>(context))(begin, end); },
      &f);
}

}  // namespace yhat
