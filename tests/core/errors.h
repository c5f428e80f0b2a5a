// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <string>

namespace yhat::test {

/// The text of the E that f throws; fails the test if it throws something else, or nothing.
template <class E, class F>
std::string text_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& other) {
    FAIL_CHECK("another type of error: " << other.what());
    return "";
  }
  FAIL_CHECK("no error");
  return "";
}

}  // namespace yhat::test
