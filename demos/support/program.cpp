// SPDX-License-Identifier: MIT
#include "support/program.h"

#include <fmt/format.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#ifdef _WIN32
#include <windows.h>
#endif

namespace demo {
namespace {

volatile std::sig_atomic_t interrupt_seen = 0;

extern "C" void on_interrupt(int) {
  interrupt_seen = 1;
  std::signal(SIGINT, SIG_DFL);  // the next one ends the program
}

int failed(int status, const char* message) {
  std::fflush(stdout);
  fmt::print(stderr, "error: {}\n", message);
  return status;
}

}  // namespace

int run_program(int argc, char** argv, int (*program)(int argc, char** argv)) {
  std::setlocale(LC_CTYPE, "");  // tells whether the terminal takes UTF-8; numbers stay as they are
#ifdef _WIN32
  SetConsoleOutputCP(CP_UTF8);
#endif
  int status = 0;
  try {
    status = program(argc, argv);
  } catch (const HelpShown&) {
  } catch (const UsageError& error) {
    return failed(2, error.what());
  } catch (const std::bad_alloc&) {
    return failed(1, "out of memory");
  } catch (const std::exception& error) {
    return failed(1, error.what());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return failed(1, "standard output cannot be written");
  return status;
}

void catch_interrupt() {
  interrupt_seen = 0;
  std::signal(SIGINT, on_interrupt);
}

bool interrupted() { return interrupt_seen != 0; }

}  // namespace demo
