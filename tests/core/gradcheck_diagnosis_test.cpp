// SPDX-License-Identifier: MIT
// Each wrong gradient below must be caught, and named for what it is.
#include <doctest/doctest.h>
#include <yhat/elementwise.h>
#include <yhat/yhat.h>

#include "planted_gradient.h"

using namespace yhat;
using namespace yhat::test;

namespace {
Tensor t(const Tensor& x) { return transpose(x); }
}  // namespace

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
