// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "../kernels/pool2d.h"
#include "../tensor_impl.h"
#include "../yhat/autograd.h"
#include "../yhat/error.h"
#include "../yhat/ops.h"
#include "spatial.h"

namespace yhat {
namespace {

struct Window {
  Pair kernel, stride, padding, dilation;
  bool ceil_mode;
};

// 0 stands for the kernel's size.
template <class Spec>
Pair stride_of(const Spec& spec) {
  return spec.stride == Pair(0) ? spec.kernel : spec.stride;
}

// With ceil_mode the last window may hang over the end, but must start inside the input or the padding before it.
std::int64_t pooled_size(const char* op, const Window& w, int dim, std::int64_t size) {
  const auto along = [dim](const Pair& pair) { return dim == 2 ? pair.h : pair.w; };
  const std::int64_t kernel = along(w.kernel);
  const std::int64_t stride = along(w.stride);
  const std::int64_t padding = along(w.padding);
  const std::int64_t dilation = along(w.dilation);
  require_padding(op, padding, kernel);
  std::int64_t count = output_size(size, kernel, stride, padding, dilation);
  if (w.ceil_mode) {
    const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
    count = room < 0 ? 0 : (room + stride - 1) / stride + 1;  // NOLINT: output_size has refused a stride of 0
    if (count > 0 && (count - 1) * stride >= size + padding) --count;
  }
  if (count < 1) {
    throw ShapeError(op, fmt::format("window {} of dim {} exceeds padded input {} (window must fit)",
                                     dilation * (kernel - 1) + 1, dim, size + 2 * padding));
  }
  // Windows may step over the input through their gaps, or lie in the padding altogether.
  for (std::int64_t i = 0; i < count; ++i) {
    bool covers = false;
    for (std::int64_t k = 0; k < kernel && !covers; ++k) {
      const std::int64_t at = i * stride - padding + k * dilation;
      covers = at >= 0 && at < size;
    }
    if (!covers) {
      throw ArgumentError(op,
                          fmt::format("window {} of dim {} covers no input element (every window needs one)", i, dim));
    }
  }
  return count;
}

kernels::Pool2dGeometry pooled(const char* op, const Shape& x, Window w) {
  require_4d(op, "input", x);
  w.stride = stride_of(w);
  require_at_least(op, "kernel", w.kernel, 1);
  require_at_least(op, "stride", w.stride, 1);
  require_at_least(op, "padding", w.padding, 0);
  require_at_least(op, "dilation", w.dilation, 1);
  if (x[1] == 0) throw ShapeError(op, fmt::format("input {} has 0 channels (at least 1)", x));
  kernels::Pool2dGeometry geo{};
  geo.n = x[0], geo.c = x[1], geo.h = x[2], geo.w = x[3];
  geo.kh = w.kernel.h, geo.kw = w.kernel.w;
  geo.stride_h = w.stride.h, geo.stride_w = w.stride.w;
  geo.pad_h = w.padding.h, geo.pad_w = w.padding.w;
  geo.dil_h = w.dilation.h, geo.dil_w = w.dilation.w;
  geo.oh = pooled_size(op, w, 2, geo.h);
  geo.ow = pooled_size(op, w, 3, geo.w);
  if (geo.oh == 1) geo.stride_h = 1;  // a single window does not move, and kernels need room for a stride
  if (geo.ow == 1) geo.stride_w = 1;
  return geo;
}

kernels::Pool2dGeometry averaged(const char* op, const Shape& x, const AvgPool2dSpec& spec) {
  kernels::Pool2dGeometry geo = pooled(op, x, {spec.kernel, spec.stride, spec.padding, 1, spec.ceil_mode});
  geo.count_include_pad = spec.count_include_pad;
  return geo;
}

}  // namespace

// Which element wins is a constant of the moment, so max-pooling is a gather of the winners, and its gradient the
// scatter_add that belongs to it: windows overlap, contributions add up. The kernel does the same in one pass.
Tensor max_pool2d(const Tensor& x, const MaxPool2dSpec& spec) {
  const kernels::Pool2dGeometry geo =
      pooled("max_pool2d", x.shape(), {spec.kernel, spec.stride, spec.padding, spec.dilation, spec.ceil_mode});
  Tensor y = empty({geo.n, geo.c, geo.oh, geo.ow}, x.dtype());
  Index::Values winners(static_cast<std::size_t>(y.size()));
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::max_pool2d(geo, x.data<T>().data(), y.mutable_data<T>().data(), winners.data());
  });
  return record("max_pool2d", std::move(y),
                edge(x,
                     [winner = Index::of(std::move(winners)), s = x.shape(), geo](const Tensor& g) {
                       if (grad_enabled()) return reshape(scatter_add(flatten(g), 0, winner, s.numel()), s);
                       Tensor gx = empty(s, g.dtype());
                       dispatch(g.dtype(), [&](auto zero) {
                         using T = decltype(zero);
                         kernels::max_pool2d_grad(geo, g.data<T>().data(), winner.values().data(),
                                                  gx.mutable_data<T>().data());
                       });
                       return gx;
                     }),
                attribute("kernel", geo.kh, geo.kw), attribute("stride", stride_of(spec).h, stride_of(spec).w),
                attribute("padding", geo.pad_h, geo.pad_w), attribute("dilation", geo.dil_h, geo.dil_w));
}

Tensor avg_pool2d(const Tensor& x, const AvgPool2dSpec& spec) {
  const kernels::Pool2dGeometry geo = averaged("avg_pool2d", x.shape(), spec);
  Tensor y = empty({geo.n, geo.c, geo.oh, geo.ow}, x.dtype());
  dispatch(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::avg_pool2d(geo, x.data<T>().data(), y.mutable_data<T>().data());
  });
  return record("avg_pool2d", std::move(y),
                edge(x, [spec, s = x.shape()](const Tensor& g) { return avg_pool2d_grad(g, s, spec); }),
                attribute("kernel", geo.kh, geo.kw), attribute("stride", stride_of(spec).h, stride_of(spec).w),
                attribute("padding", geo.pad_h, geo.pad_w), attribute("count_include_pad", spec.count_include_pad));
}

Tensor avg_pool2d_grad(const Tensor& g, const Shape& x_shape, const AvgPool2dSpec& spec) {
  const kernels::Pool2dGeometry geo = averaged("avg_pool2d_grad", x_shape, spec);
  const Shape y_shape{geo.n, geo.c, geo.oh, geo.ow};
  if (g.shape() != y_shape) {
    throw ShapeError("avg_pool2d_grad",
                     fmt::format("gradient {} for an output of {} (must be equal)", g.shape(), y_shape));
  }
  Tensor gx = empty(x_shape, g.dtype());
  dispatch(g.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::avg_pool2d_grad(geo, g.data<T>().data(), gx.mutable_data<T>().data());
  });
  return record("avg_pool2d_grad", std::move(gx), edge(g, [spec](const Tensor& h) { return avg_pool2d(h, spec); }));
}

}  // namespace yhat
