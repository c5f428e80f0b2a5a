// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/yhat.h>

#include <string>

#include "errors.h"

using namespace yhat;

namespace {

struct Log : Observer {
  void forward(const ForwardEvent& e) override {
    lines.push_back(fmt::format("forward {} {}{}", e.op, e.output.shape(), e.during_backward ? " (backward)" : ""));
    inputs = e.inputs.size();
    for (const Attribute& a : e.attributes) attributes.push_back(fmt::format("{}={}", a.name, a.values[0]));
    path = e.scope ? e.scope->path() : "";
  }
  void vjp(const VjpEvent& e) override { lines.push_back(fmt::format("vjp {} input {}", e.node.op, e.edge.index)); }
  void accumulate(const AccumulateEvent& e) override {
    lines.push_back(fmt::format("{}: {} + {} = {}", e.target.name(), e.before.defined() ? e.before.item() : -1,
                                e.contribution.item(), e.after.item()));
  }
  void release(const ReleaseEvent& e) override { lines.push_back(fmt::format("release {}", e.node.op)); }
  void update(const UpdateEvent& e) override { lines.push_back(fmt::format("update {}", e.rule)); }

  std::vector<std::string> lines, attributes;
  std::size_t inputs = 0;
  std::string path;
};

}  // namespace

TEST_CASE("observer: sees every event of a small run, in order") {
  Tensor x = tensor(2.0).requires_grad_().label("x");
  Log log;
  {
    const Observe watching(log);
    (x * x).backward();
    x.zero_grad();
  }
  x * 2;  // no longer watched
  const std::vector<std::string> expected = {
      "forward mul []", "mul: -1 + 1 = 1",           "forward mul [] (backward)", "vjp mul input 0",
      "x: -1 + 2 = 2",  "forward mul [] (backward)", "vjp mul input 1",           "x: 2 + 2 = 4",
      "release mul",    "update zero_grad",
  };
  CHECK(fmt::format("{}", fmt::join(log.lines, "\n")) == fmt::format("{}", fmt::join(expected, "\n")));
}

TEST_CASE("observer: a second backward shows the old gradient as before") {
  Tensor x = tensor(3.0).requires_grad_().label("x");
  (x * 2).backward();
  Log log;
  const Observe watching(log);
  (x * 5).backward();
  CHECK(log.lines.back() == "x: 2 + 5 = 7");
}

TEST_CASE("observer: inputs, attributes and scope, also under NoGrad") {
  Log log;
  const Observe watching(log);
  const NoGrad off;
  const Scope outer("features");
  const Scope inner("3");
  conv2d(zeros({1, 2, 5, 5}), zeros({4, 1, 3, 3}), {.stride = 2, .groups = 2});
  CHECK(log.lines == std::vector<std::string>{"forward conv2d [1, 4, 2, 2]"});
  CHECK(log.inputs == 3);
  CHECK(log.attributes == std::vector<std::string>{"stride=2", "padding=0", "dilation=1", "groups=2"});
  CHECK(log.path == "features.3");
}

TEST_CASE("observer: may change an output in place") {
  struct AddOne : Observer {
    void forward(const ForwardEvent& e) override { e.output.mutable_data<float>()[0] += 1; }
  };
  AddOne observer;
  const Observe watching(observer);
  CHECK((tensor({2.0}) * 3).at({0}) == 7);
}

TEST_CASE("observer: an inner scope replaces the outer one and restores it after an exception") {
  Log outer, inner;
  const Observe watching(outer);
  try {
    const Observe instead(inner);
    tensor(1) + tensor(1);
    throw 1;
  } catch (int) {
  }
  tensor(1) * tensor(1);
  CHECK(inner.lines == std::vector<std::string>{"forward add []"});
  CHECK(outer.lines == std::vector<std::string>{"forward mul []"});
}

TEST_CASE("error: the path of the open scope stands behind the op") {
  const Scope scope("conv1");
  CHECK(yhat::test::text_of<ShapeError>([] {
          reshape(zeros({2, 3}), {4, 2});
        }) == "reshape (conv1): [2, 3] has 6 elements, [4, 2] has 8 (must be equal)");
  try {
    reshape(zeros({2, 3}), {4, 2});
  } catch (const Error& e) {
    CHECK(e.op() == "reshape");
  }
}
