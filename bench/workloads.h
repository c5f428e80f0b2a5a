// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// One thing to measure.
struct Workload {
  std::function<double()> run;  ///< does it once; returns the seconds that count
  double gflop = 0;  ///< arithmetic of one run, 2 operations per multiply-add; 0 where it is beside the point
};

/// Sets up the workload of that name. Throws yhat::ArgumentError that lists the names.
Workload make_workload(const std::string& name);

/// Seconds on a clock that only goes forward.
double now();

}  // namespace bench
