// SPDX-License-Identifier: MIT
#include "parallel.h"

#include <fmt/format.h>

#include <atomic>
#include <exception>

#include "../yhat/error.h"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace yhat {
namespace {

#ifdef _OPENMP
std::atomic<int> threads{0};  // 0: not set, OpenMP's default holds
#endif
thread_local bool inside = false;  // this thread is running a block

struct InsideScope {
  InsideScope() { inside = true; }
  ~InsideScope() { inside = false; }
};

}  // namespace

int num_threads() {
#ifdef _OPENMP
  const int n = threads.load(std::memory_order_relaxed);
  return n > 0 ? n : omp_get_max_threads();
#else
  return 1;
#endif
}

void set_num_threads(int n) {
  if (n < 1) throw ArgumentError("set_num_threads", fmt::format("{} threads (at least 1)", n));
#ifdef _OPENMP
  threads.store(n, std::memory_order_relaxed);
#endif
}

void run_blocks(std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t), void* context) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  const std::int64_t blocks = (n - 1) / grain + 1;
  const auto run = [&](std::int64_t block) {
    body(context, block * grain, block + 1 < blocks ? (block + 1) * grain : n);
  };
  if (blocks == 1 || inside || num_threads() == 1) {
    for (std::int64_t block = 0; block < blocks; ++block) run(block);
    return;
  }
#ifdef _OPENMP
  std::exception_ptr error;
  std::atomic<bool> failed{false};
  const int team = blocks < num_threads() ? static_cast<int>(blocks) : num_threads();
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
  for (std::int64_t block = 0; block < blocks; ++block) {
    if (failed.load(std::memory_order_relaxed)) continue;
    try {
      const InsideScope scope;
      run(block);
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
#endif
}

}  // namespace yhat
