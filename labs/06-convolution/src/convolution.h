// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/layer_info.h>
#include <yhat/ops.h>

#include <cstddef>
#include <cstdint>
#include <vector>

/// Convolution twice: as sums of shifted products, and as patches times a matrix. Values only, no graph; all tensors
/// are f64. x (N,C,H,W), w (O,C/groups,kh,kw), y and its gradient g (N,O,Ho,Wo), with stride s, padding P, dilation d
/// from the spec (each may differ for height and width).
namespace yhat::labs {

/// A 4-axis tensor as a plain array to read and to add to: `y(n, o, i, j) += ...`.
struct Grid {
  Shape shape;
  std::vector<double> values;

  /// All 0.
  explicit Grid(const Shape& s) : shape(s), values(static_cast<std::size_t>(s.numel())) {}
  explicit Grid(const Tensor& x) : shape(x.shape()), values(x.to_vector()) {}
  double& operator()(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    return values[static_cast<std::size_t>(((a * shape[1] + b) * shape[2] + c) * shape[3] + d)];
  }
  Tensor tensor() const { return from_values(values, shape, Dtype::f64); }
};

/// (N,O,Ho,Wo) for x (N,C,H,W) and w (O,C/groups,kh,kw).
inline Shape output_shape(const Shape& x, const Shape& w, const Conv2dSpec& spec) {
  return {x[0], w[0], window_output(x[2], w[2], spec.stride.h, spec.padding.h, spec.dilation.h),
          window_output(x[3], w[3], spec.stride.w, spec.padding.w, spec.dilation.w)};
}

// --- direct.cpp ---

/// y[n,o,i,j] = b[o] + sum over c < C/groups, u, v of x[n, group(o) C/groups + c, i s - P + u d, j s - P + v d]
/// w[o,c,u,v], where group(o) = o / (O/groups) and x is 0 outside. b (O) may be undefined.
Tensor direct_conv2d(const Tensor& x, const Tensor& w, const Tensor& b, const Conv2dSpec& spec);

/// dL/dx for dL/dy = g.
Tensor direct_input_grad(const Tensor& g, const Tensor& w, const Shape& x_shape, const Conv2dSpec& spec);

/// dL/dw for dL/dy = g.
Tensor direct_weight_grad(const Tensor& g, const Tensor& x, const Shape& w_shape, const Conv2dSpec& spec);

// --- im2col.cpp ---

/// floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1
std::int64_t conv_output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                              std::int64_t dilation);

/// The patches of all channels as columns: x (N,C,H,W) -> (C kh kw, N Ho Wo). Rows run over (c,u,v), columns over
/// (n,i,j), the last of each fastest. w_shape (O,C,kh,kw) says how large a patch is; groups = 1.
Tensor im2col(const Tensor& x, const Shape& w_shape, const Conv2dSpec& spec);

/// The same as direct_conv2d by one matrix product: w (O, C kh kw) times im2col(x). groups = 1.
Tensor conv2d_im2col(const Tensor& x, const Tensor& w, const Tensor& b, const Conv2dSpec& spec);

}  // namespace yhat::labs
