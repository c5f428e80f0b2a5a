// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/sanitizer.h"

using namespace yhat;

TEST_CASE("recycled: a block comes back for the next object of its size") {
  void* first = take_block(100);
  std::memset(first, 0x5a, 100);
  give_block(first, 100);
  void* second = take_block(97);  // sizes are rounded up to multiples of 32
  CHECK((second == first || !recycling));
  give_block(second, 97);
}

TEST_CASE("recycled: blocks in use are apart, whatever their sizes") {
  std::vector<std::pair<unsigned char*, std::size_t>> blocks;
  for (std::size_t bytes : std::initializer_list<std::size_t>{1, 31, 32, 33, 64, 500, 1023, 1024, 1025, 5000}) {
    for (int i = 0; i < 3; ++i) blocks.emplace_back(static_cast<unsigned char*>(take_block(bytes)), bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    CHECK(reinterpret_cast<std::uintptr_t>(blocks[i].first) % alignof(std::max_align_t) == 0);
    std::memset(blocks[i].first, static_cast<int>(i), blocks[i].second);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::size_t b = 0; b < blocks[i].second; ++b) REQUIRE(blocks[i].first[b] == i);
  }
  for (const auto& [block, bytes] : blocks) give_block(block, bytes);
}

TEST_CASE("recycled: objects may be freed on another thread, and outlive the thread that made them") {
  std::vector<std::shared_ptr<int>> made;
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) made.push_back(std::allocate_shared<int>(Recycled<int>(), i));
  }).join();
  for (int i = 0; i < 1000; ++i) CHECK(*made[static_cast<std::size_t>(i)] == i);
  std::thread([&] { made.clear(); }).join();
  CHECK(made.empty());
}

TEST_CASE("recycled: a large vector takes its memory from the arrays of tensors") {
  using Vector = std::vector<std::int64_t, Recycled<std::int64_t>>;
  { const Vector warm(20000); }
  const BufferStatistics before = buffer_statistics();
  for (int i = 0; i < 5; ++i) {
    Vector v(20000);
    CHECK(buffer_statistics().in_use >= before.in_use + 160000);
  }
  if (recycling) CHECK(buffer_statistics().system_allocations == before.system_allocations);
  CHECK(buffer_statistics().in_use == before.in_use);
}

TEST_CASE("recycled: after its first two steps, training asks for no memory of arrays") {
  Rng rng{0};
  Sequential model = lenet5(rng);
  SGD optimizer(model.parameters(), {.lr = 0.01});
  const Tensor images = randn({4, 1, 28, 28}, rng);
  const auto step = [&] {
    const Tensor loss = cross_entropy(model(images), {0, 1, 2, 3});
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  };
  for (int i = 0; i < 2; ++i) step();  // from the second on, gradients of the last step are there during forward
  const std::int64_t at_first = buffer_statistics().system_allocations;
  for (int i = 0; i < 3; ++i) step();
  CHECK((buffer_statistics().system_allocations == at_first || !recycling));
}
