// SPDX-License-Identifier: MIT
#include "dispatch.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "../yhat/error.h"

namespace yhat::kernels {
namespace {

constexpr Isa all[] = {Isa::baseline, Isa::avx2, Isa::avx512};

std::string available() {
  std::string names;
  for (Isa level : all) {
    if (isa_available(level)) names += (names.empty() ? "" : ", ") + std::string(isa_name(level));
  }
  return names;
}

Isa choose() {
  Isa best = Isa::baseline;
  const char* wanted = std::getenv("YHAT_ISA");
  for (Isa level : all) {
    if (!isa_available(level)) continue;
    if (wanted && std::string(wanted) == isa_name(level)) return level;
    best = level;
  }
  if (wanted && *wanted) throw ArgumentError("YHAT_ISA", fmt::format("'{}' (available here: {})", wanted, available()));
  return best;
}

std::atomic<int> current{-1};

}  // namespace

const char* isa_name(Isa isa) {
  constexpr const char* names[] = {"baseline", "avx2", "avx512"};
  return names[static_cast<int>(isa)];
}

bool isa_available(Isa isa) {
#ifdef YHAT_X86_KERNELS
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == Isa::avx512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  }
#endif
  return isa == Isa::baseline;
}

Isa isa() {
  int level = current.load(std::memory_order_relaxed);
  if (level < 0) {
    level = static_cast<int>(choose());
    current.store(level, std::memory_order_relaxed);
  }
  return static_cast<Isa>(level);
}

void set_isa(Isa isa) {
  if (!isa_available(isa)) {
    throw ArgumentError("set_isa", fmt::format("{} (available here: {})", isa_name(isa), available()));
  }
  current.store(static_cast<int>(isa), std::memory_order_relaxed);
}

template <class T>
const KernelTable<T>& table() {
#ifdef YHAT_X86_KERNELS
  if (isa() == Isa::avx512) return avx512::table<T>();
  if (isa() == Isa::avx2) return avx2::table<T>();
#endif
  return baseline::table<T>();
}

template const KernelTable<float>& table();
template const KernelTable<double>& table();

}  // namespace yhat::kernels
