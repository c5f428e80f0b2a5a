// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>

#include "../buffer.h"

namespace yhat::kernels {

/// Uninitialised working memory of a kernel, aligned to a cache line. It is recycled with the arrays of tensors: fresh
/// pages from the system cost more than many a kernel. Throws std::bad_alloc.
class Scratch {
 public:
  explicit Scratch(std::int64_t bytes)
      : data(take_array(static_cast<std::size_t>(bytes))), size_(static_cast<std::size_t>(bytes)) {}
  ~Scratch() { give_array(data, size_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void* data;

 private:
  std::size_t size_;
};

/// Sees to it that as many threads as work on that many blocks at once find a Scratch(bytes) without asking the system.
/// Without, it would depend on how the threads take turns in which training step the last of them asks.
void provide_scratch(std::int64_t bytes, std::int64_t blocks);

}  // namespace yhat::kernels
