// SPDX-License-Identifier: MIT
#pragma once

#include "sources.h"

namespace yhat::labs {

/// Writes a lab as a CMake project of its own, which builds against an installed or a built yhat: starter files, given
/// headers, checks (read-only), README.md, lab.json, demo.cpp, predictions.json. Throws std::runtime_error if the
/// folder has anything in it: a student's work is never overwritten.
void write_handout(const Sources& sources, const Manifest& lab, const fs::path& folder);

/// Places in a handout where three lines in a row (or all of a shorter body) of a removed body stand, as "file: line".
std::vector<std::string> answers_in(const Sources& sources, const Manifest& lab, const fs::path& folder);

}  // namespace yhat::labs
