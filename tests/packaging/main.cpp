// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <yhat/yhat.h>

using namespace yhat;

int main() {
  Tensor z = tensor({{2, 1, 0.1}}).requires_grad_();  // logits (1,3)
  Tensor y = one_hot({2}, 3);                         // the true class is the last
  Tensor yhat = softmax(z, 1);

  Tensor cross_entropy = -sum(y * log_softmax(z, 1));
  Tensor squared_error = 0.5 * sum((yhat - y) * (yhat - y));

  fmt::print("yhat - y               {}\n", (yhat - y).detach());
  fmt::print("d(cross-entropy) / dz  {}\n", grad(cross_entropy, {z})[0]);
  fmt::print("d(squared error) / dz  {}\n", grad(squared_error, {z})[0]);

  Tensor w = zeros({4, 2}).requires_grad_().label("w");
  try {
    matmul(z, w);
  } catch (const Error& e) {
    fmt::print("{}\n", e.what());
  }
}
