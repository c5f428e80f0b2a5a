// SPDX-License-Identifier: MIT
// Linear ops on small whole numbers, where nothing is rounded: <v, K x> = <K^T v, x> to the last bit, in both dtypes.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "conv_cases.h"
#include "pool_cases.h"

using namespace yhat;
using namespace yhat::test;

namespace {

double dot(const Tensor& a, const Tensor& b) {
  const std::vector<double> u = a.to_vector();
  const std::vector<double> v = b.to_vector();
  REQUIRE(u.size() == v.size());
  double total = 0;
  for (std::size_t i = 0; i < u.size(); ++i) total += u[i] * v[i];
  return total;
}

bool all_whole(const Tensor& x) {
  for (double v : x.to_vector()) {
    if (v != std::trunc(v)) return false;
  }
  return true;
}

// f is linear in input i while the others stay. The gradient itself must also be linear: so it goes on to order 2.
void check_identity(const Fn& f, const Tensors& inputs, Draw& d) {
  const Tensors y = f(inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) continue;
    CAPTURE(i);
    double left = 0;
    double right = 0;
    for (const Tensor& output : y) {
      const Tensor v = d.whole(output.shape(), 5, output.dtype());
      const GradOptions options{.create_graph = true, .retain_graph = true, .allow_unused = true, .seed = v};
      const Tensor g = grad(output, {inputs[i]}, options)[0];
      if (!g.defined()) continue;
      CHECK(all_whole(output));
      CHECK(all_whole(g));
      CHECK(g.dtype() == inputs[i].dtype());
      left += dot(v, output);
      right += dot(g, inputs[i]);
      // g is K^T v: its gradient in v with cotangent w is K w.
      const Tensor w = d.whole(inputs[i].shape(), 5, inputs[i].dtype());
      const Tensor kw = grad(g, {v}, {.allow_unused = true, .seed = w})[0];
      if (kw.defined()) CHECK(dot(kw, v) == dot(g, w));
    }
    CHECK(left == right);
  }
}

// The other inputs as constants of whole numbers, one at a time with a gradient.
void check_linear(const std::string& name, const Fn& f, const std::vector<Shape>& shapes) {
  for (Dtype dtype : {Dtype::f64, Dtype::f32}) {
    CAPTURE(name);
    CAPTURE(name_of(dtype));
    Draw d(name);
    Tensors inputs;
    for (const Shape& shape : shapes) inputs.push_back(d.whole(shape, 5, dtype));
    check_identity(f, inputs, d);
  }
}

// A convolution and its two companions.
void check_convolution(const ConvCase& c) {
  check_linear("conv2d " + c.name(), [&](const Tensors& t) { return Tensors{conv2d(t[0], t[1], c.spec)}; },
               {c.x_shape(), c.w_shape()});
  check_linear("input grad " + c.name(),
               [&](const Tensors& t) { return Tensors{conv2d_input_grad(t[0], t[1], c.x_shape(), c.spec)}; },
               {c.y_shape(), c.w_shape()});
  check_linear("weight grad " + c.name(),
               [&](const Tensors& t) { return Tensors{conv2d_weight_grad(t[0], t[1], c.w_shape(), c.spec)}; },
               {c.y_shape(), c.x_shape()});
}

}  // namespace

TEST_CASE("integer identity 57: convolution in x, weight and bias, its companions, the whole grid") {
  for (const ConvCase& c : conv_cases(1500)) check_convolution(c);
  check_linear("bias",
               [](const Tensors& t) {
                 return Tensors{conv2d(zeros({2, 3, 4, 5}, t[0].dtype()), zeros({4, 3, 2, 2}, t[0].dtype()), t[0])};
               },
               {Shape{4}});
}

TEST_CASE("integer identity: convolutions wide enough for every vector kernel, and padded by more than a stride") {
  std::vector<ConvCase> cases = {{2, 2, 8, 9, 3, {5, 5}, {.stride = {2, 3}, .padding = {3, 4}}, false},
                                 {2, 2, 4, 2, 3, {1, 1}, {.stride = {1, 3}, .padding = {0, 1}}, false}};
  for (std::int64_t channels : {8, 16, 17, 33}) {
    for (std::int64_t stride : {1, 2}) {
      cases.push_back({2, channels, 13, 18, channels + 3, {3, 3}, {.stride = stride, .padding = {1, 2}}, false});
    }
  }
  for (const ConvCase& c : cases) check_convolution(c);
}

TEST_CASE(
    "integer identity: convolutions too large for one batch of planes, one block of pixels, one panel of filters") {
  const ConvCase cases[] = {{9, 2, 64, 66, 32, {2, 1}, {.padding = {1, 0}}, false},  // planes of the gradient
                            {9, 32, 64, 66, 2, {1, 2}, {.stride = {2, 1}}, false},   // planes of the input
                            {3, 2, 190, 190, 64, {3, 3}, {.stride = 2}, false},      // and phases of the gradient
                            {3, 1, 740, 740, 1, {1, 2}, {.stride = {2, 1}}, false},  // one image at a time
                            {2, 2, 3, 600, 3, {2, 3}, {.padding = {0, 1}}, false},   // rows longer than a block
                            {2, 4, 9, 8, 80, {2, 3}, {.dilation = {2, 1}, .groups = 2}, false}};
  for (const ConvCase& c : cases) {
    CAPTURE(c.name());
    Draw d(c.name());
    check_identity([&](const Tensors& t) { return Tensors{conv2d(t[0], t[1], c.spec)}; },
                   {d.whole(c.x_shape()), d.whole(c.w_shape())}, d);
    check_identity([&](const Tensors& t) { return Tensors{conv2d_input_grad(t[0], t[1], c.x_shape(), c.spec)}; },
                   {d.whole(c.y_shape()), d.whole(c.w_shape())}, d);
    check_identity([&](const Tensors& t) { return Tensors{conv2d_weight_grad(t[0], t[1], c.w_shape(), c.spec)}; },
                   {d.whole(c.y_shape()), d.whole(c.x_shape())}, d);
  }
}

TEST_CASE("integer identity: products, small and large") {
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      for (const std::vector<std::int64_t>& size : std::vector<std::vector<std::int64_t>>{
               {2, 3, 4}, {1, 5, 1}, {4, 1, 3}, {7, 19, 5}, {33, 17, 65}, {64, 100, 48}}) {
        const Shape a = ta ? Shape{size[1], size[0]} : Shape{size[0], size[1]};
        const Shape b = tb ? Shape{size[2], size[1]} : Shape{size[1], size[2]};
        check_linear(fmt::format("matmul {} {} {} {}", a, b, ta, tb),
                     [=](const Tensors& t) { return Tensors{matmul(t[0], t[1], ta, tb)}; }, {a, b});
      }
    }
  }
  for (std::int64_t n : {1, 3, 40}) {
    check_linear(fmt::format("linear {}", n), [](const Tensors& t) { return Tensors{linear(t[0], t[1])}; },
                 {Shape{n, 7}, Shape{5, 7}});
  }
  check_linear("linear's bias",
               [](const Tensors& t) {
                 return Tensors{linear(zeros({3, 2}, t[0].dtype()), zeros({4, 2}, t[0].dtype()), t[0])};
               },
               {Shape{4}});
}

TEST_CASE("integer identity: every case of the ops that move, repeat or add elements") {
  std::size_t cases = 0;
  for (const Op& op : catalogue()) {
    const bool exact = op.group == "shapes" || op.name == "gather" || op.name == "scatter_add" || op.name == "sum" ||
                       op.name == "broadcast_to" || op.name == "sum_to" || op.name == "neg" || op.name == "clone" ||
                       op.name == "add" || op.name == "sub" || op.name == "where";
    if (!exact) continue;
    CHECK(op.linear);
    for (const Sample& sample : op.cases()) {
      Draw drawn(op.name + ": " + sample.name);
      const Case c = sample.make(drawn);
      if (op.name == "where" || sample.name.find("twice") != std::string::npos) continue;
      for (Dtype dtype : {Dtype::f64, Dtype::f32}) {
        CAPTURE(op.name + ": " + sample.name);
        CAPTURE(name_of(dtype));
        Draw d(sample.name);
        const bool one_by_one = op.name == "add" || op.name == "sub";
        for (std::size_t i = 0; i < (one_by_one ? c.inputs.size() : 1); ++i) {
          Tensors inputs;
          for (std::size_t k = 0; k < c.inputs.size(); ++k) {
            Tensor x = d.whole(c.inputs[k].shape(), 5, dtype);
            if (one_by_one && k != i) x = zeros(x.shape(), dtype);  // affine in one, linear if the other is 0
            inputs.push_back(x);
          }
          if (op.name == "concat") {  // linear in all pieces together
            const Tensor y = c.f(inputs)[0];
            const Tensor v = d.whole(y.shape(), 5, dtype);
            const Tensors g = grad(y, inputs, {.seed = v});
            double right = 0;
            for (std::size_t k = 0; k < g.size(); ++k) right += dot(g[k], inputs[k]);
            CHECK(dot(v, y) == right);
          } else {
            check_identity(c.f, inputs, d);
          }
        }
      }
      ++cases;
    }
  }
  CHECK(cases > 500);
}

TEST_CASE("integer identity: means and average pooling where every divisor is a power of two") {
  // Multiples of 16: a division by up to 16 leaves whole numbers.
  const auto scaled = [](const Fn& f) {
    return [f](const Tensors& t) {
      Tensors x;
      for (const Tensor& each : t) x.push_back(each * 16);
      return f(x);
    };
  };
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{{0, 1}}}) {
    check_linear("mean", scaled([=](const Tensors& t) { return Tensors{mean(t[0], axes)}; }), {Shape{2, 4}});
  }
  for (const Pair& kernel : {Pair(1), Pair(2), Pair(4), Pair(1, 4), Pair(4, 2)}) {
    for (const Pair& stride : {Pair(1), Pair(2, 3)}) {
      for (const Pair& padding : {Pair(0), Pair(kernel.h / 2, kernel.w / 2)}) {
        const AvgPool2dSpec spec{.kernel = kernel, .stride = stride, .padding = padding};
        check_linear("avg_pool2d", scaled([=](const Tensors& t) { return Tensors{avg_pool2d(t[0], spec)}; }),
                     {Shape{2, 3, 7, 6}});
        const Shape y = avg_pool2d(zeros({2, 3, 7, 6}), spec).shape();
        check_linear("avg_pool2d_grad", scaled([=](const Tensors& t) {
                       return Tensors{avg_pool2d_grad(t[0], {2, 3, 7, 6}, spec)};
                     }),
                     {y});
      }
    }
  }
}

TEST_CASE("integer identity: conversion between dtypes") {
  Draw d("to");
  for (Dtype from : {Dtype::f64, Dtype::f32}) {
    const Tensor x = d.whole({2, 3}, 5, from);
    const Dtype to = from == Dtype::f64 ? Dtype::f32 : Dtype::f64;
    check_identity([=](const Tensors& t) { return Tensors{t[0].to(to)}; }, {x}, d);
  }
}

TEST_CASE("max pooling of distinct whole numbers: the gradient is exact, and all of it arrives") {
  for (const PoolCase& c : pool_cases(400, true)) {
    for (Dtype dtype : {Dtype::f64, Dtype::f32}) {
      CAPTURE(c.name());
      Draw d(c.name());
      const Tensor x = d.distinct(c.x, dtype);
      const Tensor y = max_pool2d(x, c.max());
      const Tensor v = d.whole(y.shape(), 5, dtype);
      const Tensor g = grad(y, {x}, {.seed = v})[0];
      CHECK(sum(g).item() == sum(v).item());
      CHECK(dot(v, y) == dot(g, x));  // each output is one of the inputs
    }
  }
}

TEST_CASE("convolution 56: the settings of the grid meet in all pairs") {
  std::set<std::string> pairs;
  const std::vector<ConvCase> cases = conv_cases(240);
  for (const ConvCase& c : cases) {
    CHECK(c.h != c.w);
    CHECK(c.c != c.o);
    const auto name_stride = [](std::int64_t s, std::int64_t k) { return s == k + 1 ? "k+1" : fmt::format("{}", s); };
    const std::vector<std::string> settings = {
        fmt::format("kh {}", c.kernel.h),
        fmt::format("kw {}", c.kernel.w),
        "sh " + name_stride(c.spec.stride.h, c.kernel.h),
        "sw " + name_stride(c.spec.stride.w, c.kernel.w),
        fmt::format("ph {}", c.spec.padding.h),
        fmt::format("pw {}", c.spec.padding.w),
        fmt::format("dilation {} {}", c.spec.dilation.h > 1, c.spec.dilation.w > 1),
        c.spec.groups == 1     ? "one group"
        : c.spec.groups == c.c ? "depthwise"
                               : "groups",
        fmt::format("bias {}", c.bias),
        fmt::format("n {}", c.n)};
    for (std::size_t i = 0; i < settings.size(); ++i) {
      for (std::size_t k = i + 1; k < settings.size(); ++k) pairs.insert(settings[i] + ", " + settings[k]);
    }
  }
  const auto met = [&](const std::string& a, const std::string& b) {
    CHECK_MESSAGE(pairs.count(a + ", " + b) == 1, a, ", ", b);
  };
  for (const char* p : {"ph 0", "ph 1", "ph 2"}) {
    for (const char* q : {"pw 0", "pw 1", "pw 2"}) met(p, q);
    for (const char* q : {"one group", "depthwise", "groups"}) met(p, q);
    for (const char* q : {"n 1", "n 2", "n 3"}) met(p, q);
    for (const char* k : {"kh 1", "kh 2", "kh 3", "kh 5"}) met(k, p);
    for (const char* s : {"sh 1", "sh 2", "sh 3", "sh 4", "sh k+1"}) met(s, p);
  }
  for (const char* s : {"sh 1", "sh 2", "sh 3", "sh 4", "sh k+1"}) {
    for (const char* k : {"kh 1", "kh 3", "kh 5"}) {
      // There the stride is called k+1.
      if ((k == std::string("kh 1") && s == std::string("sh 2")) ||
          (k == std::string("kh 3") && s == std::string("sh 4"))) {
        continue;
      }
      met(k, s);
    }
    for (const char* q : {"one group", "depthwise", "groups"}) met(s, q);
    for (const char* q : {"dilation false false", "dilation true false", "dilation false true", "dilation true true"}) {
      met(s, q);
    }
  }
}
