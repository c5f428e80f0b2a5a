// SPDX-License-Identifier: MIT
#include <cstddef>
#include <vector>

#include "convolution.h"

namespace yhat::labs {

std::int64_t conv_output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                              std::int64_t dilation) {
  return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

Tensor im2col(const Tensor& x, const Shape& w_shape, const Conv2dSpec& spec) {
  const Shape y = output_shape(x.shape(), w_shape, spec);
  Grid in(x);
  std::vector<double> patches;
  for (std::int64_t c = 0; c < x.dim(1); ++c) {
    for (std::int64_t u = 0; u < w_shape[2]; ++u) {
      for (std::int64_t v = 0; v < w_shape[3]; ++v) {
        for (std::int64_t n = 0; n < x.dim(0); ++n) {
          for (std::int64_t i = 0; i < y[2]; ++i) {
            for (std::int64_t j = 0; j < y[3]; ++j) {
              const std::int64_t row = i * spec.stride.h - spec.padding.h + u * spec.dilation.h;
              const std::int64_t column = j * spec.stride.w - spec.padding.w + v * spec.dilation.w;
              const bool inside = row >= 0 && row < x.dim(2) && column >= 0 && column < x.dim(3);
              patches.push_back(inside ? in(n, c, row, column) : 0);
            }
          }
        }
      }
    }
  }
  return from_values(patches, {x.dim(1) * w_shape[2] * w_shape[3], x.dim(0) * y[2] * y[3]}, Dtype::f64);
}

Tensor conv2d_im2col(const Tensor& x, const Tensor& w, const Tensor& b, const Conv2dSpec& spec) {
  const Shape y_shape = output_shape(x.shape(), w.shape(), spec);
  Tensor y = matmul(reshape(w, {w.dim(0), -1}), im2col(x, w.shape(), spec));  // (O, N Ho Wo)
  if (b.defined()) y = y + reshape(b, {-1, 1});
  return permute(reshape(y, {y_shape[1], y_shape[0], y_shape[2], y_shape[3]}), {1, 0, 2, 3});
}

}  // namespace yhat::labs
