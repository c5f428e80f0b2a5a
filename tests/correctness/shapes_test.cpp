// SPDX-License-Identifier: MIT
// Shapes at their limits: broadcasting, no axes, no elements, one element. The numbers are those of docs/checklist.md.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>
#include <functional>

#include "core/buffer.h"
#include "tests/core/errors.h"

using namespace yhat;
using yhat::test::text_of;

namespace {

using Binary = std::function<Tensor(const Tensor&, const Tensor&)>;
using Unary = std::function<Tensor(const Tensor&)>;

Tensor leaf(const Shape& shape, std::uint64_t seed, double lo = 0.6, double hi = 2) {
  Rng rng(seed);
  return uniform(shape, lo, hi, rng, Dtype::f64).requires_grad_();
}

bool same_values(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() && a.to_vector() == b.to_vector(); }

const std::vector<std::pair<const char*, Binary>> binaries = {
    {"add", [](const Tensor& a, const Tensor& b) { return a + b; }},
    {"sub", [](const Tensor& a, const Tensor& b) { return a - b; }},
    {"mul", [](const Tensor& a, const Tensor& b) { return a * b; }},
    {"div", [](const Tensor& a, const Tensor& b) { return a / b; }},
    {"pow", [](const Tensor& a, const Tensor& b) { return pow(a, b); }},
    {"maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b); }},
};

const std::vector<std::pair<const char*, Unary>> unaries = {
    {"neg", [](const Tensor& x) { return -x; }},
    {"exp", [](const Tensor& x) { return exp(x); }},
    {"log", [](const Tensor& x) { return log(x); }},
    {"log1p", [](const Tensor& x) { return log1p(x); }},
    {"sqrt", [](const Tensor& x) { return sqrt(x); }},
    {"abs", [](const Tensor& x) { return abs(x); }},
    {"relu", [](const Tensor& x) { return relu(x); }},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.1); }},
    {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
    {"tanh", [](const Tensor& x) { return tanh(x); }},
    {"softplus", [](const Tensor& x) { return softplus(x); }},
    {"clamp", [](const Tensor& x) { return clamp(x, -5, 5); }},
    {"pow", [](const Tensor& x) { return pow(x, 3); }},
    {"add a number", [](const Tensor& x) { return 2 + x; }},
    {"divide a number", [](const Tensor& x) { return 2 / x; }},
    {"clone", [](const Tensor& x) { return x.clone(); }},
    {"sum", [](const Tensor& x) { return sum(x); }},
    {"mean", [](const Tensor& x) { return mean(x); }},
    {"max", [](const Tensor& x) { return max(x); }},
    {"logsumexp", [](const Tensor& x) { return logsumexp(x); }},
};

// The element of a broadcast operand that meets element `flat` of the result.
double met(const Tensor& x, const Shape& result, std::int64_t flat) {
  const std::vector<std::int64_t> strides = strides_of(x.shape());
  const std::size_t lead = result.size() - x.shape().size();
  std::int64_t at = 0;
  for (std::size_t axis = result.size(); axis-- > 0; flat /= result[axis]) {
    if (axis >= lead && x.shape()[axis - lead] > 1) at += flat % result[axis] * strides[axis - lead];
  }
  return x.to_vector()[static_cast<std::size_t>(at)];
}

}  // namespace

TEST_CASE("shapes 20: broadcasting of two operands gives the values, gradients and shapes of the definition") {
  struct Pair {
    Shape a, b, result;
  };
  for (const Pair& p : {Pair{{1}, {5, 4}, {5, 4}}, Pair{{4, 1}, {1, 4}, {4, 4}}, Pair{{}, {3}, {3}},
                        Pair{{5, 1, 10}, {5, 10, 10}, {5, 10, 10}}}) {
    for (const auto& binary : binaries) {
      const char* name = binary.first;  // clang 14 lets no lambda capture a structured binding
      const auto& f = binary.second;
      for (bool swapped : {false, true}) {
        CAPTURE(name);
        const Tensor a = leaf(swapped ? p.b : p.a, 1);
        const Tensor b = leaf(swapped ? p.a : p.b, 2, 2.1, 3);
        const Tensor y = f(a, b);
        REQUIRE(y.shape() == p.result);
        for (std::int64_t i = 0; i < y.size(); i += 7) {
          const Tensor u = tensor(met(a, p.result, i), Dtype::f64);
          const Tensor v = tensor(met(b, p.result, i), Dtype::f64);
          CHECK(y.to_vector()[static_cast<std::size_t>(i)] == f(u, v).item());
        }
        const Tensors g = grad(sum(y), {a, b});
        CHECK(g[0].shape() == a.shape());
        CHECK(g[1].shape() == b.shape());
        if (p.result.numel() > 100) continue;
        // maximum takes b everywhere here, so that a has an effect through its own square only
        const auto report = gradcheck(
            [&](const Tensors& x) {
              return Tensors{f(x[0], x[1]), x[0] * x[0]};
            },
            {a, b}, {.order = 2});
        CHECK_MESSAGE(report.ok, report.message);
      }
    }
  }
}

TEST_CASE("shapes 21: an empty axis broadcasts like any other") {
  const Tensor a = leaf({0, 1, 3}, 1);
  const Tensor b = leaf({0, 10, 3}, 2);
  const Tensor y = a + b;
  CHECK(y.shape() == Shape{0, 10, 3});
  const Tensors g = grad(sum(y), {a, b});
  CHECK(g[0].shape() == Shape{0, 1, 3});
  CHECK(g[1].shape() == Shape{0, 10, 3});
  const Tensor row = leaf({1, 3}, 3);  // repeated zero times
  CHECK(grad(sum(row + zeros({0, 3}, Dtype::f64)), {row})[0].to_vector() == std::vector<double>(3, 0.0));
}

TEST_CASE("shapes 23: one tensor on both sides, broadcast differently") {
  const Tensor x = leaf({4, 1}, 1);
  const Tensor y = x + transpose(x);
  CHECK(y.shape() == Shape{4, 4});
  const Tensor v = leaf({4, 4}, 2).detach();
  const Tensor expected = sum(v, 1, true) + transpose(sum(v, 0, true));
  CHECK(same_values(grad(y, {x}, {.seed = v})[0], expected));
}

TEST_CASE("shapes 24: what comes out of reshape, transpose, permute, slice and broadcast is as good as a fresh copy") {
  const Tensor x = leaf({2, 3, 4, 6}, 1);
  const Tensor w = leaf({4, 3, 2, 2}, 2);
  const Tensor m = leaf({24, 5}, 3);
  const std::vector<Unary> to_images = {
      [](const Tensor& t) {
        return permute(permute(t, {3, 1, 2, 0}), {3, 1, 2, 0});
      },
      [](const Tensor& t) {
        return transpose(reshape(transpose(t, 2, 3), {2, 3, 6, 4}), 2, 3);
      },
      [](const Tensor& t) {
        return slice(concat({t, t}, 0), 0, 1, 3);
      },
      [](const Tensor& t) {
        return reshape(broadcast_to(reshape(t, {1, 2, 3, 4, 6}), {2, 2, 3, 4, 6}), {4, 3, 4, 6});
      }};
  for (const Unary& chain : to_images) {
    const auto run = [&](bool fresh) {
      const Tensor made = chain(x);
      const Tensor image = fresh ? from_values(made.to_vector(), made.shape(), Dtype::f64).requires_grad_() : made;
      const Tensor y = conv2d(image, w, {.padding = 1});
      const Tensor z = matmul(reshape(image, {-1, 24}), m);
      const Tensor loss = sum(y * y) + sum(z * z);
      return Tensors{y, z, grad(loss, {w}, {.retain_graph = true})[0], grad(loss, {image})[0]};
    };
    const Tensors direct = run(false);
    const Tensors copied = run(true);
    for (std::size_t i = 0; i < direct.size(); ++i) CHECK(same_values(direct[i], copied[i]));
  }
}

TEST_CASE("shapes 25: one gradient handle for several inputs, and one made by broadcast_to, stay apart") {
  const Tensor a = leaf({3}, 1);
  const Tensor b = leaf({3}, 2);
  const Tensor y = a + b;
  const Tensor z = y + a;  // a gets a second contribution, into an array that b must not see
  const Tensors g = grad(sum(z * 2), {a, b});
  CHECK(g[0].to_vector() == std::vector<double>(3, 4.0));
  CHECK(g[1].to_vector() == std::vector<double>(3, 2.0));
  const Tensor x = leaf({2, 3}, 3);
  const Tensor h = x * 1.0;
  Tensor gradient = grad(sum(h) + sum(x), {x})[0];  // a sum of two gradients that were repeated
  CHECK(gradient.to_vector() == std::vector<double>(6, 2.0));
  gradient.mutable_data<double>()[0] = 7;
  CHECK(gradient.at({0, 1}) == 2);
}

TEST_CASE("shapes 26: an index that occurs twice gets the gradient twice") {
  const Tensor x = leaf({2}, 1);
  const Tensor y = gather(x, 0, Index({0, 0}));
  CHECK(grad(sum(y), {x})[0].to_vector() == std::vector<double>{2, 0});
}

TEST_CASE("shapes 27: concat and split undo one another, gradients included") {
  for (std::int64_t axis : {0, 1, -1}) {
    const Tensor x = leaf({3, 4, 5}, 1);
    const std::int64_t size = x.dim(axis);
    const Tensors pieces = split(x, {1, 0, size - 1}, axis);
    CHECK(pieces[1].size() == 0);
    const Tensor y = concat(pieces, axis);
    CHECK(same_values(y, x));
    const Tensor v = leaf({3, 4, 5}, 2).detach();
    CHECK(same_values(grad(y, {x}, {.seed = v})[0], v));
  }
}

TEST_CASE("shapes 28: tensors without axes go through every op that has a meaning for them") {
  const Tensor x = leaf({}, 1);
  for (const auto& unary : unaries) {
    CAPTURE(unary.first);
    const auto& f = unary.second;
    const Tensor y = f(x);
    CHECK(y.shape() == Shape{});
    CHECK(y.item() == f(reshape(x, {1})).to_vector()[0]);
    CHECK(grad(y, {x})[0].shape() == Shape{});
  }
  for (const auto& binary : binaries) {
    CAPTURE(binary.first);
    const auto& f = binary.second;
    const Tensor b = leaf({}, 2, 2.1, 3);
    const Tensor y = f(x, b);
    CHECK(y.shape() == Shape{});
    for (const Tensor& g : grad(y, {x, b})) CHECK(g.shape() == Shape{});
  }
  CHECK(reshape(x, {1, 1}).shape() == Shape{1, 1});
  CHECK(flatten(x).shape() == Shape{1});
  CHECK(permute(x, {}).item() == x.item());
  CHECK(broadcast_to(x, {2, 2}).shape() == Shape{2, 2});
  CHECK(sum_to(x, {}).item() == x.item());
  CHECK(where(x > 0, x, x).shape() == Shape{});
  CHECK(argmax(x) == 0);
  Rng rng(1);
  CHECK(dropout(x, 0, rng).item() == x.item());
  CHECK(mse_loss(x, x.detach()).item() == 0);
  // What needs an axis says so.
  CHECK(text_of<IndexError>([&] { softmax(x, 0); }) == "softmax: axis 0 of a scalar (it has no axes)");
  CHECK(text_of<ShapeError>([&] { matmul(x, x); }) == "matmul: [] x [] (two matrices); hint: reshape");
  CHECK_THROWS_AS(conv2d(x, x), ShapeError);
  CHECK_THROWS_AS(max_pool2d(x, {}), ShapeError);
  CHECK_THROWS_AS(slice(x, 0, 0, 1), IndexError);
}

TEST_CASE("shapes 30: images of one pixel, one channel, one sample") {
  const Tensor x = leaf({1, 1, 1, 1}, 1);
  const Tensor w = leaf({1, 1, 1, 1}, 2);
  const auto check = [&](const char* name, const std::function<Tensor(const Tensors&)>& f, const Tensors& inputs) {
    const auto report = gradcheck(f, inputs, {.order = 2, .name = name});
    CHECK_MESSAGE(report.ok, report.message);
    CHECK(f(inputs).shape() == Shape{1, 1, 1, 1});
  };
  check("conv2d", [](const Tensors& t) { return conv2d(t[0], t[1]); }, {x, w});
  check("conv2d, padded", [](const Tensors& t) { return conv2d(t[0], t[1], {.stride = 3, .padding = 1}); },
        {x, leaf({1, 1, 3, 3}, 3)});
  check("max_pool2d", [](const Tensors& t) { return max_pool2d(t[0], {.kernel = 1}); }, {x});
  check("avg_pool2d", [](const Tensors& t) { return avg_pool2d(t[0], {.kernel = 1}); }, {x});
  check("avg_pool2d, padded",
        [](const Tensors& t) { return avg_pool2d(t[0], {.kernel = 3, .stride = 3, .padding = 1}); }, {x});
  check("local_response_norm", [](const Tensors& t) { return local_response_norm(t[0], {.alpha = 0.5}); }, {x});
  CHECK(softmax(x, 1).item() == 1);
  CHECK(grad(softmax(x, 1), {x})[0].item() == 0);
}

TEST_CASE("shapes 31: sizes whose product overflows are refused before anything is allocated") {
  const auto before = buffer_statistics();
  CHECK(text_of<ShapeError>([] {
          zeros({4294967296, 4294967296});
        }) == "zeros: shape [4294967296, 4294967296] overflows (at most 2^63 - 1 bytes)");
  CHECK_THROWS_AS(ones({std::int64_t{1} << 62, 2}), ShapeError);
  CHECK_THROWS_AS(full({3, std::int64_t{1} << 61}, 1, Dtype::f64), ShapeError);
  CHECK_THROWS_AS(broadcast_to(zeros({1}), {std::int64_t{1} << 40, std::int64_t{1} << 40}), ShapeError);
  CHECK(buffer_statistics().system_allocations - before.system_allocations <= 1);  // the one element
}

TEST_CASE("reductions 34: every subset of the axes, in any order, from either end, with and without keepdim") {
  const Tensor x = leaf({2, 3, 4}, 1, -1, 1);
  for (int subset = 1; subset < 8; ++subset) {
    std::vector<std::int64_t> forward, backward, with_ones, without;
    std::int64_t count = 1;
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      const bool gone = (subset >> axis & 1) != 0;
      if (gone) {
        forward.push_back(axis);
        backward.insert(backward.begin(), axis - 3);
        count *= x.dim(axis);
      } else {
        without.push_back(x.dim(axis));
      }
      with_ones.push_back(gone ? 1 : x.dim(axis));
    }
    const Shape kept(with_ones);
    std::vector<double> sums(static_cast<std::size_t>(kept.numel()), 0.0);
    std::vector<double> tops(sums.size(), -2.0);
    for (std::int64_t i = 0; i < 24; ++i) {
      const std::int64_t place[] = {i / 12, i / 4 % 3, i % 4};
      std::int64_t at = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) at = at * kept[axis] + (kept[axis] == 1 ? 0 : place[axis]);
      const double v = x.at({place[0], place[1], place[2]});
      sums[static_cast<std::size_t>(at)] += v;
      tops[static_cast<std::size_t>(at)] = std::max(tops[static_cast<std::size_t>(at)], v);
    }
    for (const auto& axes : {forward, backward}) {
      for (bool keepdim : {false, true}) {
        const Shape shape = keepdim ? kept : Shape(without);
        const Tensor s = sum(x, Axes(axes), keepdim);
        const Tensor m = mean(x, Axes(axes), keepdim);
        const Tensor l = logsumexp(x, Axes(axes), keepdim);
        CHECK(s.shape() == shape);
        CHECK(m.shape() == shape);
        CHECK(max(x, Axes(axes), keepdim).shape() == shape);
        CHECK(max(x, Axes(axes), keepdim).to_vector() == tops);
        const Tensor e = sum(exp(x), Axes(axes), keepdim);
        for (std::size_t i = 0; i < sums.size(); ++i) {
          CHECK(std::abs(s.to_vector()[i] - sums[i]) <= 1e-14);
          CHECK(std::abs(m.to_vector()[i] - sums[i] / static_cast<double>(count)) <= 1e-15);
          CHECK(std::abs(l.to_vector()[i] - std::log(e.to_vector()[i])) <= 1e-14);
        }
      }
    }
  }
}

TEST_CASE("reductions 36: the mean of one row and of three: value and gradient know N") {
  for (std::int64_t n : {1, 3}) {
    const Tensor x = leaf({n, 2}, 1);
    CHECK(mean(x, 0).to_vector()[0] ==
          doctest::Approx(sum(x, 0).to_vector()[0] / static_cast<double>(n)).epsilon(1e-15));
    for (double g : grad(sum(mean(x, 0)), {x})[0].to_vector()) CHECK(g == 1.0 / static_cast<double>(n));
    for (double g : grad(mean(x), {x})[0].to_vector()) CHECK(g == 1.0 / static_cast<double>(2 * n));
  }
}

TEST_CASE("softmax 38: along each axis of rank 3 it is exp over its sum, and log_softmax its logarithm") {
  const Tensor x = leaf({2, 3, 4}, 1, -2, 2);
  for (std::int64_t axis : {0, 1, 2, -1}) {
    const Tensor p = softmax(x, axis);
    const Tensor expected = exp(x) / sum(exp(x), axis, true);
    const Tensor logs = log_softmax(x, axis);
    for (std::size_t i = 0; i < 24; ++i) {
      CHECK(p.to_vector()[i] == doctest::Approx(expected.to_vector()[i]).epsilon(1e-14));
      CHECK(logs.to_vector()[i] == doctest::Approx(std::log(expected.to_vector()[i])).epsilon(1e-13));
    }
    const auto report = gradcheck([&](const Tensors& t) { return softmax(t[0], axis); }, {x}, {.order = 2});
    CHECK_MESSAGE(report.ok, report.message);
  }
}
