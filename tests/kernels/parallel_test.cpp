// SPDX-License-Identifier: MIT
#include "core/kernels/parallel.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "compare.h"
#include "core/yhat/error.h"

using namespace kernel_test;

TEST_CASE("parallel_for covers every index once, in blocks that do not depend on the number of threads") {
  const int before = yhat::num_threads();
  for (int threads : {1, 2, 3, 8}) {
    yhat::set_num_threads(threads);
    for (int64_t n : {0, 1, 7, 100, 1000}) {
      for (int64_t grain : {1, 3, 100, 2000}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        std::atomic<bool> blocks_ok{true};
        kernels::parallel_for(n, grain, [&](int64_t begin, int64_t end) {
          if (begin % grain != 0 || (end != n && end - begin != grain) || begin >= end) blocks_ok = false;
          for (int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        CHECK(blocks_ok);
        int wrong = 0;
        for (const auto& v : visits) wrong += v != 1;
        CHECK(wrong == 0);
      }
    }
  }
  yhat::set_num_threads(before);
}

TEST_CASE("an exception leaves parallel_for, and the next one works") {
  const int before = yhat::num_threads();
  for (int threads : {1, 2, 4}) {
    yhat::set_num_threads(threads);
    CHECK_THROWS_WITH_AS(kernels::parallel_for(100, 1,
                                               [](int64_t begin, int64_t) {
                                                 if (begin == 37) throw std::runtime_error("at 37");
                                               }),
                         "at 37", std::runtime_error);
    std::atomic<int> calls{0};
    kernels::parallel_for(10, 1, [&](int64_t, int64_t) { ++calls; });
    CHECK(calls == 10);
  }
  yhat::set_num_threads(before);
}

TEST_CASE("a parallel_for inside a parallel_for runs on the same thread") {
  const int before = yhat::num_threads();
  yhat::set_num_threads(3);
  std::atomic<int> calls{0}, strangers{0};
  kernels::parallel_for(6, 1, [&](int64_t, int64_t) {
    static thread_local int here;
    const int* outer = &here;
    kernels::parallel_for(5, 1, [&](int64_t, int64_t) {
      ++calls;
      if (outer != &here) ++strangers;
    });
  });
  CHECK(calls == 30);
  CHECK(strangers == 0);
  yhat::set_num_threads(before);
}

TEST_CASE("several threads of a program may call kernels at once") {
  const int before = yhat::num_threads();
  yhat::set_num_threads(3);
  std::vector<std::thread> callers;
  std::atomic<int64_t> total{0};
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        kernels::parallel_for(20, 1, [&](int64_t begin, int64_t) { total += begin; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(total == 4 * 200 * 190);
  yhat::set_num_threads(before);
}

TEST_CASE("set_num_threads refuses what is no number of threads") {
  CHECK_THROWS_WITH_AS(yhat::set_num_threads(0), "set_num_threads: 0 threads (at least 1)", yhat::ArgumentError);
  CHECK_THROWS_AS(yhat::set_num_threads(-3), yhat::ArgumentError);
  CHECK(yhat::num_threads() >= 1);
}

TEST_CASE("set_isa refuses what this machine does not have") {
  for (kernels::Isa isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512}) {
    if (!kernels::isa_available(isa)) CHECK_THROWS_AS(kernels::set_isa(isa), yhat::ArgumentError);
  }
  CHECK(kernels::isa_available(kernels::Isa::baseline));
}
