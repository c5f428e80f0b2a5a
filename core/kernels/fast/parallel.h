// SPDX-License-Identifier: MIT
#pragma once
#include "../parallel.h"
#include "../scratch.h"
#include "simd.h"

namespace yhat::kernels::YHAT_ISA {
namespace {

// parallel_for whose blocks have working memory: f(begin, end, scratch), the last with room for `size` elements.
template <class T, class F>
void parallel_for_with_scratch(int64_t n, int64_t grain, int64_t size, F f) {
  const int64_t bytes = size * int64_t{sizeof(T)};
  provide_scratch(bytes, ceil_div(n, grain));
  parallel_for(n, grain, [&](int64_t begin, int64_t end) {
    const Scratch scratch(bytes);
    f(begin, end, static_cast<T*>(scratch.data));
  });
}

}  // namespace
}  // namespace yhat::kernels::YHAT_ISA
