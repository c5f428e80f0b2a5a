// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "../kernels/conv2d.h"
#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"
#include "spatial.h"

namespace yhat {
namespace {

// x (N,C,H,W), w (O,C/g,kh,kw) -> y (N,O,H',W'), all checked to fit together.
kernels::Conv2dGeometry geometry(const char* op, const Shape& x, const Shape& w, const Conv2dSpec& spec) {
  require_4d(op, "input", x);
  require_4d(op, "weight", w);
  require_at_least(op, "stride", spec.stride, 1);
  require_at_least(op, "padding", spec.padding, 0);
  require_at_least(op, "dilation", spec.dilation, 1);
  require_at_least(op, "kernel", {w[2], w[3]}, 1);
  const std::int64_t c = x[1];
  const std::int64_t o = w[0];
  require_groups(op, spec.groups, c, o);
  if (w[1] * spec.groups != c) {
    throw ShapeError(op, fmt::format("input has {} channels, weight {} with groups {} takes {} (C must be weight dim 1 "
                                     "x groups)",
                                     c, w, spec.groups, w[1] * spec.groups));
  }
  const Pair kernel{w[2], w[3]};
  const std::int64_t oh = output_size(x[2], kernel.h, spec.stride.h, spec.padding.h, spec.dilation.h);
  const std::int64_t ow = output_size(x[3], kernel.w, spec.stride.w, spec.padding.w, spec.dilation.w);
  if (oh < 1 || ow < 1) {
    throw ShapeError(op, fmt::format("kernel [{}, {}]{} exceeds padded input [{}, {}], output would be {} x {} (kernel "
                                     "must fit)",
                                     kernel.h, kernel.w, spec.dilation == Pair(1) ? "" : " dilated",
                                     x[2] + 2 * spec.padding.h, x[3] + 2 * spec.padding.w, oh, ow));
  }
  return {x[0],
          c,
          x[2],
          x[3],
          o,
          kernel.h,
          kernel.w,
          oh,
          ow,
          oh == 1 ? 1 : spec.stride.h,  // a single window does not move, and kernels need room for a stride
          ow == 1 ? 1 : spec.stride.w,
          spec.padding.h,
          spec.padding.w,
          spec.dilation.h,
          spec.dilation.w,
          spec.groups};
}

void require_output(const char* op, const Tensor& g, const kernels::Conv2dGeometry& geo) {
  const Shape y{geo.n, geo.o, geo.oh, geo.ow};
  if (g.shape() != y)
    throw ShapeError(op, fmt::format("gradient {} for an output of {} (must be equal)", g.shape(), y));
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b, const Conv2dSpec& spec) {
  require_same_dtype("conv2d", x, w);
  const kernels::Conv2dGeometry geo = geometry("conv2d", x.shape(), w.shape(), spec);
  if (b.defined()) {
    require_same_dtype("conv2d", x, b);
    if (b.shape() != Shape{geo.o}) {
      throw ShapeError("conv2d",
                       fmt::format("bias {} (must be {}, one element per output channel)", b.shape(), Shape{geo.o}));
    }
  }
  Tensor y = empty({geo.n, geo.o, geo.oh, geo.ow}, x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::conv2d(geo, x.data<T>().data(), w.data<T>().data(), b.defined() ? b.data<T>().data() : nullptr,
                    y.mutable_data<T>().data());
  });
  return record("conv2d", std::move(y),
                edge(x, [w, spec, s = x.shape()](const Tensor& g) { return conv2d_input_grad(g, w, s, spec); }),
                edge(w, [x, spec, s = w.shape()](const Tensor& g) { return conv2d_weight_grad(g, x, s, spec); }),
                b.defined() ? edge(b,
                                   [](const Tensor& g) {
                                     return sum(g, {0, 2, 3});
                                   })
                            : Edge{},
                attribute("stride", spec.stride.h, spec.stride.w), attribute("padding", spec.padding.h, spec.padding.w),
                attribute("dilation", spec.dilation.h, spec.dilation.w), attribute("groups", spec.groups));
}

Tensor conv2d(const Tensor& x, const Tensor& w, const Conv2dSpec& spec) { return conv2d(x, w, Tensor(), spec); }

// The three convolution ops are each linear in both operands, and each one's gradients are the other two.

Tensor conv2d_input_grad(const Tensor& g, const Tensor& w, const Shape& x_shape, const Conv2dSpec& spec) {
  require_same_dtype("conv2d_input_grad", g, w);
  const kernels::Conv2dGeometry geo = geometry("conv2d_input_grad", x_shape, w.shape(), spec);
  require_output("conv2d_input_grad", g, geo);
  Tensor gx = empty(x_shape, g.dtype());
  dispatch(g.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::conv2d_input_grad(geo, g.data<T>().data(), w.data<T>().data(), gx.mutable_data<T>().data());
  });
  return record("conv2d_input_grad", std::move(gx),  //
                edge(g, [w, spec](const Tensor& h) { return conv2d(h, w, spec); }),
                edge(w, [g, spec, s = w.shape()](const Tensor& h) { return conv2d_weight_grad(g, h, s, spec); }));
}

Tensor conv2d_weight_grad(const Tensor& g, const Tensor& x, const Shape& w_shape, const Conv2dSpec& spec) {
  require_same_dtype("conv2d_weight_grad", g, x);
  const kernels::Conv2dGeometry geo = geometry("conv2d_weight_grad", x.shape(), w_shape, spec);
  require_output("conv2d_weight_grad", g, geo);
  Tensor gw = empty(w_shape, g.dtype());
  dispatch(g.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::conv2d_weight_grad(geo, g.data<T>().data(), x.data<T>().data(), gw.mutable_data<T>().data());
  });
  return record("conv2d_weight_grad", std::move(gw),  //
                edge(g, [x, spec](const Tensor& h) { return conv2d(x, h, spec); }),
                edge(x, [g, spec, s = x.shape()](const Tensor& h) { return conv2d_input_grad(g, h, s, spec); }));
}

}  // namespace yhat
