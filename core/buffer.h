// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace yhat {

/// The array behind one or more tensors: 64-byte aligned, recycled by size when the last tensor lets go.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* data() { return data_; }

  std::uint32_t version = 0;         ///< counts changes in place
  const char* changed_by = nullptr;  ///< who made the last one

 private:
  static constexpr std::size_t small_bytes = 16;  // scalars live inside the Buffer itself
  void* data_;
  std::size_t bytes_;
  alignas(16) std::byte small_[small_bytes];
};

/// The memory of arrays, for whoever else needs large blocks: 64-byte aligned, recycled. Throws std::bad_alloc.
void* take_array(std::size_t bytes);
/// Gives back what take_array(bytes) returned.
void give_array(void* array, std::size_t bytes) noexcept;

/// What recycling does: bytes in use, bytes kept for later, and how often the system was asked for memory.
struct BufferStatistics {
  std::int64_t in_use = 0, cached = 0, system_allocations = 0, peak_in_use = 0;
};
BufferStatistics buffer_statistics();
/// Gives all kept memory back to the system.
void release_cached_buffers();
/// For tests: new buffers and arrays are filled with NaN, so that a value that was never written is seen.
void fill_new_buffers_with_nan(bool on);

}  // namespace yhat
