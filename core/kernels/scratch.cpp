// SPDX-License-Identifier: MIT
#include "scratch.h"

#include <atomic>
#include <new>

namespace yhat::kernels {
namespace {

constexpr std::align_val_t alignment{64};
constexpr std::int64_t largest_kept = std::int64_t{16} << 20;

struct Buffer {
  void* data = nullptr;
  std::int64_t size = 0;
};

struct Cache {
  Buffer kept[4];
  ~Cache() {
    for (const Buffer& b : kept) ::operator delete(b.data, alignment);
  }
};
thread_local Cache cache;
std::atomic<std::int64_t> system_allocations = 0;

}  // namespace

Scratch::Scratch(std::int64_t bytes) : data(nullptr), size_(0) {
  Buffer* best = nullptr;  // the smallest kept one that is large enough
  for (Buffer& b : cache.kept) {
    if (b.data && b.size >= bytes && (!best || b.size < best->size)) best = &b;
  }
  if (best) {
    data = best->data;
    size_ = best->size;
    *best = Buffer{};
  } else {
    size_ = (bytes / 4096 + 1) * 4096;
    system_allocations.fetch_add(1, std::memory_order_relaxed);
    data = ::operator new(static_cast<std::size_t>(size_), alignment);
  }
}

Scratch::~Scratch() {
  Buffer mine{data, size_};
  if (size_ <= largest_kept) {
    Buffer* smallest = &cache.kept[0];  // an empty place, if there is one, has size 0
    for (Buffer& b : cache.kept) {
      if (b.size < smallest->size) smallest = &b;
    }
    if (smallest->size < size_) {
      const Buffer swap = *smallest;
      *smallest = mine;
      mine = swap;
    }
  }
  ::operator delete(mine.data, alignment);
}

std::int64_t scratch_system_allocations() { return system_allocations.load(std::memory_order_relaxed); }

}  // namespace yhat::kernels
