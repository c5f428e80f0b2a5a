// SPDX-License-Identifier: MIT
#include "../../core/buffer.h"

#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>

using namespace yhat;

TEST_CASE("buffer: arrays are aligned and recycled") {
  release_cached_buffers();
  const BufferStatistics start = buffer_statistics();
  for (int i = 0; i < 10; ++i) {
    const Buffer buffer(100000);
    CHECK(reinterpret_cast<std::uintptr_t>(const_cast<Buffer&>(buffer).data()) % 64 == 0);
  }
  const BufferStatistics end = buffer_statistics();
  CHECK(end.in_use == start.in_use);
#ifndef __SANITIZE_ADDRESS__
  CHECK(end.system_allocations == start.system_allocations + 1);
  CHECK(end.cached >= 100000);
#endif
  release_cached_buffers();
  CHECK(buffer_statistics().cached == 0);
}

TEST_CASE("buffer: fresh arrays can be filled with NaN to find values that were never written") {
  fill_new_buffers_with_nan(true);
  const Tensor x = empty({100}, Dtype::f64);
  const Tensor y = empty({}, Dtype::f32);
  fill_new_buffers_with_nan(false);
  CHECK(std::isnan(x.at({99})));
  CHECK(std::isnan(y.item()));
}
