// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/command_line.h"
#include "support/screen.h"

namespace demo {

/// What every demo can be told. A demo that trains adds --data, --epochs, ... from its own defaults.
struct RunOptions {
  std::int64_t seed = 42;
  std::int64_t threads = 0;  ///< 0: as the library decides
  std::string out = "";      ///< folder for files
  std::string color = "auto";
  bool no_timing = false;
};

/// Adds --seed --threads --out --color --no-timing.
void add_run_options(CommandLine& line, RunOptions& options);

/// Sets the number of threads and makes the folder `out` unless that is empty. Throws yhat::IoError.
void apply(const RunOptions& options);

using Facts = std::vector<std::pair<std::string, std::string>>;

/// What a run says of itself: the build, then `more`, then seed and command.
Facts banner(const RunOptions& options, const CommandLine& line, const Facts& more);

/// `out`/name.
std::string path_in(const std::string& out, const std::string& name);

}  // namespace demo
