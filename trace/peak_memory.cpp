// SPDX-License-Identifier: MIT
#include "yhat/peak_memory.h"

#ifdef _WIN32
#include <windows.h>
// psapi.h needs windows.h first
#include <psapi.h>
#else
#include <sys/resource.h>

#include <fstream>
#include <string>
#endif

namespace yhat {

std::int64_t peak_memory() {
#ifdef _WIN32
  PROCESS_MEMORY_COUNTERS counters;
  if (!GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)) return 0;
  return static_cast<std::int64_t>(counters.PeakWorkingSetSize);
#else
#ifdef __linux__
  // Not getrusage: its maximum is inherited from the program that started this one.
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key; std::getline(status, key)) {
    std::int64_t kibibytes = 0;
    if (key == "VmHWM:" && status >> kibibytes) return 1024 * kibibytes;
  }
#endif
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
  return usage.ru_maxrss;
#else
  return 1024 * usage.ru_maxrss;
#endif
#endif
}

}  // namespace yhat
