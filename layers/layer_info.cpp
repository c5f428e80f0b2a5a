// SPDX-License-Identifier: MIT
#include "yhat/layer_info.h"

#include <fmt/format.h>

#include "core/ops/spatial.h"
#include "image_shape.h"
#include "yhat/error.h"

namespace yhat {

std::int64_t window_output(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                           std::int64_t dilation, bool ceil_mode) {
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  if (room < 0) return 0;
  std::int64_t count = (ceil_mode ? room + stride - 1 : room) / stride + 1;
  if (ceil_mode && (count - 1) * stride >= size + padding) --count;  // a window must start inside
  return count;
}

void require_image(const char* op, const Shape& input) {
  if (input.ndim() != 3) throw ShapeError(op, fmt::format("input {} (an image, [C, H, W])", input));
}

Shape slide(const char* op, const Shape& input, std::int64_t channels, const LayerInfo& window, bool ceil_mode) {
  require_at_least(op, "kernel", window.kernel, 1);
  require_at_least(op, "stride", window.stride, 1);
  require_at_least(op, "padding", window.padding, 0);
  require_at_least(op, "dilation", window.dilation, 1);
  const std::int64_t h =
      window_output(input[1], window.kernel.h, window.stride.h, window.padding.h, window.dilation.h, ceil_mode);
  const std::int64_t w =
      window_output(input[2], window.kernel.w, window.stride.w, window.padding.w, window.dilation.w, ceil_mode);
  if (h < 1 || w < 1) {
    throw ShapeError(op, fmt::format("kernel [{}, {}] exceeds padded input [{}, {}], output would be {} x {} (kernel "
                                     "must fit)",
                                     window.kernel.h, window.kernel.w, input[1] + 2 * window.padding.h,
                                     input[2] + 2 * window.padding.w, h, w));
  }
  return {channels, h, w};
}

namespace {
template <class Spec>
LayerInfo pool_info(const char* op, const char* type, const Spec& spec, const Pair& dilation, const Shape& input) {
  require_image(op, input);
  LayerInfo info;
  info.type = type;
  info.kernel = spec.kernel;
  info.stride = spec.stride == Pair(0) ? spec.kernel : spec.stride;
  info.padding = spec.padding;
  info.dilation = dilation;
  require_padding(op, info.padding.h, info.kernel.h);
  require_padding(op, info.padding.w, info.kernel.w);
  info.output = slide(op, input, input[0], info, spec.ceil_mode);
  return info;
}
}  // namespace

LayerInfo info_of(const MaxPool2dSpec& spec, const Shape& input) {
  return pool_info("max_pool2d", "maxpool", spec, spec.dilation, input);
}
LayerInfo info_of(const AvgPool2dSpec& spec, const Shape& input) {
  return pool_info("avg_pool2d", "avgpool", spec, 1, input);
}
LayerInfo info_of(const LocalResponseNormSpec&, const Shape& input) { return {.type = "lrn", .output = input}; }

}  // namespace yhat
