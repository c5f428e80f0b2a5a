// SPDX-License-Identifier: MIT
// For tests of whole programs, called as a user calls them: in a pipe, or in a terminal (POSIX).
#pragma once

#include <doctest/doctest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif

#include <csignal>
#include <cstdio>
#include <string>

namespace yhat::test {

struct Run {
  int code;         // of exit; -1: ended by a signal
  std::string out;  // what it wrote
};

inline int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

/// Runs a line of the shell to its end. What goes to stderr is part of `out` only if the line says so (2>&1).
inline Run run(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  std::string out;
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  return {exit_status(pclose(pipe)), out};
}

/// False, with the words by which ctest counts a test as skipped, where there are no pseudo-terminals: a bare chroot
/// has none.
inline bool have_terminals() {
  int screen = -1, program = -1;
  if (openpty(&screen, &program, nullptr, nullptr, nullptr) != 0) {
    MESSAGE("skipped: no pseudo-terminals here (is /dev/pts mounted?)");
    return false;
  }
  close(screen);
  close(program);
  return true;
}

/// Runs a line of the shell in a terminal of its own: here are its screen and its keyboard.
class Terminal {
 public:
  Terminal(const std::string& command, unsigned short columns) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    child_ = forkpty(&screen_, nullptr, nullptr, &size);
    REQUIRE(child_ >= 0);
    if (child_ > 0) return;
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  ~Terminal() {
    if (child_ > 0 && kill(child_, SIGKILL) == 0) waitpid(child_, nullptr, 0);
    close(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Waits until this text was written; false if the program ended without.
  bool shows(const std::string& text) {
    while (out_.find(text) == std::string::npos)
      if (!read_more()) return false;
    return true;
  }
  void press(char key) { REQUIRE(write(screen_, &key, 1) == 1); }
  /// Waits for the end. `out` is stdout and stderr from the start, with a carriage return before each line feed.
  Run finish() {
    while (read_more()) continue;
    int status = 0;
    REQUIRE(waitpid(child_, &status, 0) == child_);
    child_ = 0;
    return {exit_status(status), out_};
  }

 private:
  bool read_more() {
    char buffer[4096];
    const ssize_t n = read(screen_, buffer, sizeof buffer);  // an error once nobody has the terminal open any more
    if (n > 0) out_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  pid_t child_ = 0;
  int screen_ = -1;
  std::string out_;
};

}  // namespace yhat::test
