// SPDX-License-Identifier: MIT
#include "scratch.h"

#include "parallel.h"

namespace yhat::kernels {
namespace {

void take_and_give_back(std::int64_t bytes, std::int64_t n) {
  if (n == 0) return;
  const Scratch one(bytes);
  take_and_give_back(bytes, n - 1);
}

}  // namespace

void provide_scratch(std::int64_t bytes, std::int64_t blocks) {
  if (blocks > 1) take_and_give_back(bytes, blocks < num_threads() ? blocks : num_threads());
}

}  // namespace yhat::kernels
