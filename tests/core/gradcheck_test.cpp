// SPDX-License-Identifier: MIT
// The checker itself: what passes, what does not, and what it refuses.
#include <doctest/doctest.h>
#include <yhat/elementwise.h>
#include <yhat/yhat.h>

#include <cmath>
#include <limits>

#include "errors.h"
#include "planted_gradient.h"

using namespace yhat;
using namespace yhat::test;

TEST_CASE("gradcheck: right gradients pass at orders 1 to 3, and the message counts what was checked") {
  const Tensor a = leaf({2, 3}, 1);
  const Tensor b = leaf({2, 3}, 2);
  const GradcheckReport r =
      gradcheck([](const Tensors& x) { return x[0] * x[1]; }, {a, b}, {.order = 2, .name = "mul"});
  CHECK(r.ok);
  CHECK(r.status == GradcheckStatus::passed);
  CHECK(r.diagnosis == Diagnosis::none);
  CHECK(r.inputs_checked == 2);
  CHECK(r.checked == 12);
  CHECK(r.total == 12);
  CHECK(r.failing == 0);
  CHECK(r.order == 2);
  CHECK(r.worst_ratio < 0.05);
  CHECK(r.message.rfind("gradcheck mul: passed, 2 inputs, 12 of 12 elements, 2 cotangents, order 2, worst error ", 0) ==
        0);
  CHECK(gradcheck([](const Tensors& x) { return exp(x[0]) * tanh(x[1]); }, {a, b}, {.order = 3}).ok);
  CHECK(gradcheck([](const Tensors& x) { return Tensors{sum(x[0]), x[1] / x[0]}; }, {a, b}, {.order = 2}).ok);
  CHECK(gradcheck([](const Tensors& x) { return x[0]; }, {a}, {.order = 2}).ok);
  CHECK(gradcheck([](const Tensors& x) { return reshape(x[0], {3, 2}); }, {a}, {.order = 2}).ok);
  CHECK(gradcheck([](const Tensors& x) { return x[0] * x[1]; },
                  [](const Tensors& x, const Tensors& v) {
                    return Tensors{v[0] * x[1], v[0] * x[0]};
                  },
                  {a, b})
            .ok);
}

TEST_CASE("gradcheck: only inputs that require grad are checked, and the report says how many") {
  const Tensor a = leaf({3}, 1);
  const Tensor b = leaf({3}, 2).detach();
  const GradcheckReport r = gradcheck([](const Tensors& x) { return x[0] * x[1]; }, {a, b});
  CHECK(r.ok);
  CHECK(r.inputs_checked == 1);
  CHECK(r.total == 3);
}

TEST_CASE("gradcheck: a whole model is checked through its parameters") {
  const Tensor x = leaf({4, 3}, 1).detach();
  Tensor w1 = leaf({5, 3}, 2, -1, 1);
  Tensor w2 = leaf({2, 5}, 3, -1, 1);
  const auto loss = [&](const Tensors&) { return mean(log_softmax(linear(tanh(linear(x, w1)), w2), 1)); };
  CHECK(gradcheck(loss, {w1, w2}, {.order = 2}).ok);
  const GradcheckReport sampled = gradcheck(loss, {w1, w2}, {.max_elements = 4});
  CHECK(sampled.ok);
  CHECK(sampled.checked == 8);
  CHECK(sampled.total == 25);
}

// --- Diagnoses ---

TEST_CASE("gradcheck: large Jacobians are judged by the gradient alone") {
  const GradcheckReport r = check([](const Tensor& x) { return x * x; },
                                  [](const Tensor& g, const Tensor& x) { return g * -2 * x; }, leaf({9, 9}, 1));
  CHECK(r.diagnosis == Diagnosis::sign);
  const GradcheckReport sampled =
      check([](const Tensor& x) { return x * x; }, [](const Tensor& g, const Tensor& x) { return g * -2 * x; },
            leaf({9, 9}, 1), {.max_elements = 7});
  CHECK(sampled.diagnosis == Diagnosis::sign);
  CHECK(sampled.checked == 7);
  CHECK(sampled.total == 81);
}

// --- Second order ---

TEST_CASE("gradcheck: a wrong gradient of a gradient is caught at order 2 only") {
  const auto f = [](const Tensors& in) {  // the vjp of x^2 is right, but cuts the graph to x
    return record("cut", map(in[0], [](auto v) { return v * v; }),
                  edge(in[0], [x = in[0].detach()](const Tensor& g) { return g * 2 * x; }));
  };
  CHECK(gradcheck(f, {leaf({3}, 1)}).ok);
  const GradcheckReport r = gradcheck(f, {leaf({3}, 1)}, {.order = 2});
  CHECK(r.status == GradcheckStatus::mismatch);
  CHECK(r.order == 2);
  CHECK(r.input == 0);
  CHECK(r.diagnosis == Diagnosis::zero);
  CHECK(r.message.rfind("gradcheck f: order 2: wrong gradient of input 0 at [", 0) == 0);

  const auto lost = [](const Tensors& in) {  // g itself is cut off
    return record("lost", map(in[0], [](auto v) { return v * v; }),
                  edge(in[0], [x = in[0]](const Tensor& g) { return g.detach() * 2 * x; }));
  };
  CHECK(gradcheck(lost, {leaf({3}, 1)}).ok);
  const GradcheckReport c = gradcheck(lost, {leaf({3}, 1)}, {.order = 2});
  CHECK(c.cotangent == 0);
  CHECK(c.input == -1);
  CHECK(c.message.rfind("gradcheck f: order 2: wrong gradient of cotangent 0 at [", 0) == 0);
}

TEST_CASE("gradcheck: no curvature is not vacuous at order 2") {
  CHECK(gradcheck([](const Tensors& x) { return sum(x[0] + x[1]); }, {leaf({3}, 1), leaf({3}, 2)}, {.order = 3}).ok);
}

// --- The other statuses ---

TEST_CASE("gradcheck: vacuous, and expect_zero") {
  const auto f = [](const Tensors& x) { return sum(softmax(x[0], 0)); };
  const GradcheckReport r = gradcheck(f, {leaf({4}, 1)});
  CHECK(r.status == GradcheckStatus::vacuous);
  CHECK(r.message ==
        "gradcheck f: vacuous: input 0 does not change the output, nothing was checked; hint: weight the outputs, or "
        "expect_zero");
  CHECK(check([](const Tensor& x) { return sum(softmax(x, 0)); },
              [](const Tensor& g, const Tensor& x) { return zeros_like(x) * g; }, leaf({4}, 1))
            .status == GradcheckStatus::vacuous);
  CHECK(gradcheck([](const Tensors& x) { return 0 * x[0]; }, {leaf({4}, 1)}, {.expect_zero = true}).ok);
  const GradcheckReport tiny =
      gradcheck([](const Tensors& x) { return 1e-12 * x[0]; }, {leaf({4}, 1)}, {.expect_zero = true});
  CHECK(tiny.status == GradcheckStatus::mismatch);
  CHECK(tiny.message.find("(expect_zero: must be exactly 0)") != std::string::npos);
  const GradcheckReport lost =
      gradcheck([](const Tensors& x) { return exp(x[0].detach()); }, {leaf({4}, 1)}, {.expect_zero = true});
  CHECK(lost.diagnosis == Diagnosis::zero);
  const GradcheckReport second =
      gradcheck([](const Tensors& x) { return x[0] * x[0] + 0 * x[1]; }, {leaf({2}, 1), leaf({2}, 2)});
  CHECK(second.status == GradcheckStatus::vacuous);
  CHECK(second.input == 1);
}

TEST_CASE("gradcheck: kinks are not called mismatches") {
  const Tensor x = tensor({1, -1, 0.0004}, Dtype::f64).requires_grad_();
  const GradcheckReport r = gradcheck([](const Tensors& in) { return relu(in[0]); }, {x}, {.name = "relu"});
  CHECK(r.status == GradcheckStatus::non_differentiable);
  CHECK(r.message ==
        "gradcheck relu: not differentiable at input 0 [2] = 0.0004: f at -2h..2h is 0, 0, 0.0004, 0.0014, 0.0024; "
        "hint: move the input away");
  CHECK(r.five_values[4] == doctest::Approx(0.0024));
  const Tensor edge_of_domain = tensor({1, 0.0015}, Dtype::f64).requires_grad_();
  CHECK(gradcheck([](const Tensors& in) { return sqrt(in[0]); }, {edge_of_domain}).status ==
        GradcheckStatus::non_differentiable);
  // A kink in one place does not hide a wrong gradient in another.
  const GradcheckReport mixed = check([](const Tensor& in) { return relu(in); },
                                      [](const Tensor& g, const Tensor& in) { return g * 2 * (in > 0); }, x);
  CHECK(mixed.status == GradcheckStatus::mismatch);
  CHECK(mixed.where == std::vector<std::int64_t>{0});
}

TEST_CASE("gradcheck: not deterministic") {
  Rng rng(1);
  const GradcheckReport r = gradcheck([&](const Tensors& x) { return dropout(x[0], 0.5, rng); }, {leaf({20}, 1)});
  CHECK(r.status == GradcheckStatus::not_deterministic);
  CHECK(r.message.rfind("gradcheck f: not deterministic: two runs at the same input differ at output 0 [", 0) == 0);
  CHECK(r.message.find("; hint: make the Rng inside f") != std::string::npos);
  int calls = 0;
  const GradcheckReport shape =
      gradcheck([&](const Tensors& x) { return slice(x[0], 0, 0, 3 - calls++); }, {leaf({3}, 1)});
  CHECK(shape.status == GradcheckStatus::not_deterministic);
  CHECK(shape.message.find("output 0: [3] and [2]") != std::string::npos);
  int backwards = 0;
  const GradcheckReport gradient =
      check([](const Tensor& x) { return x * x; },
            [&](const Tensor& g, const Tensor& x) { return g * (2 + backwards++) * x; }, leaf({3}, 1));
  CHECK(gradient.status == GradcheckStatus::not_deterministic);
  CHECK(gradient.message.find("two gradients at the same input differ at input 0 [0]") != std::string::npos);
}

TEST_CASE("gradcheck: not finite") {
  const Tensor x = tensor({0, -1}, Dtype::f64).requires_grad_();
  CHECK(gradcheck([](const Tensors& in) { return log(in[0]); }, {x}).message ==
        "gradcheck f: output 0 is Inf at [0] before any perturbation");
  CHECK(gradcheck([](const Tensors& in) { return sqrt(in[0] - 1); }, {x}).message ==
        "gradcheck f: output 0 is NaN at [0] before any perturbation");
  const GradcheckReport r =
      gradcheck([](const Tensors& in) { return sqrt(in[0]); }, {tensor({4, 0}, Dtype::f64).requires_grad_()});
  CHECK(r.status == GradcheckStatus::not_finite);
  CHECK(r.message == "gradcheck f: gradient of input 0 is Inf at [1]");
}

TEST_CASE("gradcheck: an output that changes shape under perturbation") {
  const Tensor x = tensor({1, 2, 3}, Dtype::f64).requires_grad_();
  const auto f = [](const Tensors& in) { return slice(in[0], 0, 0, in[0].at({1}) < 2 ? 2 : 3); };
  const GradcheckReport r = gradcheck(f, {x});
  CHECK(r.status == GradcheckStatus::shape_changed);
  CHECK(r.message == "gradcheck f: output 0 changed shape under perturbation: [3] and [2] (must stay the same)");
}

TEST_CASE("gradcheck: the Taylor rate tells a wrong gradient from a right one") {
  const GradcheckReport tight =
      gradcheck([](const Tensors& x) { return exp(3 * x[0]); }, {leaf({3}, 1)}, {.atol = 0, .rtol = 0});
  REQUIRE(tight.status == GradcheckStatus::mismatch);  // no two numbers are equal, but the gradient is right
  CHECK(tight.taylor_rate == doctest::Approx(2).epsilon(0.02));
  const GradcheckReport linear =
      gradcheck([](const Tensors& x) { return 3 * x[0]; }, {leaf({3}, 1)}, {.atol = 0, .rtol = 0});
  REQUIRE(linear.status == GradcheckStatus::mismatch);
  CHECK(std::isinf(linear.taylor_rate));
  CHECK(linear.message.find("Taylor rate exact") != std::string::npos);
}

// --- What must not happen ---

TEST_CASE("gradcheck: empty inputs and outputs pass") {
  CHECK(gradcheck([](const Tensors& x) { return exp(x[0]); }, {leaf({0, 3}, 1)}, {.order = 2}).ok);
  CHECK(gradcheck([](const Tensors& x) { return slice(x[0], 0, 1, 1); }, {leaf({3}, 1)}, {.order = 2}).ok);
}

TEST_CASE("gradcheck: nothing is changed, also when f throws half-way") {
  const Tensor x = tensor({0.1, -0.0, 1e-310, 1e10}, Dtype::f64).requires_grad_();
  sum(x * x).backward();
  const std::vector<double> gradient = x.grad().to_vector();
  const std::vector<double> before = x.to_vector();
  const std::uint32_t version = x.version();
  const std::int64_t nodes = live_nodes();
  const auto unchanged = [&] {
    const std::vector<double> now = x.to_vector();
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != before[i] || std::signbit(now[i]) != std::signbit(before[i])) return false;
    }
    return x.grad().to_vector() == gradient && live_nodes() == nodes && grad_enabled() && x.version() == version;
  };
  CHECK(gradcheck([](const Tensors& in) { return 1e-12 * in[0] * in[0] + in[0]; }, {x}, {.order = 2}).ok);
  CHECK(unchanged());
  CHECK(!check([](const Tensor& in) { return in * in; }, [](const Tensor& g, const Tensor&) { return g; }, x).ok);
  CHECK(unchanged());
  for (int last = 1; last < 30; ++last) {
    int calls = 0;
    const auto f = [&](const Tensors& in) {
      if (++calls == last) throw std::runtime_error("stop");
      return 2 * in[0] * in[0];
    };
    try {
      (void)gradcheck(f, {x}, {.order = 2});
    } catch (const std::runtime_error&) {
    }
    CAPTURE(last);
    CHECK(unchanged());
  }
  const NoGrad off;
  CHECK(gradcheck([](const Tensors& in) { return 1e-12 * in[0] * in[0] + in[0]; }, {x}).ok);
  CHECK(!grad_enabled());
}

TEST_CASE("gradcheck: wrong use is refused before f runs") {
  const auto never = [](const Tensors&) -> Tensor { throw std::logic_error("f ran"); };
  const Tensor x = leaf({3}, 1);
  const auto text = [&](const Tensors& inputs, const GradcheckOptions& options) {
    return text_of<ArgumentError>([&] { (void)gradcheck(never, inputs, options); });
  };
  CHECK(text({ones({2}).requires_grad_()}, {}) ==
        "gradcheck: input 0 is f32 (f64 only: f32 rounding exceeds the tolerance); hint: to(Dtype::f64)");
  CHECK(text({x.detach()}, {}) == "gradcheck: no input requires grad (at least one); hint: requires_grad_(true)");
  CHECK(text({x, x}, {}) == "gradcheck: inputs 0 and 1 share storage (must be distinct); hint: clone()");
  CHECK(text({x, x.detach()}, {}) == "gradcheck: inputs 0 and 1 share storage (must be distinct); hint: clone()");
  CHECK(text({x}, {.step = 0}) == "gradcheck: step 0 (must be finite and > 0)");
  CHECK(text({x}, {.step = std::numeric_limits<double>::infinity()}) == "gradcheck: step inf (must be finite and > 0)");
  CHECK(text({x}, {.atol = -1}) == "gradcheck: atol -1 (must be finite and >= 0)");
  CHECK(text({x}, {.rtol = std::nan("")}) == "gradcheck: rtol nan (must be finite and >= 0)");
  CHECK(text({x}, {.order = 0}) == "gradcheck: order 0 (must be >= 1)");
  CHECK(text({x}, {.cotangents = 0}) == "gradcheck: cotangents 0 (must be >= 1)");
  CHECK(text({x}, {.max_elements = -1}) == "gradcheck: max_elements -1 (must be >= 0)");
  CHECK(text_of<ArgumentError>([&] { (void)gradcheck([](const Tensors& in) { return in[0].to(Dtype::f32); }, {x}); }) ==
        "gradcheck: output 0 is f32 (f64 only)");
}

TEST_CASE("gradcheck: require_gradcheck throws the report's message") {
  const Tensor x = leaf({3}, 1);
  require_gradcheck([](const Tensors& in) { return exp(in[0]); }, {x}, {.order = 2});
  const auto wrong = [](const Tensors& in) { return exp(in[0].detach()); };
  CHECK(text_of<NumericError>([&] { require_gradcheck(wrong, {x}, {.name = "detached"}); }) ==
        gradcheck(wrong, {x}, {.name = "detached"}).message);
}
