// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/trace.h>

/// What must hold for every trace, whatever was recorded.
namespace yhat::test {

/// Checks, with doctest, that the trace is consistent with itself and with the engine.
void check_invariants(const Trace& trace);

}  // namespace yhat::test
