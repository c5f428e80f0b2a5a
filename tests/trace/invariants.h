// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/trace.h>

#include <string>

#include "step/example.h"

/// What must hold for every trace, whatever was recorded.
namespace yhat::test {

/// Checks, with doctest, that the trace is consistent with itself and with the engine.
void check_invariants(const Trace& trace);

/// An example as the stepper shows it.
inline Trace trace_of(const std::string& name, const std::string& variant = "") {
  step::Request request;
  request.name = name;
  request.variant = variant;
  return step::run_example(request);
}

/// Whether this build can run the example: lenet takes a picture of the embedded sample.
inline bool available([[maybe_unused]] const step::Example& example) {
#ifdef YHAT_TEST_EMBED_SAMPLE
  return true;
#else
  return std::string(example.name) != "lenet";
#endif
}

}  // namespace yhat::test
