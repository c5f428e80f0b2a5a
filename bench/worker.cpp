// SPDX-License-Identifier: MIT
// One workload in a process of its own, told by bench/run.py through standard input when to run: bench_worker NAME
//   -> run COUNT      <- the seconds that COUNT runs took
//   -> memory         <- counters of what was asked of the system so far, see below
#include <fmt/format.h>
#include <sys/resource.h>
#include <yhat/yhat.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "core/buffer.h"
#include "core/kernels/dispatch.h"
#include "workloads.h"

namespace {

int serve(const std::string& name) {
  const bench::Workload workload = bench::make_workload(name);
  fmt::print("ready {} {} {}\n", workload.gflop, yhat::kernels::isa_name(yhat::kernels::isa()), yhat::num_threads());
  std::fflush(stdout);
  for (std::string command; std::cin >> command;) {
    if (command == "run") {
      long count = 0;
      std::cin >> count;
      double seconds = 0;
      for (long i = 0; i < count; ++i) seconds += workload.run();
      fmt::print("{:.9f}\n", seconds);
    } else if (command == "memory") {
      // Arrays and working memory asked from the system, and pages that the system had to supply.
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      fmt::print("{} {}\n", yhat::buffer_statistics().system_allocations, usage.ru_minflt);
    } else {
      fmt::print(stderr, "bench_worker: command '{}' (run COUNT, memory)\n", command);
      return 2;
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw yhat::ArgumentError("bench_worker", "one argument, the name of a workload");
    return serve(argv[1]);
  } catch (const yhat::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
