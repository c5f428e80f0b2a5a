// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <pthread.h>
#include <yhat/yhat.h>

using namespace yhat;

namespace {

// Runs f on a thread whose stack is small, so that a recursion over the graph would overflow it.
void with_small_stack(void (*f)()) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  pthread_t thread;
  const auto body = [](void* function) -> void* {
    reinterpret_cast<void (*)()>(function)();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, body, reinterpret_cast<void*>(f)) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

constexpr int depth = 1'000'000;

}  // namespace

TEST_CASE("promise c, deep graph 7: a chain of 1,000,000 ops is built, walked and freed on a small stack") {
  const std::int64_t before = live_nodes();
  with_small_stack([] {
    const Tensor x = tensor(1.0, Dtype::f64).requires_grad_();
    Tensor y = x;
    for (int i = 0; i < depth; ++i) y = y + 1;
    y.backward();
    CHECK(x.grad().item() == 1);
    CHECK(y.item() == depth + 1);
  });
  CHECK(live_nodes() == before);
}

TEST_CASE("promise c, deep graph 8: a chain held together by captured tensors is freed without backward") {
  const std::int64_t before = live_nodes();
  with_small_stack([] {
    const Tensor x = tensor(1.0, Dtype::f64).requires_grad_();
    Tensor y = x;
    for (int i = 0; i < depth / 4; ++i) y = y * y;
  });
  CHECK(live_nodes() == before);
}

TEST_CASE("deep graph: a chain is freed after an exception") {
  const std::int64_t before = live_nodes();
  with_small_stack([] {
    try {
      Tensor y = tensor(1.0, Dtype::f64).requires_grad_();
      for (int i = 0; i < depth / 4; ++i) y = y + 1;
      y = y + zeros({2, 0});
    } catch (const Error&) {
    }
  });
  CHECK(live_nodes() == before);
}
