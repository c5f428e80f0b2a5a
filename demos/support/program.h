// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/error.h>

#include "support/command_line.h"

namespace demo {

/// What `main` of every demo returns:
///
///     int main(int argc, char** argv) { return demo::run_program(argc, argv, lenet); }
///
/// An error becomes one line `error: <message>` on stderr. Exit status: what the program returns; 1 if it failed; 2 for
/// a wrong option or wrong input.
int run_program(int argc, char** argv, int (*program)(int argc, char** argv));

/// Input that was named by the user is read inside `reading(...)`: an error there is exit status 2.
template <class F>
auto reading(F f) {
  try {
    return f();
  } catch (const yhat::Error& error) {
    throw UsageError(error.what());
  }
}

/// From now on the first Ctrl-C only sets a flag, the second one ends the program at once.
void catch_interrupt();
/// Whether Ctrl-C was pressed.
bool interrupted();
/// The exit status of a program that Ctrl-C stopped.
inline constexpr int exit_interrupted = 130;

}  // namespace demo
