// SPDX-License-Identifier: MIT
#include "audit.h"

namespace yhat::labs {

Shape output_shape(const LayerRecord& layer, const Shape& input) {
  if (layer.kind == LayerKind::fc) return {layer.out};
  const auto along = [&](std::int64_t size) { return (size + 2 * layer.padding - layer.kernel) / layer.stride + 1; };
  return {layer.kind == LayerKind::conv ? layer.out : input[0], along(input[1]), along(input[2])};
}

std::vector<Shape> input_shapes(const std::vector<LayerRecord>& layers, const Shape& image) {
  std::vector<Shape> inputs;
  Shape next = image;
  for (const LayerRecord& layer : layers) {
    inputs.push_back(next);
    next = output_shape(layer, next);
  }
  return inputs;
}

std::int64_t parameters(const LayerRecord& layer, const Shape& input) {
  if (layer.kind == LayerKind::pool) return 0;
  const bool conv = layer.kind == LayerKind::conv;
  const std::int64_t seen = conv ? layer.kernel * layer.kernel * input[0] / layer.groups : input.numel();
  return (seen + 1) * layer.out;
}

std::int64_t neurons(const LayerRecord& layer, const Shape& input) {
  return layer.kind == LayerKind::pool ? 0 : output_shape(layer, input).numel();
}

std::int64_t macs(const LayerRecord& layer, const Shape& input) {
  if (layer.kind == LayerKind::pool) return 0;
  if (layer.kind == LayerKind::fc) return input.numel() * layer.out;
  const Shape y = output_shape(layer, input);
  return layer.kernel * layer.kernel * input[0] / layer.groups * y.numel();
}

std::vector<std::string> slide_audit() {
  return {
      "fc6.parameters",       // 6 x 6 x 256 x 4096 = 37,748,736: 37 M
      "fc.parameters",        // 58,631,144: 58 M or 59 M
      "conv1.neurons",        // 55 x 55 x 96 = 290,400
      "all.neurons",          // 659,272: 0.65 M or 0.66 M
      "224-55.pooling",       // it is conv1's stride of 4
      "parameters.increase",  // conv4 and conv5 have fewer than conv3
  };
}

}  // namespace yhat::labs
