// SPDX-License-Identifier: MIT
#include "run_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

#include "records.h"

namespace yhat::labs {
namespace {

constexpr std::string_view not_implemented = "not implemented: ";
constexpr std::size_t most_records = 500;

// Instrumented code takes longer, and more of the stack.
double slowdown(const RunOptions& options) { return options.address_sanitizer ? 4 : 1; }
double seconds_allowed(const Check& check, const RunOptions& options) {
  return check.seconds * options.time_scale * slowdown(options);
}

std::string fresh_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) nonce += fmt::format("{:08x}", random());
  return nonce;
}

// Reads one packet; false if none was waiting. Of too many, only the end records are kept.
bool receive(int fd, std::vector<Record>& records) {
  std::string packet(1 << 16, '\0');
  const ssize_t n = recv(fd, packet.data(), packet.size(), MSG_DONTWAIT);
  if (n <= 0) return false;
  packet.resize(static_cast<std::size_t>(n));
  if (records.size() < most_records || packet.find("\"k\":\"end\"") != std::string::npos) {
    records.push_back(parse_record(packet));
  }
  return true;
}

/// "checks/softmax.cpp" for a path below the lab's folder.
std::string short_path(const Manifest& m, const std::string& file) {
  const std::string folder = m.folder.string() + "/";
  if (file.starts_with(folder)) return file.substr(folder.size());
  const std::size_t checks = file.rfind("/checks/");
  return checks == std::string::npos ? file : file.substr(checks + 1);
}

std::string filled(std::string text, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string mark = "{" + std::to_string(i) + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + values[i].size())) {
      text.replace(at, mark.size(), values[i]);
    }
  }
  return text;
}

class Judge {
 public:
  Judge(const Manifest& m, const Check& c, const RunOptions& o, const Ended& e, const std::vector<Record>& r,
        const std::string& nonce)
      : m_(m), check_(c), options_(o), ended_(e), records_(r), nonce_(nonce) {}

  CheckResult run() {
    result_.id = check_.id;
    result_.seconds = ended_.seconds;
    collect();
    result_.verdict = verdict();
    if (!result_.passed()) explain();
    return result_;
  }

 private:
  // Notes first, the diagnosis only if there was none: the check knows better.
  void collect() {
    std::vector<std::string> diagnoses;
    for (const Record& r : records_) {
      if (r.kind == "note") {
        const auto message = m_.messages.find(r.id);
        add(result_.ids, r.id);
        add(result_.sentences, message == m_.messages.end() ? r.id : filled(message->second, r.arguments));
      } else if (r.kind == "diagnosis") {
        diagnosis_ids_.push_back(r.id);
        diagnoses.push_back(r.text);
      } else if (r.kind == "show") {
        result_.inputs.push_back(r.name + " = " + r.text);
      } else if (r.kind == "detail") {
        result_.numbers.push_back(r.text);
      } else if (r.kind == "internal") {
        internal_ = r.text;
      } else if (r.kind == "exception" || !r.exception.empty()) {
        exception(r.kind == "exception" ? r.text : r.exception, r.crash);
      }
      if (r.kind == "assert") {
        result_.failures.push_back(fmt::format("{}:{}: {}", short_path(m_, r.file), r.line, r.expression));
        if (!r.values.empty()) result_.numbers.push_back(fmt::format("{} is {}", r.expression, r.values));
      }
    }
    if (result_.sentences.empty()) result_.sentences = diagnoses;
    for (const std::string& id : diagnosis_ids_) add(result_.ids, id);
  }

  static void add(std::vector<std::string>& list, const std::string& what) {
    if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
  }

  void exception(const std::string& text, bool crash) {
    const std::size_t todo = text.find(not_implemented);
    if (todo != std::string::npos && hole_.empty()) {
      const std::string id = text.substr(todo + not_implemented.size());
      hole_ = id.substr(0, id.find_first_of(" \"\n"));
    }
    if (text.find("bad_alloc") != std::string::npos) out_of_memory_ = true;
    if (!crash && exception_.empty()) exception_ = text;
  }

  const Record* only(const char* kind) const {
    const Record* found = nullptr;
    for (const Record& r : records_) {
      if (r.kind != kind) continue;
      if (found != nullptr) return nullptr;
      found = &r;
    }
    return found;
  }
  bool any(const char* kind) const {
    return std::any_of(records_.begin(), records_.end(), [&](const Record& r) { return r.kind == kind; });
  }
  bool ours(const Record& r) const { return r.name == check_.name && r.pid == ended_.pid; }

  // The first that applies.
  Verdict verdict() const {
    if (!ended_.started) return Verdict::internal;
    if (!hole_.empty()) return Verdict::not_implemented;
    if (ended_.multiplied) return Verdict::tampered;
    if (ended_.timed_out) return Verdict::timeout;
    if (out_of_memory_) return Verdict::memory;
    if (ended_.signal != 0) return Verdict::crash;
    if (options_.address_sanitizer && sanitizer_spoke()) return Verdict::crash;
    if (!any("end")) return Verdict::exited_early;
    const Record* start = only("start");
    const Record* end = only("end");
    if (start == nullptr || end == nullptr || !ours(*start) || !ours(*end) || end->nonce != nonce_ ||
        ended_.left_processes) {
      return Verdict::tampered;
    }
    if (end->asserts == 0 && end->flags == 0) return Verdict::no_assertions;
    if (end->failed == 0 && end->flags == 0 && end->ok && ended_.exit_status == 0) return Verdict::passed;
    return internal_.empty() ? Verdict::failed : Verdict::internal;
  }

  void explain() {
    std::string extra;
    switch (result_.verdict) {
      case Verdict::not_implemented: {
        std::string what = hole_;
        for (const Hole& h : m_.holes) {
          if (h.id == hole_) what = h.function + " (" + h.file + ")";
        }
        result_.headline = "Not implemented yet: " + what + ".";
        result_.ids = {hole_};
        result_.sentences.clear();
        result_.inputs.clear();
        result_.failures.clear();
        result_.numbers.clear();
        return;
      }
      case Verdict::timeout:
        result_.headline = fmt::format("Stopped after {:.10g} s.", seconds_allowed(check_, options_));
        extra = check_.on_timeout;
        break;
      case Verdict::memory:
        result_.headline = fmt::format("More than {} MiB of memory.", check_.memory_mib);
        break;
      case Verdict::crash:
        result_.headline = fmt::format("Crashed ({}); build the asan preset to see where.", signal_name());
        extra = check_.on_crash;
        break;
      case Verdict::exited_early:
        result_.headline = "Your code ended the program before the check finished (exit?).";
        break;
      case Verdict::tampered:
        result_.headline = "The report cannot be trusted (fork? a test case with our name?).";
        break;
      case Verdict::no_assertions:
        result_.headline = "Internal: this check asserted nothing. Tell your instructor.";
        break;
      case Verdict::internal:
        result_.headline = "Internal: the check could not decide. Tell your instructor.";
        result_.numbers.push_back(ended_.started ? internal_ : ended_.output);
        break;
      default:
        result_.headline = exception_.empty() ? "Failed." : "Failed: threw " + exception_ + ".";
    }
    if (!extra.empty()) {
      result_.ids.insert(result_.ids.begin(), extra);
      result_.sentences.insert(result_.sentences.begin(), m_.messages.at(extra));
    }
    result_.output = trim(ended_.output.substr(0, 2000));
  }

  // Of undefined behaviour there is only a line with the words "runtime error".
  bool sanitizer_spoke() const {
    return ended_.output.find("Sanitizer") != std::string::npos ||
           ended_.output.find(": runtime error: ") != std::string::npos;
  }

  std::string signal_name() const {
    switch (ended_.signal) {
      case SIGSEGV:
        return "SIGSEGV";
      case SIGABRT:
        return "SIGABRT";
      case SIGFPE:
        return "SIGFPE";
      case SIGBUS:
        return "SIGBUS";
      case SIGILL:
        return "SIGILL";
      case SIGKILL:
        return "SIGKILL";
      case SIGXFSZ:
        return "SIGXFSZ";
      case 0:
        return "sanitizer";
      default:
        return fmt::format("signal {}", ended_.signal);
    }
  }

  const Manifest& m_;
  const Check& check_;
  const RunOptions& options_;
  const Ended& ended_;
  const std::vector<Record>& records_;
  const std::string& nonce_;
  CheckResult result_;
  std::string hole_, exception_, internal_;
  std::vector<std::string> diagnosis_ids_;
  bool out_of_memory_ = false;
};

}  // namespace

const char* name_of(Verdict verdict) {
  static constexpr const char* names[] = {"passed",       "not_implemented", "timeout",       "memory", "crash",
                                          "exited_early", "tampered",        "no_assertions", "failed", "internal",
                                          "not_finished", "not_built",       "requires"};
  return names[static_cast<int>(verdict)];
}

CheckResult run_check(const Manifest& manifest, const Check& check, const RunOptions& options) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error(std::string("socketpair: ") + std::strerror(errno));
  }
  const std::string nonce = fresh_nonce();
  const std::string greeting = "yhat-grade 1 " + nonce;
  (void)!send(ends[0], greeting.data(), greeting.size(), 0);
  std::vector<Record> records;
  const TemporaryFolder scratch("yhat-check");
  if (options.user) (void)!chown(scratch.path().c_str(), options.user->uid, options.user->gid);
  Command command;
  // doctest's own report says what the records say; what is left on stdout is the student's.
  command.arguments = {options.program.string(), "--test-case=" + check.name, "--case-sensitive=true",
                       "--no-colors=true", "--out=/dev/null"};
  command.folder = scratch.path();
  command.seconds = seconds_allowed(check, options);
  command.memory_mib = options.address_sanitizer ? 0 : check.memory_mib;
  command.stack_kib = static_cast<int>(check.stack_kib * slowdown(options));
  command.sandbox = options.sandbox;
  command.clean_environment = true;
  command.file_mib = options.sandbox ? 1 : 0;
  command.user = options.user;
  command.report = ends[1];
  const auto on_readable = [](int fd, void* context) { receive(fd, *static_cast<std::vector<Record>*>(context)); };
  const Ended ended = run(command, ends[0], on_readable, &records);
  close(ends[1]);
  while (receive(ends[0], records)) {
  }
  close(ends[0]);
  return Judge(manifest, check, options, ended, records, nonce).run();
}

std::vector<CheckResult> run_checks(const Manifest& manifest, const std::vector<Check>& checks,
                                    const RunOptions& options, int jobs,
                                    const std::function<void(const CheckResult&)>& done) {
  std::vector<CheckResult> results(checks.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    for (std::size_t i = next++; i < checks.size(); i = next++) {
      try {
        results[i] = run_check(manifest, checks[i], options);
        const std::lock_guard lock(mutex);
        if (done) done(results[i]);
      } catch (...) {
        const std::lock_guard lock(mutex);
        error = std::current_exception();
      }
    }
  };
  std::vector<std::thread> threads;
  for (int t = 1; t < jobs && t < static_cast<int>(checks.size()); ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  if (error) std::rethrow_exception(error);
  return results;
}

}  // namespace yhat::labs
