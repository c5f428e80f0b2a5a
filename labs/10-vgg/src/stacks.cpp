// SPDX-License-Identifier: MIT
#include "stacks.h"

#include <yhat/autograd.h>
#include <yhat/conv2d.h>
#include <yhat/ops.h>

namespace yhat::labs {

std::vector<std::int64_t> receptive_field(const std::vector<Window>& layers) {
  std::vector<std::int64_t> fields;
  std::int64_t field = 1, jump = 1;
  for (const Window& w : layers) {
    field += (w.kernel - 1) * jump;
    jump *= w.stride;
    fields.push_back(field);
  }
  return fields;
}

// A pixel counts if the centre's derivative in it is not 0. There is no ReLU: its gates depend on the data.
std::int64_t measured_receptive_field(int depth, Rng& rng) {
  const std::int64_t centre = depth + 1, size = 2 * centre + 1;
  const Tensor image = randn({1, 1, size, size}, rng, Dtype::f64).requires_grad_(true);
  Tensor y = image;
  for (int i = 0; i < depth; ++i) y = conv2d(y, randn({1, 1, 3, 3}, rng, Dtype::f64), {.padding = 1});
  const Tensor row = slice(y, 2, centre, centre + 1);
  const Tensor gradient = grad(slice(row, 3, centre, centre + 1), {image})[0];
  std::int64_t count = 0;
  for (double d : gradient.to_vector()) count += d != 0;
  return count;
}

Sequential vgg_block(Rng& rng, int convs, std::int64_t in, std::int64_t out) {
  Sequential block;
  for (int i = 0; i < convs; ++i) {
    block.add(Conv2d(rng, {.in = i == 0 ? in : out, .out = out, .kernel = 3, .padding = 1}));
    block.add(relu);
  }
  return block;
}

std::vector<LayerRecord> vgg16_records() {
  std::vector<LayerRecord> layers;
  const std::int64_t channels[] = {64, 128, 256, 512, 512};
  for (int stage = 1; stage <= 5; ++stage) {
    const std::string number = std::to_string(stage);
    for (int i = 1; i <= (stage <= 2 ? 2 : 3); ++i) {
      layers.push_back({"conv" + number + "_" + std::to_string(i), LayerKind::conv, channels[stage - 1], 3, 1, 1});
    }
    layers.push_back({"pool" + number, LayerKind::pool, 0, 2, 2});
  }
  for (const auto& [name, units] : {std::pair{"fc6", 4096}, {"fc7", 4096}, {"fc8", 1000}}) {
    layers.push_back({name, LayerKind::fc, units});
  }
  return layers;
}

std::int64_t stored_values(const std::vector<LayerRecord>& layers, const Shape& image) {
  std::int64_t channels = image[0], height = image[1], width = image[2];
  std::int64_t total = image.numel();
  for (const LayerRecord& layer : layers) {
    if (layer.kind == LayerKind::fc) {
      channels = layer.out, height = width = 1;
    } else if (layer.kind != LayerKind::norm) {
      if (layer.kind == LayerKind::conv) channels = layer.out;
      height = (height + 2 * layer.padding - layer.kernel) / layer.stride + 1;
      width = (width + 2 * layer.padding - layer.kernel) / layer.stride + 1;
    }
    total += channels * height * width;
  }
  return total;
}

}  // namespace yhat::labs
