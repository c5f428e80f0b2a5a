// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/trace.h>

#include <iosfwd>

#include "step/output.h"

namespace yhat::step {

struct StepperOptions {
  trace::TextOptions text;
  bool colour = false;
};

/// Shows one step at a time and reads one command a line until `q` or the end of input.
void step_through(const Trace& trace, std::istream& in, std::ostream& out, StepperOptions options);

}  // namespace yhat::step
