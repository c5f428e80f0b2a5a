// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/autograd.h>
#include <yhat/error.h>
#include <yhat/ops.h>
#include <yhat/recorder.h>
#include <yhat/scope.h>

#include <cstring>
#include <string>

#include "invariants.h"

using namespace yhat;

namespace {

const TraceEvent& last_of(const Trace& trace, const std::string& tensor) {
  const TraceEvent* found = nullptr;
  for (const TraceEvent& e : trace.events) {
    if (e.kind == EventKind::backward && trace.tensors[static_cast<std::size_t>(e.tensor)].name == tensor) found = &e;
  }
  REQUIRE(found);
  return *found;
}

bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

Tensor leaf(const Nested& values, const char* label, Dtype dtype = Dtype::f64) {
  return tensor(values, dtype).requires_grad_(true).label(label);
}

std::string refusal(const Recorder& recorder) {
  try {
    recorder.trace();
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("recorder: each leaf's last gradient is the engine's, bit for bit, in both dtypes") {
  for (Dtype dtype : {Dtype::f32, Dtype::f64}) {
    CAPTURE(dtype);
    const Tensor x = leaf({{0.3, -1.2, 0.7}, {2.1, 0.4, -0.6}}, "x", dtype);
    const Tensor w = leaf({{0.5, 0.1, -0.2}, {0.9, -0.8, 0.3}}, "w", dtype);
    const Tensor b = leaf({0.1, -0.3}, "b", dtype);
    Recorder recorder;
    {
      const Observe on(recorder);
      const Tensor h = tanh(linear(x, w, b));
      sum(h * h + exp(h) * b).backward();
    }
    const Trace& trace = recorder.trace();
    yhat::test::check_invariants(trace);
    CHECK(same_bits(last_of(trace, "x").after, x.grad().to_vector()));
    CHECK(same_bits(last_of(trace, "w").after, w.grad().to_vector()));
    CHECK(same_bits(last_of(trace, "b").after, b.grad().to_vector()));
    CHECK(last_of(trace, "b").parts == 2);
    CHECK(trace.dtype == (dtype == Dtype::f32 ? "f32" : "f64"));
  }
}

TEST_CASE("recorder: a contribution that was summed over broadcast axes says so") {
  const Tensor x = leaf({{1, 2, 3}, {4, 5, 6}}, "x");
  const Tensor b = leaf({1, 1, 1}, "b");
  Recorder recorder;
  {
    const Observe on(recorder);
    sum((x + b) * x).backward();
  }
  const TraceEvent& e = last_of(recorder.trace(), "b");
  REQUIRE(e.raw);
  CHECK(e.raw->size() == 6);
  CHECK(e.summed_axes == std::vector<int>{0});
  CHECK(e.contribution == Numbers{5, 7, 9});
}

TEST_CASE("recorder: an op of one's own is shown with its probed Jacobian") {
  const auto swap = [](const Tensor& x) {
    return record("my_swap", from_values({x.at({1}), x.at({0})}, {2}, Dtype::f64), edge(x, [](const Tensor& g) {
                    return concat({slice(g, 0, 1, 2), slice(g, 0, 0, 1)});
                  }));
  };
  const Tensor x = leaf({3, 4}, "x");
  Recorder recorder;
  {
    const Observe on(recorder);
    sum(swap(x) * tensor({10, 100}, Dtype::f64)).backward();
  }
  const TraceEvent& e = last_of(recorder.trace(), "x");
  CHECK(e.local.kind == LocalDerivative::Kind::jacobian);
  CHECK(e.local.data == Numbers{0, 1, 1, 0});
  CHECK(e.after == Numbers{100, 10});
  CHECK(e.released);
}

TEST_CASE("recorder: names given after the op, and names that are missing or taken") {
  const Tensor x = leaf(2.0, "x");
  Recorder recorder;
  {
    const Observe on(recorder);
    const Tensor a = exp(x).label("a");
    const Tensor b = exp(a);
    const Tensor c = exp(b) * a;
    c.backward();
  }
  const Trace& trace = recorder.trace();
  std::vector<std::string> names;
  for (const TraceTensor& t : trace.tensors) names.push_back(t.name);
  CHECK(names == std::vector<std::string>{"x", "a", "exp", "exp_2", "mul"});
  CHECK(live_nodes() == 0);  // the recording keeps no graph
}

TEST_CASE("recorder: ops in an innermost scope are one box with steps inside") {
  const Tensor x = leaf({1, 2}, "x");
  Recorder recorder;
  {
    const Observe on(recorder);
    Tensor y;
    {
      const Scope scope("twice_exp");
      y = exp(exp(x) * 0.1);
    }
    sum(y).backward();
  }
  const Trace& trace = recorder.trace();
  REQUIRE(trace.ops.size() == 2);
  CHECK(trace.ops[0].name == "twice_exp");
  CHECK(trace.ops[0].inner == std::vector<std::string>{"exp", "mul", "exp"});
  yhat::test::check_invariants(trace);
  CHECK(last_of(trace, "x").micro.size() == 3);
  CHECK(same_bits(last_of(trace, "x").after, x.grad().to_vector()));

  Recorder plain({.group_modules = false});
  {
    const Observe on(plain);
    const Scope scope("twice_exp");
    exp(exp(x) * 0.1);
  }
  CHECK(plain.trace().ops.size() == 3);
}

TEST_CASE("recorder: a second backward adds to the stored gradient, by one contribution or by several") {
  const Tensor w = leaf(1.0, "w");
  const Tensor c = tensor(3.0, Dtype::f64).label("c");
  for (int uses : {1, 2}) {
    CAPTURE(uses);
    Recorder recorder;
    for (int pass = 0; pass < 2; ++pass) {
      const Observe on(recorder);
      (uses == 1 ? w * c : w * w).backward();
    }
    const Trace& trace = recorder.trace();
    yhat::test::check_invariants(trace);
    const TraceEvent& last = trace.events.back();
    CHECK(last.kind == (uses == 1 ? EventKind::backward : EventKind::stored));
    CHECK(last.after == w.grad().to_vector());
    CHECK(trace.ops.size() == 1);  // the second pass uses the boxes of the first
    Tensor(w).zero_grad();
  }
}

TEST_CASE("recorder: an inner observer replaces it and is put back, also by an exception") {
  Recorder outer;
  Recorder inner;
  const Tensor x = leaf(1.0, "x");
  {
    const Observe on(outer);
    exp(x);
    try {
      const Observe other(inner);
      exp(x);
      exp(x);
      throw 1;
    } catch (int) {
    }
    exp(x);
  }
  CHECK(outer.trace().ops.size() == 2);
  CHECK(inner.trace().ops.size() == 2);
}

TEST_CASE("recorder: gradients of gradients are marked as ops of the backward pass") {
  const Tensor x = leaf(2.0, "x");
  Recorder recorder;
  {
    const Observe on(recorder);
    const Tensor y = x * x * x;
    const Tensor first = grad(y, {x}, {.create_graph = true})[0];
    const Tensor second = grad(first, {x})[0];
    CHECK(second.item() == 12);
  }
  bool marked = false;
  for (const TraceOp& op : recorder.trace().ops) marked = marked || op.during_backward;
  CHECK(marked);
  CHECK(last_of(recorder.trace(), "x").after == Numbers{12});
}

TEST_CASE("recorder: 1,000 events and 200 boxes pass, one more is refused when the trace is asked for") {
  const auto boxes = [](int n) {
    Recorder recorder;
    const Observe on(recorder);
    Tensor x = leaf(1.0, "x");
    for (int i = 1; i < n; ++i) x = x * 1.0;
    return refusal(recorder);
  };
  CHECK(boxes(200) == "");
  CHECK(boxes(201) == "trace: 201 boxes (at most 200); record at module level or use a smaller input");
  const auto events = [](int extra) {  // 1 value; each pass 1 op, 1 seed, 1 contribution
    Recorder recorder;
    const Observe on(recorder);
    const Tensor x = leaf(1.0, "x");
    for (int i = 0; i < 333; ++i) (x * 2.0).backward();
    for (int i = 0; i < extra; ++i) x * 2.0;
    return refusal(recorder);
  };
  CHECK(events(0) == "");
  CHECK(events(1) == "trace: 1001 events (at most 1000); record at module level or use a smaller input");
  const auto many = [] {
    Recorder recorder;
    const Observe on(recorder);
    Tensor x = leaf(1.0, "x");
    for (int i = 0; i < 9000; ++i) x = x * 1.0;
    x.backward();
    return refusal(recorder);
  };
  CHECK(many().find("(at most 1000)") != std::string::npos);
}

TEST_CASE("recorder: a graph that was made before recording began is refused, not guessed") {
  const Tensor x = leaf(1.0, "x");
  const Tensor y = exp(x);
  Recorder recorder;
  {
    const Observe on(recorder);
    y.backward();
  }
  CHECK(refusal(recorder).find("open the Observe scope first") != std::string::npos);
  CHECK(x.has_grad());  // the run itself went on
}

TEST_CASE("recorder: a check of another program is refused") {
  const Tensor x = leaf(1.0, "x");
  Recorder recorder;
  {
    const Observe on(recorder);
    exp(exp(x)).backward();
  }
  CHECK_THROWS_WITH_AS(recorder.check([](const Tensors& in) { return exp(in[0]); }, {x}),
                       "check: the program ran 1 ops, the recording has 2 (must be the same run)", ArgumentError);
}

TEST_CASE("recorder: a check refuses a leaf whose gradient is not, bit for bit, the recorded one") {
  const auto program = [](const Tensors& in) { return exp(in[0]).label("y"); };
  const Tensor x = tensor(0.5, Dtype::f64).requires_grad_(true).label("x");
  const auto record = [&](double change) {
    Tensor(x).zero_grad();
    Recorder recorder;
    {
      const Observe on(recorder);
      program({x}).backward();
    }
    (change * x).backward();  // unseen
    recorder.check(program, {x});
  };
  CHECK_NOTHROW(record(0));
  CHECK_THROWS_WITH_AS(record(1e-15), doctest::Contains("is not what was recorded"), GraphError);
}

TEST_CASE("recorder: at a kink and a tie the check says not smooth, a NaN is red") {
  const auto state = [](const Recorder::Program& program, const Tensor& x) {
    Recorder recorder;
    {
      const Observe on(recorder);
      program({x}).backward();
    }
    recorder.check(program, {x});
    return last_of(recorder.trace(), "x").check.state;
  };
  using State = NumericCheck::State;
  CHECK(state([](const Tensors& in) { return sum(relu(in[0])); }, leaf({-1, 0, 2}, "x")) == State::not_smooth);
  CHECK(state([](const Tensors& in) { return sum(relu(in[0])); }, leaf({-1, 0.1, 2}, "x")) == State::ok);
  CHECK(state([](const Tensors& in) { return max(in[0]); }, leaf({2, 2}, "x")) == State::not_smooth);
  CHECK(state([](const Tensors& in) { return sum(log(in[0])); }, leaf({-1, 1}, "x")) == State::red);
  CHECK(state([](const Tensors& in) { return sum(exp(in[0])); }, leaf({0.5, 1}, "x")) == State::ok);
}
