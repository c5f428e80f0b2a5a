// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Receptive fields, measured: the pixels in which one output has a gradient that is not 0.
namespace demo {

/// The pixels of an image on which something depends.
struct Support {
  yhat::Tensor gradient;               ///< (H,W), |gradient| summed over the channels
  std::int64_t rows = 0, columns = 0;  ///< of the smallest rectangle around them
  std::int64_t pixels = 0;             ///< their number
};
/// `x` is the input (1,C,H,W) from which `output` was computed, `element` the place in it whose gradient is looked at.
Support support_of(const yhat::Tensor& output, const yhat::Tensor& x, std::initializer_list<std::int64_t> element);

/// Networks to be measured: of one channel, with random positive weights, so that nothing cancels.
struct StackOptions {
  std::int64_t kernel = 3, depth = 1;
  bool padded = true;      ///< maps keep their size
  bool relu = false;       ///< after each convolution; weights and image then have both signs
  bool equal = false;      ///< all weights 1 instead: the gradient counts the paths from a pixel to the output
  std::int64_t size = 31;  ///< height and width of the image
};
/// The support of the output in the middle.
Support middle_of_stack(const StackOptions& options);
/// The support of the output in the upper left corner.
Support corner_of_stack(const StackOptions& options);

/// A layer's receptive field by the formula rf += (k - 1) jump, jump *= stride, and as measured.
struct MeasuredField {
  std::string layer;
  std::int64_t formula = 0;
  std::int64_t measured = 0;  ///< side of the support of an output in the middle of the map
  bool square = false;        ///< the support is all of a square
};
/// A network with windows of the table's kernels, strides and paddings, one channel, average pooling and no activation;
/// a fully connected layer sees the whole last map.
std::vector<MeasuredField> measured_fields(const yhat::Summary& table);
/// LeNet-5 of 1998 itself: all its maps, its tanh (whose slope is never 0) and its subsampling.
std::vector<MeasuredField> measured_lenet();

/// Max-pooling and ReLU: the part of a field that this image uses.
struct UsedPart {
  std::int64_t field = 0, used = 0;  ///< pixels
};
UsedPart used_with_relu();
UsedPart used_with_max_pool();

}  // namespace demo
