// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

/// Uninitialised working memory of a kernel, aligned to a cache line. A thread keeps what it gave back, up to a few
/// buffers of moderate size, for its next kernel: fresh pages from the system cost more than many a kernel. Throws
/// std::bad_alloc.
class Scratch {
 public:
  explicit Scratch(std::int64_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void* data;

 private:
  std::int64_t size_;
};

/// How often working memory was asked of the system, by all threads.
std::int64_t scratch_system_allocations();

}  // namespace yhat::kernels
