// SPDX-License-Identifier: MIT
#include "parallel.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>

#ifdef YHAT_HAVE_THREADS
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#endif

#include "../yhat/error.h"

namespace yhat {
namespace {

using Body = void (*)(void*, std::int64_t, std::int64_t);

#ifdef YHAT_HAVE_THREADS

thread_local bool inside = false;  // this thread is running a block

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}
constexpr int spins = 2000;  // some tens of microseconds: kernels of one training step follow each other faster

// One call of run_blocks. Whoever works on it takes the next block until there is none.
struct Job {
  Body body = nullptr;
  void* context = nullptr;
  std::int64_t n = 0, grain = 1;
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;

  void work() {
    inside = true;
    try {
      for (std::int64_t begin; (begin = next.fetch_add(grain, std::memory_order_relaxed)) < n;) {
        if (!failed.load(std::memory_order_relaxed)) body(context, begin, n - begin < grain ? n : begin + grain);
      }
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
    inside = false;
  }
};

// Fork and join, with a caller that never waits for a helper that has not started: it works on the blocks itself, and
// when none is left it closes the job and waits for those helpers only that are in the middle of a block. So a helper
// that the system has put aside costs nothing. (A barrier of all threads, as in OpenMP's loops, can cost a time slice
// whenever another process wants a processor.)
class Pool {
 public:
  void run(Body body, void* context, std::int64_t n, std::int64_t grain, int helpers) {
    const std::unique_lock<std::mutex> only(busy_, std::try_to_lock);
    if (!only.owns_lock()) {  // another thread of the program has the helpers
      for (std::int64_t begin = 0; begin < n; begin += grain)
        body(context, begin, n - begin < grain ? n : begin + grain);
      return;
    }
    hire(helpers);
    job_.body = body;
    job_.context = context;
    job_.n = n;
    job_.grain = grain;
    job_.next.store(0, std::memory_order_relaxed);
    job_.failed.store(false, std::memory_order_relaxed);
    seats_.store(static_cast<std::uint32_t>(helpers) * free_seat, std::memory_order_release);
    jobs_.fetch_add(1, std::memory_order_seq_cst);
    jobs_.notify_all();

    job_.work();

    std::uint32_t seats = seats_.fetch_and(free_seat - 1, std::memory_order_acq_rel) & (free_seat - 1);  // close
    for (int i = 0; seats != 0; ++i, seats = seats_.load(std::memory_order_acquire)) {
      if (i < spins)
        pause();
      else
        seats_.wait(seats, std::memory_order_acquire);
    }
    if (std::exception_ptr error = std::exchange(job_.error, nullptr)) std::rethrow_exception(error);
  }

 private:
  void hire(int helpers) {
    try {
      for (; hired_ < helpers; ++hired_) std::thread([this] { help(); }).detach();
    } catch (const std::system_error&) {  // no more threads to be had: the caller does their work
    }
  }

  [[noreturn]] void help() {
    for (int idle = 0;; ++idle) {
      const std::uint32_t jobs = jobs_.load(std::memory_order_seq_cst);
      if (sit()) {
        job_.work();
        seats_.fetch_sub(1, std::memory_order_acq_rel);
        seats_.notify_one();
        idle = 0;
      } else if (idle < spins) {
        pause();
      } else {
        jobs_.wait(jobs);
        idle = 0;
      }
    }
  }

  bool sit() {
    std::uint32_t seats = seats_.load(std::memory_order_acquire);
    while (seats >= free_seat) {
      if (seats_.compare_exchange_weak(seats, seats - free_seat + 1, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

  static constexpr std::uint32_t free_seat = 1U << 16;
  std::mutex busy_;
  Job job_;
  std::atomic<std::uint32_t> seats_{0};  // of the open job: free_seat x free seats + helpers at work
  std::atomic<std::uint32_t> jobs_{0};   // counts jobs; idle helpers sleep on it
  int hired_ = 0;
};

Pool& pool() {
  static Pool& pool = *new Pool;  // never destroyed: its threads are detached and end with the process
  return pool;
}

constexpr int most_threads = 1024;

int default_threads() {
  if (const char* wanted = std::getenv("OMP_NUM_THREADS")) {
    const long n = std::strtol(wanted, nullptr, 10);
    if (n >= 1 && n <= most_threads) return static_cast<int>(n);
  }
  const unsigned processors = std::thread::hardware_concurrency();
  return processors > 1 ? static_cast<int>(processors) : 1;
}

std::atomic<int>& threads() {
  static std::atomic<int> threads{default_threads()};
  return threads;
}

#endif

}  // namespace

void run_blocks(std::int64_t n, std::int64_t grain, Body body, void* context) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  [[maybe_unused]] const std::int64_t blocks = (n - 1) / grain + 1;
#ifdef YHAT_HAVE_THREADS
  if (blocks > 1 && !inside && num_threads() > 1) {
    const int helpers = static_cast<int>(blocks < num_threads() ? blocks : num_threads()) - 1;
    pool().run(body, context, n, grain, helpers);
    return;
  }
#endif
  for (std::int64_t begin = 0; begin < n; begin += grain) body(context, begin, n - begin < grain ? n : begin + grain);
}

int num_threads() {
#ifdef YHAT_HAVE_THREADS
  return threads().load(std::memory_order_relaxed);
#else
  return 1;
#endif
}

void set_num_threads(int n) {
  if (n < 1) throw ArgumentError("set_num_threads", fmt::format("{} threads (at least 1)", n));
#ifdef YHAT_HAVE_THREADS
  threads().store(n < most_threads ? n : most_threads, std::memory_order_relaxed);
#endif
}

}  // namespace yhat
