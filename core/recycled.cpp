// SPDX-License-Identifier: MIT
#include "yhat/recycled.h"

#include <new>

#include "buffer.h"
#include "sanitizer.h"

namespace yhat {
namespace {

constexpr std::size_t step = 32;            // sizes are rounded up to multiples of this
constexpr std::size_t largest_kept = 1024;  // larger blocks are kept with the arrays of tensors
constexpr std::size_t classes = largest_kept / step;
constexpr int most_kept = 4096;  // of each size

struct Free {
  Free* next;
};

// Lists of free blocks. Without a destructor, so that an object that outlives its thread's data can still be freed.
struct Lists {
  Free* first[classes];
  int count[classes];
  bool closed;
};
constinit thread_local Lists lists{};

struct Closing {
  ~Closing() {
    lists.closed = true;
    for (Free*& list : lists.first) {
      while (Free* block = list) {
        list = block->next;
        ::operator delete(block);
      }
    }
  }
  void arm() {}  // the destructor runs if this thread has ever got here
};
thread_local Closing closing;

std::size_t class_of(std::size_t bytes) { return (bytes - 1) / step; }

void* fresh_block(std::size_t bytes) {
  closing.arm();
  return ::operator new((class_of(bytes) + 1) * step);
}

}  // namespace

void* take_block(std::size_t bytes) {
  if (bytes > largest_kept) return take_array(bytes);
  if (!recycling || bytes == 0) return ::operator new(bytes);
  Free*& list = lists.first[class_of(bytes)];
  Free* block = list;
  if (!block) return fresh_block(bytes);
  list = block->next;
  --lists.count[class_of(bytes)];
  return block;
}

void give_block(void* block, std::size_t bytes) noexcept {
  if (bytes > largest_kept) return give_array(block, bytes);
  if (!recycling || bytes == 0) return ::operator delete(block);
  const std::size_t i = class_of(bytes);
  if (lists.closed || lists.count[i] == most_kept) return ::operator delete(block);
  lists.first[i] = new (block) Free{lists.first[i]};
  ++lists.count[i];
}

}  // namespace yhat
