// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "files.h"

namespace yhat::labs {

/// An account to run as; needs root.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};
/// Throws std::runtime_error unless the account exists.
User find_user(const std::string& name);

struct Command {
  std::vector<std::string> arguments;  ///< the first is the program, with its path
  fs::path folder;                     ///< to run in; empty: this one
  double seconds = 600;                ///< of wall time, then SIGKILL for its whole process group
  int memory_mib = 0;                  ///< of address space, 0: unlimited
  int stack_kib = 0;                   ///< 0: as it is
  int file_mib = 0;                    ///< the largest file it may write, 0: unlimited
  bool sandbox = false;                ///< no network if the kernel allows, few descriptors, no core files
  bool clean_environment = false;
  std::optional<User> user;     ///< the account to run as
  int input = -1;               ///< becomes stdin, else /dev/null
  int report = -1;              ///< becomes descriptor 3
  std::size_t output_kib = 16;  ///< of stdout and stderr are kept, the rest is read and dropped
};

/// A program in the sandbox that has more of them at once is a fork bomb.
inline constexpr std::size_t most_processes = 32;

struct Ended {
  bool started = true;   ///< false: the program could not be run; `output` says why
  int exit_status = -1;  ///< -1: ended by a signal
  int signal = 0;
  bool timed_out = false;
  bool left_processes = false;  ///< something of its process group was still running
  bool multiplied = false;      ///< its process group grew beyond most_processes, and was killed for it
  std::string output;
  double seconds = 0;
  pid_t pid = 0;
  bool good() const { return started && exit_status == 0 && !timed_out; }
};

/// Runs a program in a session of its own and waits for it. Safe to call from several threads.
/// `while_running` is called whenever the report descriptor's other end (`watch`) has something to read.
Ended run(const Command& command, int watch = -1, void (*on_readable)(int fd, void* context) = nullptr,
          void* context = nullptr);

/// Orphans of our children become our children, so that they can be found and killed.
void adopt_orphans();
/// Kills what is left of them. Call it when nothing that run() started is running.
void kill_orphans();
/// Kills every process of an account (from a child that has become that account).
void kill_all_of(const User& user);

}  // namespace yhat::labs
