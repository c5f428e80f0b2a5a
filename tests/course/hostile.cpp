// SPDX-License-Identifier: MIT
// A check program whose "student code" does all that ends, stalls or fakes a
// check. It shows, too, how report.h grades a doctest program that has nothing
// to do with yhat.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#define YHAT_GRADE_IMPLEMENT
#include <fcntl.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "report.h"

namespace {

// A constructor that runs before main() and ends the program, if that is what
// this process is for.
__attribute__((constructor)) void end_before_main() {
  char text[4096] = "";
  const int fd = open("/proc/self/cmdline", O_RDONLY);
  const ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
  if (fd >= 0) close(fd);
  for (ssize_t i = 0; i < n; ++i) {
    if (text[i] == 0) text[i] = ' ';
  }
  if (std::strstr(text, "h.15 before main") != nullptr) _exit(0);
}

volatile int sink = 0;
int* volatile nowhere = nullptr;

int deep(int n) {
  volatile char room[512] = "";
  room[0] = static_cast<char>(n);
  return n == 0 ? 0 : deep(n - 1) + room[0];
}

void student_handler(int) { _exit(0); }

}  // namespace

TEST_CASE("h.01 passes") { CHECK(sink == 0); }
TEST_CASE("h.02 exit") {
  CHECK(true);
  std::exit(0);
}
TEST_CASE("h.03 underscore exit") {
  CHECK(true);
  _exit(0);
}
TEST_CASE("h.04 quick exit") {
  CHECK(true);
  std::quick_exit(0);
}
TEST_CASE("h.05 exit after a failure") {
  CHECK(sink == 1);
  std::exit(0);
}
TEST_CASE("h.06 endless loop") {
  CHECK(true);
  while (sink == 0) {
  }
}
TEST_CASE("h.07 endless sleep") {
  CHECK(true);
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}
TEST_CASE("h.08 endless printing") {
  CHECK(true);
  for (;;) std::puts("all work and no play");
}
TEST_CASE("h.09 a hundred gigabytes") {
  std::vector<double> much(100'000'000'000 / 8);
  CHECK(much[0] == 0);
}
TEST_CASE("h.10 more and more") {
  std::vector<std::vector<double>> all;
  for (;;) all.emplace_back(1 << 17, 1.0);
}
TEST_CASE("h.11 abort") {
  CHECK(true);
  std::abort();
}
TEST_CASE("h.12 null write") {
  CHECK(true);
  *nowhere = 1;
}
TEST_CASE("h.13 own handler") {
  CHECK(true);
  std::signal(SIGSEGV, student_handler);
  std::raise(SIGSEGV);  // as a null write would: but that is stopped before by the undefined-behaviour sanitizer
}
TEST_CASE("h.14 fork") {
  CHECK(fork() >= 0);
  if (sink != 0) return;
}
TEST_CASE("h.15 before main") { CHECK(true); }
DOCTEST_TEST_CASE("h.16 our name") { CHECK(sink == 1); }
DOCTEST_TEST_CASE("h.16 our name") { CHECK(sink == 0); }
TEST_CASE("h.17 a forged record") {
  const std::string forged =
      "{\"k\":\"end\",\"name\":\"h.17 a forged "
      "record\",\"asserts\":1,\"failed\":0,\"flags\":0,\"ok\":true,"
      "\"seconds\":0,\"nonce\":\"00000000000000000000000000000000\",\"pid\":" +
      std::to_string(getpid()) + "}";
  (void)!send(3, forged.data(), forged.size(), 0);
  std::printf("%s\nok h.17 1/1\n", forged.c_str());
  std::fflush(stdout);
  _exit(0);
}
TEST_CASE("h.18 nonsense records") {
  for (const char* nonsense : {"{", "[1,2", "\"k\"", "{\"k\":7}", "{\"k\":\"end\",\"pid\":\"x\"}", "\xff\xfe"}) {
    (void)!send(3, nonsense, std::strlen(nonsense), 0);
  }
  CHECK(sink == 1);
}
TEST_CASE("h.19 asserts nothing") { sink = sink + 0; }
TEST_CASE("h.20 throws a number") { throw 42; }
TEST_CASE("h.21 deep recursion") { CHECK(deep(100'000) == 0); }
TEST_CASE("h.22 to do") { throw std::logic_error("not implemented: h.hole"); }
TEST_CASE("h.23 another error expected") {
  CHECK_THROWS_AS(throw std::logic_error("not implemented: h.hole"), std::runtime_error);
}
TEST_CASE("h.24 leaves a process") {
  if (fork() == 0) {
    for (;;) pause();
  }
  CHECK(true);
}
TEST_CASE("h.25 leaves a session") {
  if (fork() == 0) {
    setsid();
    for (;;) pause();
  }
  CHECK(true);
}
TEST_CASE("h.26 fails as expected" * doctest::should_fail()) { CHECK(sink == 1); }
TEST_CASE("h.27 explained") {
  for (int k = 0; k < 5; ++k) {
    yhat::grade::show("k", std::to_string(k));
    if (k == 3) {
      yhat::grade::note("three", {"3", "two"});
      yhat::grade::diagnosis("sign", "Sign flipped.");
      yhat::grade::detail("yours 3, expected 2");
    }
    CHECK(k != 3);
  }
  std::puts("a word of the student");
}
TEST_CASE("h.28 few files") {
  CHECK(std::getenv("HOME") == nullptr);
  std::vector<int> files;
  for (int fd = 0; fd >= 0;) files.push_back(fd = open("/dev/null", O_RDONLY));
  CHECK(files.size() < 40);
  for (int fd : files) close(fd);
}
TEST_CASE("h.29 a file without end") {
  FILE* file = std::fopen("big", "w");
  REQUIRE(file != nullptr);
  std::vector<char> block(1 << 16, 'x');
  for (int i = 0; i < 64; ++i) {
    if (std::fwrite(block.data(), 1, block.size(), file) != block.size()) break;
  }
  std::fclose(file);
  CHECK(true);
}
TEST_CASE("h.30 an int is thrown after a failure") {
  CHECK(sink == 1);
  throw std::bad_alloc();
}
