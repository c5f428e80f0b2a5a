// SPDX-License-Identifier: MIT
#pragma once

#include "sources.h"

namespace yhat::labs {

/// Writes an autograder for Gradescope: a zip whose root has setup.sh and run_autograder (mode 0755) and the source
/// tree that they build. Throws std::runtime_error.
void write_autograder(const Sources& sources, const Manifest& lab, const fs::path& zip);

}  // namespace yhat::labs
