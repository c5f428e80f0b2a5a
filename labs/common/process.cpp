// SPDX-License-Identifier: MIT
#include "process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace yhat::labs {
namespace {

using Clock = std::chrono::steady_clock;

void limit(int what, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(static_cast<__rlimit_resource>(what), &both);
}

// What the child does between fork and exec: system calls only, the other threads are gone.
struct Child {
  const Command& c;
  std::vector<char*> argv, environment;
  int output, null, error;
  pid_t parent;

  [[noreturn]] void become() const {
    setsid();
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
#endif
    dup2(c.input >= 0 ? c.input : null, 0);
    dup2(output, 1);
    dup2(output, 2);
    if (c.report == 3) fcntl(3, F_SETFD, 0);
    if (c.report >= 0 && c.report != 3) dup2(c.report, 3);
#if defined(__linux__) && defined(SYS_close_range)
    syscall(SYS_close_range, c.report >= 0 ? 4u : 3u, ~0u, 4u);  // 4: close on exec, since errors must still be told
#endif
    if (!c.folder.empty() && chdir(c.folder.c_str()) != 0) fail("chdir");
    limits();
    if (c.sandbox) isolate();
    if (c.user) {
      if (setgroups(0, nullptr) != 0 || setgid(c.user->gid) != 0 || setuid(c.user->uid) != 0) fail("setuid");
    }
#ifdef __linux__
    if (c.sandbox) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
    for (int signal : {SIGPIPE, SIGINT, SIGTERM, SIGXCPU, SIGXFSZ}) std::signal(signal, SIG_DFL);
    execve(argv[0], argv.data(), c.clean_environment ? environment.data() : environ);
    fail("exec");
  }

  void limits() const {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, static_cast<rlim_t>(c.seconds) + 2);
    if (c.memory_mib > 0) limit(RLIMIT_AS, static_cast<rlim_t>(c.memory_mib) << 20);
    if (c.stack_kib > 0) limit(RLIMIT_STACK, static_cast<rlim_t>(c.stack_kib) << 10);
    if (c.file_mib > 0) limit(RLIMIT_FSIZE, static_cast<rlim_t>(c.file_mib) << 20);
    if (c.sandbox) limit(RLIMIT_NOFILE, 32);
    if (c.sandbox && c.user) limit(RLIMIT_NPROC, 32);  // it counts all processes of an account, so only for this one
  }

  void isolate() const {
#ifdef __linux__
    if (geteuid() == 0) {
      (void)unshare(CLONE_NEWNET);
    } else {
      (void)unshare(CLONE_NEWUSER | CLONE_NEWNET);
    }
#endif
  }

  [[noreturn]] void fail(const char* what) const {
    const int code = errno;
    (void)!write(error, what, std::strlen(what));
    (void)!write(error, ": ", 2);
    const char* text = std::strerror(code);
    (void)!write(error, text, std::strlen(text));
    _exit(127);
  }
};

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

void pipe_of(int (&ends)[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
}

// Reads what is there; false at the end of the stream.
bool drain(int fd, std::string& into, std::size_t most) {
  char buffer[8192];
  const ssize_t n = read(fd, buffer, sizeof buffer);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  if (n > 0 && into.size() < most) into.append(buffer, std::min(static_cast<std::size_t>(n), most - into.size()));
  return n > 0;
}

struct Process {
  pid_t pid, parent, group;
};

// All of this machine; none where the system does not list them in /proc.
std::vector<Process> processes() {
  std::vector<Process> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/proc", none)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string stat;
    try {
      stat = read_file(entry.path() / "stat");
    } catch (const std::runtime_error&) {
      continue;  // it has ended
    }
    const std::size_t behind_name = stat.rfind(')');
    Process p{std::atoi(name.c_str()), 0, 0};
    char state = 0;
    if (behind_name == std::string::npos) continue;
    if (std::sscanf(stat.c_str() + behind_name + 1, " %c %d %d", &state, &p.parent, &p.group) == 3) found.push_back(p);
  }
  return found;
}

std::size_t size_of_group(pid_t group) {
  const std::vector<Process> all = processes();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Process& p) { return p.group == group; }));
}

}  // namespace

User find_user(const std::string& name) {
  const passwd* entry = getpwnam(name.c_str());
  if (entry == nullptr) throw std::runtime_error("no account \"" + name + "\"");
  return {entry->pw_uid, entry->pw_gid};
}

Ended run(const Command& command, int watch, void (*on_readable)(int, void*), void* context) {
  int out[2], err[2];
  pipe_of(out);
  Fd out_read(out[0]), out_write(out[1]);
  pipe_of(err);
  Fd err_read(err[0]), err_write(err[1]);
  Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  Child child{command, {}, {}, out[1], null.get(), err[1], getpid()};
  std::vector<std::string> arguments = command.arguments;
  for (std::string& a : arguments) child.argv.push_back(a.data());
  child.argv.push_back(nullptr);
  std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "OMP_NUM_THREADS=1"};
  for (std::string& e : environment) child.environment.push_back(e.data());
  child.environment.push_back(nullptr);

  Ended ended;
  const auto begin = Clock::now();
  const auto since = [begin] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) child.become();
  ended.pid = pid;
  out_write.close();
  err_write.close();

  // The pipe may outlive the child (something it started holds it), so the child is asked for, not the pipe's end.
  bool open_pipe = true;
  int status = 0;
  bool alive = true;
  const std::size_t most = command.output_kib << 10;
  double counted = 0;  // when processes were, in seconds since the start
  while (alive) {
    pollfd fds[2] = {{open_pipe ? out_read.get() : -1, POLLIN, 0}, {watch, POLLIN, 0}};
    const bool soon = since() < 0.05;
    poll(fds, 2, soon ? 1 : 10);
    if (open_pipe && fds[0].revents != 0) open_pipe = drain(out_read.get(), ended.output, most);
    if (watch >= 0 && fds[1].revents != 0) {
      if ((fds[1].revents & POLLIN) != 0)
        on_readable(watch, context);
      else
        watch = -1;
    }
    alive = waitpid(pid, &status, WNOHANG) == 0;
    ended.timed_out = alive && since() > command.seconds;
    if (alive && command.sandbox && since() > counted + 0.1) {
      ended.multiplied = size_of_group(pid) > most_processes;
      counted = since();
    }
    if (ended.timed_out || ended.multiplied) {
      kill(-pid, SIGKILL);
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      alive = false;
    }
  }
  ended.seconds = since();
  ended.left_processes = kill(-pid, SIGKILL) == 0;
  while (waitpid(-pid, nullptr, WNOHANG) > 0) {
  }
  // What is in the pipe by now; a descendant that holds it cannot make us wait.
  for (pollfd fd{out_read.get(), POLLIN, 0}; open_pipe && poll(&fd, 1, 0) > 0;) {
    open_pipe = drain(out_read.get(), ended.output, most) && ended.output.size() < most;
  }
  std::string error;
  while (drain(err_read.get(), error, 1024)) {
  }
  if (WIFSIGNALED(status)) {
    ended.signal = WTERMSIG(status);
    ended.timed_out = ended.timed_out || ended.signal == SIGXCPU;
  } else {
    ended.exit_status = WEXITSTATUS(status);
  }
  if (!error.empty()) {
    ended.started = false;
    ended.output = command.arguments[0] + ": " + error;
  }
  return ended;
}

void adopt_orphans() {
#ifdef __linux__
  prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
}

void kill_orphans() {
  const pid_t me = getpid();
  for (int round = 0; round < 20; ++round) {
    bool found = false;
    for (const Process& p : processes()) {
      if (p.parent != me) continue;
      found = true;
      kill(p.pid, SIGKILL);
      waitpid(p.pid, nullptr, 0);  // its own children become ours now, and are found in the next round
    }
    if (!found) return;
  }
}

void kill_all_of(const User& user) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (user.uid == 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0) _exit(1);
    kill(-1, SIGKILL);
    _exit(0);
  }
  if (pid > 0) waitpid(pid, nullptr, 0);
}

}  // namespace yhat::labs
