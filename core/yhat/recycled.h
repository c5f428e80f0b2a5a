// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <utility>

/// Memory for what every op makes anew: nodes, edges, what a tensor's handle points to. A thread keeps the small blocks
/// that it gives back, so that the next op finds them at once; malloc would take longer than the rest of the op.
namespace yhat {

/// A block of at least `bytes`, aligned for every ordinary type. Throws std::bad_alloc.
void* take_block(std::size_t bytes);
/// Gives back a block that take_block(bytes) returned, on any thread.
void give_block(void* block, std::size_t bytes) noexcept;

/// An allocator for standard containers and std::allocate_shared. The numbers of a vector(n) start undefined.
template <class T>
struct Recycled {
  using value_type = T;
  Recycled() = default;
  /// All are alike.
  template <class U>
  Recycled(const Recycled<U>&) {}  // NOLINT
  /// Room for n. Throws std::bad_alloc.
  T* allocate(std::size_t n) { return static_cast<T*>(take_block(n * sizeof(T))); }
  /// Gives back what allocate(n) returned.
  void deallocate(T* p, std::size_t n) noexcept { give_block(p, n * sizeof(T)); }
  /// Makes an object in its place; without arguments, numbers stay undefined.
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    if constexpr (sizeof...(Arguments) == 0) {
      ::new (static_cast<void*>(place)) U;
    } else {
      ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
    }
  }
  /// Always: each can give back what another has taken.
  friend bool operator==(const Recycled&, const Recycled&) { return true; }
};

}  // namespace yhat
