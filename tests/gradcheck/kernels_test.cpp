// SPDX-License-Identifier: MIT
// The kernels by themselves, without ops around them: each backward kernel, in its reference and its fast voice, is
// checked as a gradient written by hand of the forward kernel of the same voice.
#include <doctest/doctest.h>

#include "conv_cases.h"
#include "core/kernels/conv2d.h"
#include "core/kernels/lrn.h"
#include "core/kernels/pool2d.h"
#include "pool_cases.h"

using namespace yhat;
using namespace yhat::test;

namespace {

const double* in(const Tensor& x) { return x.data<double>().data(); }
double* out(Tensor& y) { return y.mutable_data<double>().data(); }
Tensor fresh(const Shape& shape) { return empty(shape, Dtype::f64); }

kernels::Conv2dGeometry geometry(const ConvCase& c) {
  const Shape y = c.y_shape();
  return {c.n,
          c.c,
          c.h,
          c.w,
          c.o,
          c.kernel.h,
          c.kernel.w,
          y[2],
          y[3],
          c.spec.stride.h,
          c.spec.stride.w,
          c.spec.padding.h,
          c.spec.padding.w,
          c.spec.dilation.h,
          c.spec.dilation.w,
          c.spec.groups};
}

kernels::Pool2dGeometry geometry(const PoolCase& c, const Shape& y) {
  kernels::Pool2dGeometry g{};
  g.n = c.x[0], g.c = c.x[1], g.h = c.x[2], g.w = c.x[3];
  g.kh = c.kernel.h, g.kw = c.kernel.w;
  g.oh = y[2], g.ow = y[3];
  g.stride_h = c.stride.h, g.stride_w = c.stride.w;
  g.pad_h = c.padding.h, g.pad_w = c.padding.w;
  g.dil_h = c.dilation.h, g.dil_w = c.dilation.w;
  g.count_include_pad = c.count_include_pad;
  return g;
}

void check(const Fn& f, const HandVjp& vjp, const Tensors& inputs, const std::string& name) {
  const GradcheckReport report = gradcheck(f, vjp, inputs, {.name = name});
  CHECK_MESSAGE(report.ok, report.message);
}

}  // namespace

TEST_CASE("gradcheck of kernels: convolution, reference and fast") {
  for (bool fast : {false, true}) {
    const auto conv2d = fast ? &kernels::conv2d<double> : &kernels::reference::conv2d<double>;
    const auto input_grad = fast ? &kernels::conv2d_input_grad<double> : &kernels::reference::conv2d_input_grad<double>;
    const auto weight_grad =
        fast ? &kernels::conv2d_weight_grad<double> : &kernels::reference::conv2d_weight_grad<double>;
    for (const ConvCase& c : conv_cases(120)) {
      Draw d(c.name());
      const kernels::Conv2dGeometry g = geometry(c);
      check(
          [&](const Tensors& x) {
            Tensor y = fresh(c.y_shape());
            conv2d(g, in(x[0]), in(x[1]), nullptr, out(y));
            return Tensors{y};
          },
          [&](const Tensors& x, const Tensors& v) {
            Tensor gx = fresh(c.x_shape());
            Tensor gw = fresh(c.w_shape());
            input_grad(g, in(v[0]), in(x[1]), out(gx));
            weight_grad(g, in(v[0]), in(x[0]), out(gw));
            return Tensors{gx, gw};
          },
          {d.in(c.x_shape()).detach(), d.in(c.w_shape()).detach()}, (fast ? "fast " : "reference ") + c.name());
    }
  }
}

TEST_CASE("gradcheck of kernels: pooling, reference and fast") {
  for (bool fast : {false, true}) {
    const auto max_pool2d = fast ? &kernels::max_pool2d<double> : &kernels::reference::max_pool2d<double>;
    const auto max_grad = fast ? &kernels::max_pool2d_grad<double> : &kernels::reference::max_pool2d_grad<double>;
    const auto avg_pool2d = fast ? &kernels::avg_pool2d<double> : &kernels::reference::avg_pool2d<double>;
    const auto avg_grad = fast ? &kernels::avg_pool2d_grad<double> : &kernels::reference::avg_pool2d_grad<double>;
    for (bool dilated : {true, false}) {
      for (const PoolCase& c : pool_cases(150, dilated)) {
        Draw d(c.name());
        const Shape shape = yhat::max_pool2d(zeros(c.x), c.max()).shape();
        const kernels::Pool2dGeometry g = geometry(c, shape);
        std::vector<std::int64_t> winner(static_cast<std::size_t>(shape.numel()));
        const std::string name = (fast ? "fast " : "reference ") + c.name();
        check(
            [&](const Tensors& x) {
              Tensor y = fresh(shape);
              max_pool2d(g, in(x[0]), out(y), winner.data());
              return Tensors{y};
            },
            [&](const Tensors& x, const Tensors& v) {
              Tensor y = fresh(shape);
              Tensor gx = fresh(c.x);
              max_pool2d(g, in(x[0]), out(y), winner.data());
              max_grad(g, in(v[0]), winner.data(), out(gx));
              return Tensors{gx};
            },
            {d.spaced(c.x).detach()}, "max " + name);
        if (dilated) continue;
        check(
            [&](const Tensors& x) {
              Tensor y = fresh(shape);
              avg_pool2d(g, in(x[0]), out(y));
              return Tensors{y};
            },
            [&](const Tensors&, const Tensors& v) {
              Tensor gx = fresh(c.x);
              avg_grad(g, in(v[0]), out(gx));
              return Tensors{gx};
            },
            {d.in(c.x).detach()}, "average " + name);
      }
    }
  }
}

TEST_CASE("gradcheck of kernels: local response normalisation, reference and fast") {
  for (bool fast : {false, true}) {
    const auto lrn = fast ? &kernels::local_response_norm<double> : &kernels::reference::local_response_norm<double>;
    const auto lrn_grad =
        fast ? &kernels::local_response_norm_grad<double> : &kernels::reference::local_response_norm_grad<double>;
    for (std::int64_t size : {1, 2, 3, 4, 5, 9}) {
      for (double beta : {0.5, 0.75, 1.0}) {
        for (const Shape& shape : {Shape{2, 4, 3}, Shape{1, 5, 2}, Shape{3, 2, 1}}) {
          const kernels::LrnGeometry g{shape[0], shape[1], shape[2], size, 0.8, beta, 1.5};
          Draw d(fmt::format("{} {} {}", size, beta, shape));
          check(
              [&](const Tensors& x) {
                Tensor y = fresh(shape);
                lrn(g, in(x[0]), out(y), nullptr);
                return Tensors{y};
              },
              [&](const Tensors& x, const Tensors& v) {
                Tensor y = fresh(shape);
                Tensor scale = fresh(shape);
                Tensor gx = fresh(shape);
                lrn(g, in(x[0]), out(y), out(scale));
                lrn_grad(g, in(v[0]), in(x[0]), in(scale), out(gx));
                return Tensors{gx};
              },
              {d.in(shape).detach()},
              fmt::format("{} size {} beta {} {}", fast ? "fast" : "reference", size, beta, shape));
        }
      }
    }
  }
}

// Large enough that the work is cut into several tasks and pieces. Whole numbers, so that nothing is rounded.
TEST_CASE("gradcheck of kernels: pooling and response normalisation in several tasks, reference and fast") {
  const Shape x_shape{3, 60, 20, 21};
  const Shape y_shape{3, 60, 10, 11};
  kernels::Pool2dGeometry g{};
  g.n = 3, g.c = 60, g.h = 20, g.w = 21, g.kh = 2, g.kw = 2, g.oh = 10, g.ow = 11;
  g.stride_h = g.stride_w = 2, g.pad_w = 1;
  for (bool fast : {false, true}) {
    CAPTURE(fast);
    Draw d("several tasks");
    const Tensor x = d.distinct(x_shape) * 4;
    const Tensor v = d.whole(y_shape) * 4;
    const auto dot = [](const Tensor& a, const Tensor& b) { return sum(a * b).item(); };
    Tensor y = fresh(y_shape);
    Tensor gx = fresh(x_shape);
    std::vector<std::int64_t> winner(static_cast<std::size_t>(y_shape.numel()));
    (fast ? &kernels::max_pool2d<double> : &kernels::reference::max_pool2d<double>)(g, in(x), out(y), winner.data());
    (fast ? &kernels::max_pool2d_grad<double> : &kernels::reference::max_pool2d_grad<double>)(g, in(v), winner.data(),
                                                                                              out(gx));
    CHECK(dot(v, y) == dot(gx, x));
    CHECK(sum(gx).item() == sum(v).item());
    (fast ? &kernels::avg_pool2d<double> : &kernels::reference::avg_pool2d<double>)(g, in(x), out(y));
    (fast ? &kernels::avg_pool2d_grad<double> : &kernels::reference::avg_pool2d_grad<double>)(g, in(v), out(gx));
    CHECK(dot(v, y) == dot(gx, x));

    const Shape shape{2, 5, 700};
    const kernels::LrnGeometry lrn{2, 5, 700, 3, 0.8, 0.75, 1.5};
    const GradcheckReport report = gradcheck(
        [&](const Tensors& t) {
          Tensor z = fresh(shape);
          (fast ? &kernels::local_response_norm<double>
                : &kernels::reference::local_response_norm<double>)(lrn, in(t[0]), out(z), nullptr);
          return Tensors{z};
        },
        [&](const Tensors& t, const Tensors& w) {
          Tensor z = fresh(shape);
          Tensor scale = fresh(shape);
          Tensor gz = fresh(shape);
          (fast ? &kernels::local_response_norm<double>
                : &kernels::reference::local_response_norm<double>)(lrn, in(t[0]), out(z), out(scale));
          (fast ? &kernels::local_response_norm_grad<double>
                : &kernels::reference::local_response_norm_grad<double>)(lrn, in(w[0]), in(t[0]), in(scale), out(gz));
          return Tensors{gz};
        },
        {d.in(shape).detach()}, {.max_elements = 40});
    CHECK_MESSAGE(report.ok, report.message);
  }
}
