// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/shape.h>

#include <cstdint>
#include <string>
#include <vector>

/// AlexNet on paper: shapes and counts from the description alone. Nothing is allocated.
namespace yhat::labs {

enum class LayerKind { conv, pool, fc };

/// One line of the description. Activations, normalisation and dropout change no count and are left out.
struct LayerRecord {
  std::string name;
  LayerKind kind;
  std::int64_t out = 0;  ///< output channels of a conv, units of an fc layer; a pool keeps its channels
  std::int64_t kernel = 0, stride = 1, padding = 0;
  std::int64_t groups = 1;  ///< of a conv: each filter sees in_channels / groups channels
};

/// AlexNet as published: input 3 x 227 x 227, two groups as on the two GPUs.
inline std::vector<LayerRecord> alexnet_records() {
  using enum LayerKind;
  return {{"conv1", conv, 96, 11, 4, 0, 1},
          {"pool1", pool, 0, 3, 2},
          {"conv2", conv, 256, 5, 1, 2, 2},
          {"pool2", pool, 0, 3, 2},
          {"conv3", conv, 384, 3, 1, 1, 1},
          {"conv4", conv, 384, 3, 1, 1, 2},
          {"conv5", conv, 256, 3, 1, 1, 2},
          {"pool5", pool, 0, 3, 2},
          {"fc6", fc, 4096},
          {"fc7", fc, 4096},
          {"fc8", fc, 1000}};
}

/// (C,H,W) of a conv or pool layer's output for an input (C,H,W); (units) of an fc layer.
Shape output_shape(const LayerRecord& layer, const Shape& input);

/// The input of each layer, if the first one sees `image`: each layer sees the output of the one before.
std::vector<Shape> input_shapes(const std::vector<LayerRecord>& layers, const Shape& image);

/// Weights and biases; an fc layer sees all numbers of its input. 0 for a pool.
std::int64_t parameters(const LayerRecord& layer, const Shape& input);

/// The outputs of a conv or fc layer itself, before any pooling. 0 for a pool.
std::int64_t neurons(const LayerRecord& layer, const Shape& input);

/// Multiply-adds with weights, biases not counted. 0 for a pool.
std::int64_t macs(const LayerRecord& layer, const Shape& input);

/// One cell of the lecture's slide: `printed` units, or a statement (unit 0).
struct Cell {
  std::string id, text;
  std::int64_t printed = 0, unit = 0;
};

/// The slide. "all" sums over the network, "fc" over fc6, fc7 and fc8.
inline std::vector<Cell> slide() {
  return {{"conv1.parameters", "35 K", 35, 1000},
          {"conv2.parameters", "307 K", 307, 1000},
          {"conv3.parameters", "884 K", 884, 1000},
          {"conv4.parameters", "663 K", 663, 1000},
          {"conv5.parameters", "442 K", 442, 1000},
          {"fc6.parameters", "87 M", 87, 1000000},
          {"fc7.parameters", "16 M", 16, 1000000},
          {"fc8.parameters", "4 M", 4, 1000000},
          {"all.parameters", "60 M", 60, 1000000},
          {"fc.parameters", "57 M", 57, 1000000},
          {"conv1.neurons", "253,440", 253440, 1},
          {"conv2.neurons", "186,624", 186624, 1},
          {"conv3.neurons", "64,896", 64896, 1},
          {"conv4.neurons", "64,896", 64896, 1},
          {"conv5.neurons", "43,264", 43264, 1},
          {"fc6.neurons", "4,096", 4096, 1},
          {"fc7.neurons", "4,096", 4096, 1},
          {"fc8.neurons", "1,000", 1000, 1},
          {"all.neurons", "0.63 M", 63, 10000},
          {"224-55.pooling", "the map shrinks from 224 (227) to 55 because of pooling"},
          {"55-27.pooling", "the map shrinks from 55 to 27 because of pooling"},
          {"27-13.pooling", "the map shrinks from 27 to 13 because of pooling"},
          {"parameters.increase", "from conv1 to conv5 the parameters keep increasing"},
          {"neurons.decrease", "from conv1 to conv5 the neurons never increase"}};
}

/// The ids of the cells that are wrong. A number is right if it is the count, rounded or truncated to its unit, with or
/// without biases.
std::vector<std::string> slide_audit();

}  // namespace yhat::labs
