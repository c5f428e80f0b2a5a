// SPDX-License-Identifier: MIT
// A program of a user: calls the library, prints what it returns, catches what it throws.
#include <fmt/core.h>
#include <yhat/yhat.h>

int main() {
  fmt::print("yhat {}\n", yhat::version());
  yhat::Tensor x = yhat::tensor({3}).requires_grad_();
  yhat::sum(x * x).backward();
  fmt::print("dy/dx = {}\n", x.grad());
  try {
    yhat::matmul(yhat::ones({1, 2}), yhat::ones({3, 1}));
  } catch (const yhat::ShapeError& e) {
    fmt::print("{}\n", e.what());
  }
}
