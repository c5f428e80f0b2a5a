// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "sources.h"

namespace yhat::labs {

/// What is wrong with a lab as far as reading can tell: holes that are not where the manifest says, checks without a
/// TEST_CASE, banned words in checks, a handout that lists other checks or points, mutants and messages that do not
/// fit. One line each, naming file and JSON path or line.
std::vector<std::string> lint_lab(const Sources& sources, const Manifest& lab);
/// What is wrong with the set: repeated holes, points that do not sum to `total` (0: not asked).
std::vector<std::string> lint_all(const Sources& sources, double total);

}  // namespace yhat::labs
