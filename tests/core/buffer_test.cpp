// SPDX-License-Identifier: MIT
#include "core/buffer.h"

#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/sanitizer.h"

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
  if (recycling) {
    CHECK(end.system_allocations == start.system_allocations + 1);
    CHECK(end.cached >= 100000);
  }
  release_cached_buffers();
  CHECK(buffer_statistics().cached == 0);
}

TEST_CASE(
    "buffer: a large array is lent for one of up to an eighth of its size if little is wasted, and comes back whole") {
  if (!recycling) {
    MESSAGE("skipped: address sanitizer recycles nothing");
    return;
  }
  constexpr std::size_t mib = 1 << 20;
  release_cached_buffers();
  void* const large = take_array(16 * mib);
  give_array(large, 16 * mib);
  const BufferStatistics start = buffer_statistics();
  void* const eighth = take_array(2 * mib);
  CHECK(eighth == large);
  CHECK(buffer_statistics().in_use == start.in_use + std::int64_t{2 * mib});
  CHECK(buffer_statistics().cached == start.cached - std::int64_t{16 * mib});
  give_array(eighth, 2 * mib);
  CHECK(buffer_statistics().cached == start.cached);
  CHECK(buffer_statistics().in_use == start.in_use);
  void* const less = take_array(mib + mib / 2);
  CHECK(less != large);
  void* const again = take_array(16 * mib);
  CHECK(again == large);
  give_array(less, mib + mib / 2);
  give_array(again, 16 * mib);
  void* const fitting = take_array(mib + mib / 2);  // the smallest that fits
  CHECK(fitting == less);
  give_array(fitting, mib + mib / 2);

  void* const huge = take_array(160 * mib);
  give_array(huge, 160 * mib);
  void* const small = take_array(64 * mib);  // would waste 96 MiB
  CHECK(small != huge);
  void* const part = take_array(96 * mib);
  CHECK(part == huge);
  give_array(small, 64 * mib);
  give_array(part, 96 * mib);
  release_cached_buffers();
}

TEST_CASE("buffer: fresh arrays can be filled with NaN to find values that were never written") {
  fill_new_buffers_with_nan(true);
  const Tensor x = empty({100}, Dtype::f64);
  const Tensor y = empty({}, Dtype::f32);
  fill_new_buffers_with_nan(false);
  CHECK(std::isnan(x.at({99})));
  CHECK(std::isnan(y.item()));
}
