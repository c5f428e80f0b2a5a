// SPDX-License-Identifier: MIT
// What CTest must call a failure: the tests of this program are expected to fail.
#include <doctest/doctest.h>

TEST_CASE("build: a test case without an assertion fails") {}
