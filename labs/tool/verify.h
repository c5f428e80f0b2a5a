// SPDX-License-Identifier: MIT
#pragma once

#include "lab_build.h"

namespace yhat::labs {

struct VerifyOptions {
  int jobs = 2;
  double time_scale = 1;
  bool quick = false;  ///< the solution, the starter, other labs' holes and the sums; no mutants, no alternatives
  bool both_compilers = true;
  std::string only;  ///< the id of one mutant or alternative
};

/// Proves what section "CI invariants" asks of a lab, printing a line for each step:
/// (a) the solution scores everything; (b) the starter compiles without a warning, scores nothing, every failure being
/// "not implemented", and contains no answer; (c) every mutant fails what it must, nothing else, and prints its
/// message; (d) every alternative scores everything; (e) holes of later labs are not needed; the demo prints the
/// answers. Returns the number of mistakes found.
int verify_lab(const Sources& sources, Toolchain& toolchain, const Manifest& lab, const VerifyOptions& options);

}  // namespace yhat::labs
