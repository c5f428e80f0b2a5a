// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "grade.h"

/// What the targets of a handout do in its build folder.
namespace yhat::labs {

/// yhat-lab.json of a build folder, which YhatLabs.cmake writes.
struct LocalBuild {
  fs::path folder;         ///< of the handout
  fs::path build;          ///< of the build
  fs::path program, demo;  ///< the check program; the demo, if there is one
  Manifest lab;
  bool address_sanitizer = false;
};
/// Throws std::runtime_error.
LocalBuild read_local_build(const fs::path& build);

/// Prints hint 1, then 2, then 3 of a check (of the first one that fails if `id` is empty); each call shows one more.
int print_hint(const LocalBuild& local, const std::string& id, const RunOptions& run);

/// Runs the demo if every prediction has been made, and sets what it measured against them. Before, it asks.
int run_demo(const LocalBuild& local);

/// Zips the editable files and the predictions into `zip`; refuses missing or empty files and more than 1 MiB. Prints
/// the list.
int submit(const LocalBuild& local, const fs::path& zip);

}  // namespace yhat::labs
