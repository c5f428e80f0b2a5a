// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "yhat/ops.h"
#include "yhat/shape.h"

namespace yhat {

/// What one layer does to shapes and what it costs for one sample, worked out from its settings alone: nothing is
/// allocated or computed. Shapes are (C,H,W) or (F), without batch axis.
struct LayerInfo {
  std::string type = {};  ///< "conv", "fc", "maxpool", "lrn", ...; empty: no row of its own in tables
  Shape output = {};
  std::int64_t weights = 0;  ///< trainable elements without biases
  std::int64_t biases = 0;
  std::int64_t macs = 0;         ///< multiply-accumulates with weights
  std::int64_t connections = 0;  ///< weights and biases of one output position, times the positions
  bool neurons = false;          ///< its outputs count as neurons: weighted sums of inputs
  bool activation = false;       ///< an element-by-element function: no row, but its output may be kept
  Pair kernel = {};              ///< 0 where nothing slides over the image
  Pair stride = {};
  Pair padding = {};
  Pair dilation = 1;
  std::int64_t groups = 0;  ///< 0 where there are none to speak of
};

/// Pooling and normalisation, without weights. Throws ShapeError (input not (C,H,W), window does not fit),
/// ArgumentError (a setting out of range); LocalResponseNorm throws nothing.
LayerInfo info_of(const MaxPool2dSpec& spec, const Shape& input);
LayerInfo info_of(const AvgPool2dSpec& spec, const Shape& input);
LayerInfo info_of(const LocalResponseNormSpec& spec, const Shape& input);

/// The size of a window's output along one axis: floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1;
/// with ceil_mode rounded up, less a last window that would begin beyond the input. 0 if the window does not fit.
/// Settings must be in the ranges of MaxPool2dSpec (not checked).
std::int64_t window_output(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                           std::int64_t dilation = 1, bool ceil_mode = false);

}  // namespace yhat
