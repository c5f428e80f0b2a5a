// SPDX-License-Identifier: MIT
#include "mutants.h"

#include <yhat/autograd.h>
#include <yhat/losses.h>
#include <yhat/ops.h>
#include <yhat/recorder.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "step/faulty_softmax.h"

namespace yhat::test {
namespace {

Trace recorded(const Recorder::Program& program, const Tensors& leaves, const char* title) {
  Recorder recorder({.title = title});
  {
    const Observe on(recorder);
    program(leaves).backward();
  }
  recorder.check(program, leaves);
  Trace trace = recorder.trace();
  for (const Tensor& leaf : leaves) Tensor(leaf).zero_grad();
  return trace;
}

Tensor leaf(const Nested& values, const char* label) {
  return tensor(values, Dtype::f64).requires_grad_(true).label(label);
}

// A mean cross-entropy, by name and value; the vjp forgets to divide by the number of samples.
Tensor forgetful_cross_entropy(const Tensor& z, const Tensor& y) {
  const Numbers p = step::unobserved([&] { return softmax(z.detach(), 1); }).to_vector();
  const Numbers t = y.to_vector();
  double loss = 0;
  for (std::size_t i = 0; i < p.size(); ++i) loss -= t[i] == 0 ? 0 : t[i] * std::log(p[i]);
  return record("cross_entropy", full({}, loss / static_cast<double>(z.dim(0)), z.dtype()),
                edge(z, [z, y](const Tensor& g) { return g * (softmax(z, 1) - y); }), constant(y));
}

// The kernel turned by 180 degrees.
Tensor turned(const Tensor& w) {
  Numbers v = w.to_vector();
  std::reverse(v.begin(), v.end());
  return from_values(std::span<const double>(v), w.shape(), w.dtype());
}

Tensor conv_not_turned(const Tensor& x, const Tensor& w) {
  const Conv2dSpec spec;
  return record("conv2d", step::unobserved([&] { return conv2d(x.detach(), w.detach(), spec); }),
                edge(x, [w, spec, s = x.shape()](const Tensor& g) { return conv2d_input_grad(g, turned(w), s, spec); }),
                edge(w, [x, spec, s = w.shape()](const Tensor& g) { return conv2d_weight_grad(g, x, s, spec); }),
                attribute("stride", 1, 1), attribute("padding", 0, 0), attribute("dilation", 1, 1),
                attribute("groups", 1));
}

}  // namespace

Mutant softmax_diagonal() {
  const auto program = [](auto soft) {
    return [soft](const Tensors& in) {
      const Tensor p = soft(in[0]).label("p");
      const Tensor l = log(p).label("l");
      const Tensor t = (l * tensor({{0, 0, 1}}, p.dtype())).label("t");
      return (-sum(t).label("s")).label("L");
    };
  };
  const Tensors leaves = {leaf({{2, 1, 0.1}}, "z")};
  const auto right = program([](const Tensor& z) { return softmax(z, 1); });
  return {"softmax-diagonal", "backward softmax -> z", recorded(right, leaves, "softmax"),
          recorded(program([](const Tensor& z) { return step::softmax_diagonal_only(z, 1); }), leaves,
                   "softmax, diagonal only")};
}

Mutant overwriting() {
  const auto program = [](const Tensors& in) {
    const Tensor y = (3 * in[0]).label("y");
    const Tensor a = (2 * y).label("a");
    const Tensor b = (5 * y).label("b");
    return (a + b).label("c");
  };
  const Tensors leaves = {leaf(2, "x")};
  const Trace right = recorded(program, leaves, "diamond");
  // The engine adds up for every op, so a wrong engine is played: it overwrites.
  Recorder recorder({.title = "diamond with = for +="});
  struct Overwriting final : Observer {
    explicit Overwriting(Recorder& to) : recorder(to) {}
    void forward(const ForwardEvent& e) override { recorder.forward(e); }
    void vjp(const VjpEvent& e) override { recorder.vjp(e); }
    void accumulate(const AccumulateEvent& e) override {
      if (!e.cause || !e.before.defined()) return recorder.accumulate(e);
      recorder.accumulate({e.target, e.cause, e.edge, e.before, e.contribution, e.contribution});
    }
    Recorder& recorder;
  } watcher(recorder);
  {
    const Observe on(watcher);
    program(leaves).backward();
  }
  recorder.check(program, leaves);
  return {"overwriting", "backward mul (2) -> y", right, recorder.trace()};
}

Mutant missing_mean(bool one_sample) {
  const Tensor z = one_sample ? leaf({{2, 1, 0.1}}, "z") : leaf({{2, 1, 0.1}, {0, -1, 1}}, "z");
  const Tensor y = one_sample ? tensor({{0, 0, 1}}, Dtype::f64) : tensor({{0, 0, 1}, {1, 0, 0}}, Dtype::f64);
  const auto run = [&](auto loss, const char* title) {
    return recorded(
        [loss](const Tensors& in) {
          const Tensor doubled = (in[0] * 1.0).label("h");
          return loss(doubled, in[1]).label("L");
        },
        {z, Tensor(y).label("y")}, title);
  };
  return {"missing-mean", "backward cross_entropy -> h",
          run([](const Tensor& h, const Tensor& t) { return cross_entropy(h, t); }, "mean cross-entropy"),
          run(forgetful_cross_entropy, "mean cross-entropy without 1/N")};
}

Mutant kernel_not_turned() {
  const Tensors leaves = {reshape(arange(1, 21, 1, Dtype::f64), {1, 1, 4, 5}).requires_grad_(true).label("x"),
                          reshape(arange(1, 10, 1, Dtype::f64), {1, 1, 3, 3}).requires_grad_(true).label("w")};
  const auto run = [&](auto convolve, const char* title) {
    return recorded(
        [convolve](const Tensors& in) {
          const Tensor c = from_values({1, 2, 3, 4, 5, 6}, {1, 1, 2, 3}, in[0].dtype()).label("c");
          const Tensor y = convolve(in[0], in[1]).label("y");
          return sum((y * c).label("m")).label("L");
        },
        leaves, title);
  };
  return {"kernel-not-turned", "backward conv2d -> x",
          run([](const Tensor& x, const Tensor& w) { return conv2d(x, w); }, "convolution"),
          run(conv_not_turned, "convolution, kernel not turned")};
}

}  // namespace yhat::test
