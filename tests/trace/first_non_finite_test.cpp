// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>
#include <limits>
#include <string>

using namespace yhat;

namespace {

template <class F>
FirstNonFinite watch(F computation) {
  FirstNonFinite finder;
  Observe scope(finder);
  computation();
  return finder;
}

}  // namespace

TEST_CASE("the first infinity of a forward pass is named with its module, index and op") {
  const FirstNonFinite finder = watch([] {
    const Tensor x = tensor({{1, 2, 3}, {4, 0, 6}}).requires_grad_(true);
    Scope model("net");
    Scope layer("fc1");
    const Tensor y = log(x * 2);  // -inf at [1, 1]
    exp(y * y * 1e30);            // later ones do not matter
  });
  REQUIRE(finder.found());
  CHECK(finder.what() == "forward of net.fc1 at [1, 1] (log, -inf)");
  CHECK(finder.stage() == "forward");
  CHECK(finder.op() == "log");
  CHECK(finder.path() == "net.fc1");
  CHECK(finder.index() == std::vector<std::int64_t>{1, 1});
}

TEST_CASE("a gradient that is not finite behind finite values is found in backward, with the module of its op") {
  const FirstNonFinite finder = watch([] {
    const Tensor x = tensor({4, 0, 1}).requires_grad_(true);
    Tensor y;
    {
      Scope layer("root");
      y = sqrt(x);
    }
    sum(y * 3).backward();
  });
  REQUIRE(finder.found());
  CHECK(finder.what() == "backward of root at [1] (sqrt, inf)");
}

TEST_CASE("a parameter that is not finite is told from an op that made it so") {
  const FirstNonFinite finder = watch([] {
    const Tensor w = tensor({1, std::numeric_limits<double>::quiet_NaN()}).requires_grad_(true).label("weight");
    Scope layer("fc2");
    sum(w * 2).backward();
  });
  REQUIRE(finder.found());
  CHECK(finder.what() == "input of fc2 at [1] (weight, nan)");
}

TEST_CASE("nothing is found where all is finite") {
  const FirstNonFinite finder = watch([] {
    const Tensor x = tensor({1, 2}).requires_grad_(true);
    sum(exp(x)).backward();
  });
  CHECK_FALSE(finder.found());
  CHECK(finder.what() == "all values and gradients are finite");
  CHECK(all_finite(tensor({1, 2})));
  CHECK_FALSE(all_finite(tensor({1, std::numeric_limits<double>::infinity()}, Dtype::f64)));
}

namespace {

template <class F>
std::string anomaly(F computation) {
  try {
    const AnomalyMode watch;
    computation();
  } catch (const NumericError& e) {
    return e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("anomaly mode: an error in forward names op, place, what it was computed from, and the module") {
  const Tensor x = tensor({{1, 2, 3, 4}, {5, 6, 7, 8}}, Dtype::f64).requires_grad_();
  CHECK(anomaly([&] {
          const Tensor y = x * 2 + 1;
          log(y - 10);
        }) == "log: first NaN in forward at [0, 0] from input -7 (op 4)");
  CHECK(anomaly([&] {
          const Scope layer("fc1");
          x / tensor({1, 1, 0, 1}, Dtype::f64);
        }) == "div (fc1): first Inf in forward at [0, 2] from inputs 3, 0 (op 1)");
  CHECK(anomaly([&] {
          matmul(x, full({4, 1}, 1e308, Dtype::f64));
        }) == "matmul: first Inf in forward at [0, 0] (op 1)");
  CHECK(current_observer() == nullptr);
}

TEST_CASE("anomaly mode: an error in backward names the op, its input and its module, and stores no gradient") {
  const Tensor x = tensor({4, 0, 1}, Dtype::f64).requires_grad_().label("x");
  CHECK(anomaly([&] {
          Tensor y;
          {
            const Scope layer("root");
            y = sqrt(x);
          }
          sum(y * 3).backward();
        }) == "sqrt: first Inf in the gradient of input 0 at [1] from incoming 3 (op 1, root)");
  CHECK_FALSE(x.has_grad());
  const Tensor w = tensor(0.0, Dtype::f64).requires_grad_().label("w");
  CHECK(anomaly([&] { (w * 1.5e308 + w * 1.5e308).backward(); }) == "w: first Inf in the sum of gradients at []");
  CHECK(anomaly([&] { sum(x + 1).backward(); }) == "nothing");
  CHECK(x.grad().to_vector() == std::vector<double>(3, 1.0));
}

TEST_CASE("anomaly mode: what came in is not the op's fault, and a mask of -inf is meant") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor z = tensor({1, 2, 3}, Dtype::f64).requires_grad_();
  const Tensor mask = from_values({0, -inf, 0}, {3}, Dtype::f64);
  CHECK(anomaly([&] { sum(log_softmax(z + mask, 0) * tensor({1, 0, 1}, Dtype::f64)); }).find("mul: first NaN") == 0);
  CHECK(anomaly([&] { sum(softmax(z + mask, 0) * z).backward(); }) == "nothing");
  CHECK(anomaly([&] { (z + mask) - mask; }) == "sub: first NaN in forward at [1] from inputs -inf, -inf (op 2)");
  const Tensor w = from_values({1, inf}, {2}, Dtype::f64).requires_grad_().label("weight");
  CHECK(anomaly([&] { w * 2; }) == "weight: first Inf in input 0 at [1] (op 1)");
  const Tensor data = from_values({1, std::nan("")}, {2}, Dtype::f64);
  CHECK(anomaly([&] { data * 2; }) == "input 0 of mul: first NaN in input 0 at [1] (op 1)");
}
