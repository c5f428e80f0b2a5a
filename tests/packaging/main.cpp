// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <yhat/yhat.h>

int main() {
  fmt::print("yhat {}\n", yhat::version());
  return 0;
}
