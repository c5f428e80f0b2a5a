// SPDX-License-Identifier: MIT
// The main function of every test program, compiled once. A test case that leaves recorded ops behind fails the
// program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <yhat/autograd.h>

#include <cstdio>

#include "listener.h"

namespace {

bool leaked = false;

struct NodesReturn : yhat::test::Listener {
  using Listener::Listener;
  void test_case_start(const doctest::TestCaseData& test) override {
    name = test.m_name;
    before = yhat::live_nodes();
  }
  void test_case_end(const doctest::CurrentTestCaseStats&) override {
    const auto after = yhat::live_nodes();
    if (after == before) return;
    leaked = true;
    std::printf("FAILED: %lld recorded ops alive before '%s', %lld after it\n", static_cast<long long>(before), name,
                static_cast<long long>(after));
  }

  const char* name = "";
  std::int64_t before = 0;
};
REGISTER_LISTENER("nodes return", 1, NodesReturn);

}  // namespace

int main(int argc, char** argv) {
  const int result = doctest::Context(argc, argv).run();
  return result != 0 ? result : leaked;
}
