// SPDX-License-Identifier: MIT
// The checker itself: each wrong gradient below must be caught, and named for what it is.
#include <doctest/doctest.h>
#include <yhat/elementwise.h>
#include <yhat/yhat.h>

#include <cmath>
#include <functional>
#include <limits>

#include "errors.h"

using namespace yhat;
using yhat::test::text_of;

namespace {

Tensor leaf(const Shape& shape, std::uint64_t seed, double lo = 0.5, double hi = 2) {
  Rng rng(seed);
  return uniform(shape, lo, hi, rng, Dtype::f64).requires_grad_();
}

// y = value(x) with a vjp of our choice.
using Map = std::function<Tensor(const Tensor&)>;
Tensor planted(const Tensor& x, const Map& value, const Map& vjp) {
  const NoGrad off;
  Tensor y = value(x.detach());
  const GradMode on(true);
  return record("planted", y.clone(), edge(x, [vjp](const Tensor& g) { return vjp(g); }));
}

GradcheckReport check(const Map& value, const std::function<Tensor(const Tensor&, const Tensor&)>& vjp, const Tensor& x,
                      GradcheckOptions options = {}) {
  return gradcheck(
      [&](const Tensors& in) {
        const Tensor constant = in[0].detach();
        return planted(in[0], value, [vjp, constant](const Tensor& g) { return vjp(g, constant); });
      },
      {x}, options);
}

GradcheckReport by_hand(const Map& value, const std::function<Tensor(const Tensor&, const Tensor&)>& vjp,
                        const Tensor& x) {
  return gradcheck([&](const Tensors& in) { return value(in[0]); },
                   [&](const Tensors& in, const Tensors& v) { return Tensors{vjp(v[0], in[0])}; }, {x.detach()});
}

bool ends_with_rate(const GradcheckReport& r, const std::string& finding) {
  CAPTURE(r.message);
  return r.message.find("; " + finding) != std::string::npos && r.message.find("; Taylor rate ") != std::string::npos;
}

// The same mistake must be named in both overloads.
void expect(const Map& value, const std::function<Tensor(const Tensor&, const Tensor&)>& vjp, const Tensor& x,
            Diagnosis diagnosis, const std::string& words) {
  for (const bool hand : {false, true}) {
    CAPTURE(hand);
    const GradcheckReport r = hand ? by_hand(value, vjp, x) : check(value, vjp, x);
    CAPTURE(r.message);
    CHECK(r.status == GradcheckStatus::mismatch);
    CHECK(name_of(r.diagnosis) == std::string(name_of(diagnosis)));
    CHECK(!r.ok);
    CHECK(ends_with_rate(r, words));
  }
}

Tensor t(const Tensor& x) { return transpose(x); }

}  // namespace

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

TEST_CASE("gradcheck: zero") {
  expect([](const Tensor& x) { return x * x; }, [](const Tensor& g, const Tensor&) { return g * 0.0; }, leaf({3}, 1),
         Diagnosis::zero, "gradient is zero: empty vjp, detach() or NoGrad?");
  const GradcheckReport detached = gradcheck([](const Tensors& x) { return exp(x[0].detach()); }, {leaf({3}, 1)});
  CHECK(detached.diagnosis == Diagnosis::zero);
  const GradcheckReport silent = gradcheck(
      [](const Tensors& x) {
        const NoGrad off;
        return exp(x[0]);
      },
      {leaf({3}, 1)});
  CHECK(silent.diagnosis == Diagnosis::zero);
}

TEST_CASE("gradcheck: sign") {
  expect([](const Tensor& x) { return exp(x); }, [](const Tensor& g, const Tensor& x) { return -(g * exp(x)); },
         leaf({2, 3}, 1), Diagnosis::sign, "sign flipped");
  Tensor a = leaf({2, 3}, 1);
  Tensor b = tensor({{1, 1, 1}, {1, 1, 1}}, Dtype::f64).requires_grad_();
  const GradcheckReport r = gradcheck(
      [](const Tensors& x) {
        return record("wrong_mul", zip(x[0], x[1], std::multiplies<>{}),
                      edge(x[0], [b = x[1]](const Tensor& g) { return g * b; }),
                      edge(x[1], [a = x[0]](const Tensor& g) { return -(g * a); }));
      },
      {a, b}, {.name = "mul"});
  CHECK(r.input == 1);
  CHECK(r.cotangent == -1);
  CHECK(r.output == 0);
  CHECK(r.failing == 6);
  CHECK(r.checked == 12);
  CHECK(r.analytic == doctest::Approx(-r.numeric).epsilon(1e-9));
  CHECK(r.message.rfind("gradcheck mul: wrong gradient of input 1 at [", 0) == 0);
  CHECK(r.message.find("6 of 6 wrong; sign flipped; Taylor rate 1.00 (2 = right)") != std::string::npos);
}

TEST_CASE("gradcheck: the message, word for word") {
  const Tensor x = tensor({1, 2}, Dtype::f64).requires_grad_();
  const GradcheckReport r = gradcheck([](const Tensors& in) { return 0.5 * in[0]; },
                                      [](const Tensors&, const Tensors& v) { return Tensors{v[0] * -0.5}; }, {x},
                                      {.atol = 1e-3, .rtol = 0, .name = "half"});
  REQUIRE(r.where.size() == 1);
  const std::string expected = fmt::format(
      "gradcheck half: wrong gradient of input 0 at [{}]: analytic {:.9g}, numeric {:.9g}, |a-n| {:.9g} "
      "(allowed 0.001), 2 of 2 wrong; sign flipped; Taylor rate 1.00 (2 = right)",
      r.where[0], r.analytic, r.numeric, r.abs_error);
  CHECK(r.message == expected);
  CHECK(r.message.find('\n') == std::string::npos);
}

TEST_CASE("gradcheck: scaled") {
  const Map square = [](const Tensor& x) { return x * x; };
  const auto times = [](double c) { return [c](const Tensor& g, const Tensor& x) { return g * x * (2 * c); }; };
  expect(square, times(3), leaf({3, 4}, 1), Diagnosis::scaled,
         "3 times too large (3 = dim 0 of input 0: mean or sum?)");
  expect(square, times(0.25), leaf({3, 4}, 1), Diagnosis::scaled,
         "4 times too small (4 = dim 1 of input 0: mean or sum?)");
  expect(square, times(0.5), leaf({3, 5}, 1), Diagnosis::scaled, "2 times too small (2 = derivative of a square?)");
  expect(square, times(1.37), leaf({3, 4}, 1), Diagnosis::scaled, "1.37 times too large");
  expect(square, times(-12), leaf({3, 4}, 1), Diagnosis::scaled,
         "sign flipped, and 12 times too large (12 = elements of input 0: mean or sum?)");
  expect([](const Tensor& x) { return mean(x); },
         [](const Tensor& g, const Tensor& x) { return broadcast_to(g, x.shape()); }, leaf({5, 7}, 1),
         Diagnosis::scaled, "35 times too large (35 = elements of input 0: mean or sum?)");
  expect(
      [](const Tensor& x) {
        return avg_pool2d(x, {.kernel = {2, 3}});
      },
      [](const Tensor& g, const Tensor& x) {
        return avg_pool2d_grad(g, x.shape(), {.kernel = {2, 3}}) * 6.0;
      },
      leaf({1, 5, 4, 9}, 1), Diagnosis::scaled, "6 times too large (6 = elements of input 0 per output");
}

TEST_CASE("gradcheck: a factor is not claimed from one or two entries unless it is a likely one") {
  const GradcheckReport r = check([](const Tensor& x) { return x * x; },
                                  [](const Tensor& g, const Tensor& x) { return g * x * 2.74; }, leaf({2}, 1));
  CHECK(r.status == GradcheckStatus::mismatch);
  CHECK(r.diagnosis == Diagnosis::unknown);
}

TEST_CASE("gradcheck: an input that is used twice and counted once") {
  // Each of the two uses sends half of what it should.
  const GradcheckReport r = gradcheck(
      [](const Tensors& in) {
        const auto half = [](const Tensor& x) {
          return record("half_back", map(x, [](auto v) { return v; }), edge(x, [](const Tensor& g) { return g / 2; }));
        };
        return half(in[0]) + half(in[0]);
      },
      {leaf({5}, 1)});
  CHECK(r.diagnosis == Diagnosis::scaled);
  CHECK(ends_with_rate(r, "2 times too small (2 = derivative of a square?), or = instead of += (input used 2 times)"));
}

TEST_CASE("gradcheck: incoming gradient ignored") {
  for (const bool hand : {false, true}) {
    const Map value = [](const Tensor& x) { return x * x; };
    const auto vjp = [](const Tensor&, const Tensor& x) { return 2 * x; };
    const GradcheckReport r = hand ? by_hand(value, vjp, leaf({3}, 1)) : check(value, vjp, leaf({3}, 1));
    CHECK(r.status == GradcheckStatus::nonzero_at_zero_cotangent);
    CHECK(r.diagnosis == Diagnosis::upstream_ignored);
    CHECK(r.message == fmt::format("gradcheck f: gradient of input 0 is {:.9g} at [0] for a zero cotangent (must be "
                                   "0); incoming gradient ignored: multiply by g",
                                   r.analytic));
  }
  const GradcheckReport r = check([](const Tensor& x) { return x * x; },
                                  [](const Tensor& g, const Tensor& x) { return g * 2 * x + 1e-12; }, leaf({3}, 1));
  CHECK(r.status == GradcheckStatus::nonzero_at_zero_cotangent);
  CHECK(r.diagnosis == Diagnosis::unknown);
}

TEST_CASE("gradcheck: not summed over broadcast axes") {
  const Tensor wide = leaf({4, 3}, 5).detach();
  const GradcheckReport shape =
      gradcheck([&](const Tensors& x) { return x[0] * wide; },
                [&](const Tensors&, const Tensors& v) { return Tensors{v[0] * wide}; }, {leaf({3}, 1)});
  CHECK(shape.diagnosis == Diagnosis::not_summed);
  CHECK(shape.message == "gradcheck f: wrong gradient of input 0: not summed over broadcast axis 0");
  const GradcheckReport both =
      gradcheck([&](const Tensors& x) { return x[0] * wide; },
                [&](const Tensors&, const Tensors& v) { return Tensors{v[0] * wide}; }, {leaf({}, 1)});
  CHECK(both.message == "gradcheck f: wrong gradient of input 0: not summed over broadcast axes 0 and 1");
  expect([&](const Tensor& x) { return x * wide; },
         [&](const Tensor& g, const Tensor&) { return reshape(slice(g * wide, 0, 1, 2), {3}); }, leaf({3}, 1),
         Diagnosis::not_summed, "not summed over broadcast axis 0 (only index 1 is counted)");
  const Tensor x = leaf({2, 3}, 6).detach();
  expect(
      [&](const Tensor& b) {
        return linear(x, ones({5, 3}, Dtype::f64), b);
      },
      [](const Tensor& g, const Tensor&) { return reshape(slice(g, 0, 0, 1), {5}); }, leaf({5}, 1),
      Diagnosis::not_summed, "not summed over broadcast axis 0 (only index 0 is counted)");
  const Tensor image = leaf({2, 3, 4, 5}, 6).detach();
  const Tensor kernel = leaf({2, 3, 2, 2}, 7).detach();
  expect([&](const Tensor& b) { return conv2d(image, kernel, b); },
         [](const Tensor& g, const Tensor&) {
           return sum(slice(g, 0, 0, 1), {0, 2, 3});
         },
         leaf({2}, 1), Diagnosis::not_summed, "not summed over axis 0 of the output (only index 0 is counted)");
}

TEST_CASE("gradcheck: wrong shape or dtype") {
  const Map value = [](const Tensor& x) { return x * x; };
  const auto transposing = [](const Tensor& g, const Tensor& x) { return t(g * 2 * x); };
  const GradcheckReport engine = check(value, transposing, leaf({3, 4}, 1));
  CHECK(engine.status == GradcheckStatus::mismatch);
  CHECK(engine.diagnosis == Diagnosis::wrong_shape);
  CHECK(engine.message == "gradcheck f: wrong gradient of input 0 of planted: gradient is [4, 3], input is [3, 4]");
  const GradcheckReport hand = by_hand(value, transposing, leaf({3, 4}, 1));
  CHECK(hand.diagnosis == Diagnosis::wrong_shape);
  CHECK(hand.message == "gradcheck f: wrong gradient of input 0: gradient is [4, 3], input is [3, 4]");
  const auto narrow = [](const Tensor& g, const Tensor& x) { return (g * 2 * x).to(Dtype::f32); };
  CHECK(check(value, narrow, leaf({3, 4}, 1)).message ==
        "gradcheck f: wrong gradient of input 0 of planted: gradient is f32, input is f64");
  CHECK(by_hand(value, narrow, leaf({3, 4}, 1)).message ==
        "gradcheck f: wrong gradient of input 0: gradient is f32, input is f64");
  const GradcheckReport none = check(
      value, [](const Tensor&, const Tensor&) { return Tensor(); }, leaf({3, 4}, 1));
  CHECK(none.diagnosis == Diagnosis::wrong_shape);
}

TEST_CASE("gradcheck: transposed") {
  const Tensor w = leaf({4, 4}, 3, -1, 1).detach();
  expect([&](const Tensor& x) { return x * w; }, [&](const Tensor& g, const Tensor&) { return t(g * w); },
         leaf({4, 4}, 1), Diagnosis::transposed, "transposed (axes 0 and 1)");
  expect([&](const Tensor& x) { return matmul(x, w); }, [&](const Tensor& g, const Tensor&) { return matmul(g, w); },
         leaf({3, 4}, 1), Diagnosis::transposed, "transposed (J v instead of J^T v)");
}

TEST_CASE("gradcheck: diagonal only") {
  expect([](const Tensor& x) { return softmax(x, 1); },
         [](const Tensor& g, const Tensor& x) {
           const Tensor p = softmax(x, 1);
           return g * p * (1 - p);
         },
         leaf({2, 4}, 1), Diagnosis::diagonal_only, "off-diagonal terms missing: each output depends on its whole row");
}

TEST_CASE("gradcheck: incoming gradient passed on") {
  const auto pass = [](const Tensor& g, const Tensor&) { return g; };
  const std::string words = "incoming gradient passed on unchanged: multiply it by the op's own derivative";
  expect([](const Tensor& x) { return softmax(x, 1); }, pass, leaf({2, 4}, 1), Diagnosis::unknown, words);
  expect([](const Tensor& x) { return sigmoid(x); }, pass, leaf({2, 3}, 1), Diagnosis::unknown, words);
  expect([](const Tensor& x) { return 2 * x; }, pass, leaf({3, 4}, 1), Diagnosis::scaled, "2 times too small");
}

TEST_CASE("gradcheck: wrong beside the diagonal") {
  expect([](const Tensor& x) { return softmax(x, 1); },
         [](const Tensor& g, const Tensor& x) {  // p_j^2 where p_i p_j belongs
           const Tensor p = softmax(x, 1);
           return g * p - p * p * sum(g, 1, true);
         },
         leaf({1, 4}, 1), Diagnosis::unknown,
         "off-diagonal terms wrong: d(output j)/d(input i) is right only where i = j");
}

namespace {
// The gradient of gather with `=` where `+=` belongs.
Tensor scatter_assign(const Tensor& g, const std::vector<std::int64_t>& index, std::int64_t size) {
  Tensor y = zeros({size}, Dtype::f64);
  for (std::size_t i = 0; i < index.size(); ++i) {
    y.mutable_data<double>()[static_cast<std::size_t>(index[i])] = g.data<double>()[i];
  }
  return y;
}
}  // namespace

TEST_CASE("gradcheck: contributions overwritten") {
  const std::vector<std::int64_t> index{0, 2, 0, 1, 2, 2};
  expect([&](const Tensor& x) { return gather(x, 0, index); },
         [&](const Tensor& g, const Tensor&) { return scatter_assign(g, index, 4); }, leaf({4}, 1),
         Diagnosis::overwritten, "contributions overwritten: use += instead of =");
  Evidence last;  // of an engine that keeps the last of two contributions
  last.inputs = {Shape{3}};
  last.output = Shape{1};
  last.analytic_shape = Shape{3};
  last.analytic = {1, 2, 3};
  last.numeric = {5, 3, 9};
  last.contributions = {{4, 1, 6}, {1, 2, 3}};
  CHECK(diagnose(last).diagnosis == Diagnosis::overwritten);
}

TEST_CASE("gradcheck: wrong in places") {
  const auto spoil = [](const Shape& mask_shape, const std::vector<double>& mask) {
    return [=](const Tensor& g, const Tensor& x) { return g * 2 * x * from_values(mask, mask_shape, Dtype::f64); };
  };
  const Map square = [](const Tensor& x) { return x * x; };
  expect(square, spoil({4, 1}, {1, 1, 1.3, 0.2}), leaf({2, 4, 3}, 1), Diagnosis::partial,
         "wrong only where axis 1 is in {2, 3} of 4 (groups?)");
  expect(square, spoil({3, 1}, {1, 1.3, 0}), leaf({3, 4}, 1), Diagnosis::partial,
         "wrong only where axis 0 is in {1, 2} of 3 (batch?)");
  expect(square, spoil({5, 1}, {0, 1, 1, 1, 0.5}), leaf({2, 1, 5, 3}, 1), Diagnosis::partial,
         "wrong only where axis 2 is in {0, 4} of 5 (border: padding?)");
  expect(square, spoil({5}, {1, 1, 1, 0, 0.5}), leaf({2, 3, 4, 5}, 1), Diagnosis::partial,
         "wrong only where axis 3 is in {3, 4} of 5 (remainder of the stride?)");
  expect(square, spoil({5}, {1, 1, 0, 1, 0.5}), leaf({5}, 1), Diagnosis::partial,
         "wrong only where axis 0 is in {2, 4} of 5");
}

TEST_CASE("gradcheck: no known pattern") {
  expect([](const Tensor& x) { return x * x; }, [](const Tensor& g, const Tensor& x) { return g * exp(x); },
         leaf({3, 2}, 1), Diagnosis::unknown, "no known pattern");
}

TEST_CASE("gradcheck: the output to blame is found among several") {
  const GradcheckReport r = gradcheck(
      [](const Tensors& x) {
        return Tensors{exp(x[0]), x[0] * x[0]};
      },
      [](const Tensors& x, const Tensors& v) { return Tensors{v[0] * exp(x[0]) - v[1] * 2 * x[0]}; }, {leaf({3}, 1)});
  CHECK(r.output == 1);
  CHECK(r.diagnosis == Diagnosis::sign);
}

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
