// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/autograd.h>
#include <yhat/ops.h>
#include <yhat/recorder.h>

#include <cmath>
#include <span>

#include "step/output.h"

using namespace yhat;

// Gradients that are wrong in the ways students get them wrong must be red, and first red where the fault is.
namespace {

const TraceEvent& first_red(const Trace& trace) {
  REQUIRE(trace.first_red() > 0);
  return trace.events[static_cast<std::size_t>(trace.first_red() - 1)];
}

std::string text_of_first_red(const Trace& trace) {
  std::string text;
  for (const std::string& line : trace::render_step(trace, trace.first_red(), {})) text += line + "\n";
  return text;
}

Trace recorded(const Recorder::Program& program, const Tensors& leaves) {
  Recorder recorder;
  {
    const Observe on(recorder);
    program(leaves).backward();
  }
  recorder.check(program, leaves);
  return recorder.trace();
}

// Only the diagonal of the Jacobian.
Tensor softmax_diagonal(const Tensor& z) {
  Numbers p = z.to_vector();
  double sum = 0;
  for (double& v : p) sum += v = std::exp(v);
  for (double& v : p) v /= sum;
  return record("softmax", from_values(std::span<const double>(p), z.shape(), z.dtype()),
                edge(z, [](const Tensor& g, const Tensor& y) { return g * y * (1 - y); }), attribute("axis", 0));
}

// The mean over N samples whose gradient forgets 1/N.
Tensor careless_mean(const Tensor& x) {
  double sum = 0;
  for (double v : x.to_vector()) sum += v;
  return record("mean", full({}, sum / static_cast<double>(x.size()), x.dtype()),
                edge(x, [s = x.shape()](const Tensor& g) { return broadcast_to(g, s); }));
}

}  // namespace

TEST_CASE("step-through mutant: a softmax vjp with the diagonal only is red at softmax's own step") {
  const auto program = [](const Tensors& in) {
    const Tensor p = softmax_diagonal(in[0]).label("p");
    return (-sum(log(p) * tensor({0, 0, 1}, p.dtype()))).label("L");
  };
  const Trace trace = recorded(program, {tensor({2, 1, 0.1}, Dtype::f64).requires_grad_(true).label("z")});
  const TraceEvent& e = first_red(trace);
  CHECK(trace.ops[static_cast<std::size_t>(e.op)].name == "softmax");
  CHECK(e.kind == EventKind::backward);
  CHECK(e.local.data != e.local.closed);
  CHECK(text_of_first_red(trace).find("RED") != std::string::npos);
}

TEST_CASE("step-through mutant: = for += is red at step 10 of the diamond") {
  // The engine adds up for every op, so a wrong engine is played: it overwrites.
  const Tensor x = tensor(2, Dtype::f64).requires_grad_(true).label("x");
  const auto program = [](const Tensors& in) {
    const Tensor y = (3 * in[0]).label("y");
    const Tensor a = (2 * y).label("a");
    const Tensor b = (5 * y).label("b");
    return (a + b).label("c");
  };
  Recorder recorder;
  struct Overwriting final : Observer {
    explicit Overwriting(Recorder& to) : recorder(to) {}
    void forward(const ForwardEvent& e) override { recorder.forward(e); }
    void vjp(const VjpEvent& e) override { recorder.vjp(e); }
    void accumulate(const AccumulateEvent& e) override {
      if (!e.cause || !e.before.defined()) return recorder.accumulate(e);
      recorder.accumulate({e.target, e.cause, e.edge, e.before, e.contribution, e.contribution});
    }
    Recorder& recorder;
  } overwriting(recorder);
  {
    const Observe on(overwriting);
    program({x}).backward();
  }
  recorder.check(program, {x});
  const Trace& trace = recorder.trace();
  CHECK(trace.first_red() == 10);
  CHECK(first_red(trace).after == Numbers{2});
  CHECK(first_red(trace).check.numeric.at(0) == doctest::Approx(7));
  CHECK(text_of_first_red(trace).find("numeric 7 RED") != std::string::npos);
}

TEST_CASE("step-through mutant: a missing 1/N is red at the loss op, on a batch of two and not on one") {
  const auto program = [](const Tensors& in) {
    const Tensor e = exp(in[0]).label("e");
    return careless_mean(e).label("L");
  };
  const auto leaf = [](const Nested& v) { return tensor(v, Dtype::f64).requires_grad_(true).label("x"); };
  const Trace two = recorded(program, {leaf({0.5, 1})});
  CHECK(trace::op_label(two, first_red(two).op) == "L = mean(e)");
  CHECK(recorded(program, {leaf({0.5})}).first_red() == 0);
}
