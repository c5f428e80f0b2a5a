// SPDX-License-Identifier: MIT
#include "buffer.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

#include "sanitizer.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace yhat {
namespace {

constexpr std::align_val_t alignment{64};
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t shared_from = std::size_t{1} << 20;
constexpr std::size_t most_wasted = std::size_t{64} << 20;
constexpr std::int64_t most_cached = std::int64_t{1} << 30;
std::atomic<bool> poison = false;

// Sizes are rounded up to one of eight steps between powers of two, so at most an eighth is wasted and a buffer fits
// requests of nearly its size.
std::size_t size_class(std::size_t bytes) {
  const std::size_t step = std::max(std::bit_floor(bytes) / 8, std::size_t{64});
  return (bytes + step - 1) / step * step;
}

std::align_val_t alignment_of(std::size_t bytes) { return bytes < huge_page ? alignment : std::align_val_t{huge_page}; }

// A large block in huge pages: the first touch of a page costs about the same for 2 MiB as for 4 KiB.
void* from_system(std::size_t bytes) {
  void* block = ::operator new(bytes, alignment_of(bytes));
#ifdef MADV_HUGEPAGE
  if (bytes >= huge_page) madvise(block, bytes, MADV_HUGEPAGE);  // a wish: without it all is as before
#endif
  return block;
}
void to_system(void* block, std::size_t bytes) noexcept { ::operator delete(block, alignment_of(bytes)); }

class Pool {
 public:
  // Never destroyed: tensors with static lifetime may be freed after it would have been.
  static Pool& instance() {
    static Pool* pool = new Pool;
    return *pool;
  }

  void* take(std::size_t bytes) {
    bytes = size_class(bytes);
    const std::lock_guard lock(mutex_);
    if (const auto fitting = find(bytes); fitting != free_.end()) {
      const std::size_t size = fitting->first;
      void* block = fitting->second.back();
      if (size > bytes) lent_for_less_.emplace(block, size);
      fitting->second.pop_back();
      statistics_.cached -= static_cast<std::int64_t>(size);
      count(bytes);
      return block;
    }
    ++statistics_.system_allocations;
    void* block = from_system(bytes);
    count(bytes);
    return block;
  }

  void give(void* block, std::size_t bytes) noexcept {
    bytes = size_class(bytes);
    const std::lock_guard lock(mutex_);
    statistics_.in_use -= static_cast<std::int64_t>(bytes);
    if (const auto lent = lent_for_less_.find(block); lent != lent_for_less_.end()) {
      bytes = lent->second;
      lent_for_less_.erase(lent);
    }
    if (recycling && statistics_.cached + static_cast<std::int64_t>(bytes) <= most_cached) {
      try {
        free_[bytes].push_back(block);
        statistics_.cached += static_cast<std::int64_t>(bytes);
        return;
      } catch (const std::bad_alloc&) {  // no room for the list entry: free the block instead
      }
    }
    to_system(block, bytes);
  }

  void release() {
    const std::lock_guard lock(mutex_);
    for (auto& [bytes, list] : free_) {
      for (void* block : list) to_system(block, bytes);
      list.clear();
    }
    statistics_.cached = 0;
  }

  BufferStatistics statistics() {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

 private:
  using Free = std::map<std::size_t, std::vector<void*>>;

  // A free block of this size; for a large array also one of up to eight times the size, since in a network whose
  // pictures shrink from layer to layer the blocks of the first layers would lie idle. But no block of which more than
  // 64 MiB would be wasted: whoever needs it next, such as the gradient of a large layer, would have to get another.
  Free::iterator find(std::size_t bytes) {
    auto it = free_.lower_bound(bytes);
    const std::size_t most = bytes < shared_from ? bytes : bytes + std::min(7 * bytes, most_wasted);
    while (it != free_.end() && it->first <= most && it->second.empty()) ++it;
    return it != free_.end() && it->first <= most ? it : free_.end();
  }

  void count(std::size_t taken) {
    statistics_.in_use += static_cast<std::int64_t>(taken);
    if (statistics_.in_use > statistics_.peak_in_use) statistics_.peak_in_use = statistics_.in_use;
  }

  std::mutex mutex_;
  Free free_;
  std::unordered_map<void*, std::size_t> lent_for_less_;  // the size of blocks that are larger than what was asked for
  BufferStatistics statistics_;
};

void fill_if_asked(void* array, std::size_t bytes) {
  if (poison.load(std::memory_order_relaxed)) std::memset(array, 0xff, bytes);
}

}  // namespace

Buffer::Buffer(std::size_t bytes) : data_(small_), bytes_(bytes) {
  if (bytes > small_bytes) {
    data_ = take_array(bytes);
  } else {
    fill_if_asked(data_, bytes);
  }
}

Buffer::~Buffer() {
  if (data_ != small_) give_array(data_, bytes_);
}

void* take_array(std::size_t bytes) {
  void* array = Pool::instance().take(bytes);
  fill_if_asked(array, bytes);
  return array;
}
void give_array(void* array, std::size_t bytes) noexcept { Pool::instance().give(array, bytes); }

BufferStatistics buffer_statistics() { return Pool::instance().statistics(); }
void release_cached_buffers() { Pool::instance().release(); }
void fill_new_buffers_with_nan(bool on) { poison = on; }

}  // namespace yhat
