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
