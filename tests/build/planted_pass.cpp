// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

TEST_CASE("build: a test case with an assertion passes") { CHECK(1 + 1 == 2); }
