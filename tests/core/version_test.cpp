// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <string>

TEST_CASE("the library and the headers have the same version") { CHECK(std::string(yhat::version()) == YHAT_VERSION); }
