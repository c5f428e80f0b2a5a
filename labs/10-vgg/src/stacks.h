// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/sequential.h>

#include <cstdint>
#include <string>
#include <vector>

/// VGG: stacks of small kernels, what they see and what they cost.
namespace yhat::labs {

/// Something that slides over an image: a convolution or a pool.
struct Window {
  std::int64_t kernel, stride;
};

/// How many pixels of the image, along one axis, one output of each layer can see.
std::vector<std::int64_t> receptive_field(const std::vector<Window>& layers);

/// The same, measured: how many input pixels reach the centre output of a stack of `depth` convolutions, 3x3 with
/// padding 1 and random weights, on an image that is large enough. A number of pixels, not of one side.
std::int64_t measured_receptive_field(int depth, Rng& rng);

/// `convs` convolutions, 3x3 with padding 1 and bias, a ReLU after each: (N,in,H,W) -> (N,out,H,W).
Sequential vgg_block(Rng& rng, int convs, std::int64_t in, std::int64_t out);

enum class LayerKind { conv, pool, norm, fc };

/// One layer of a description. A pool or norm keeps its channels; fc layers see all numbers of their input.
struct LayerRecord {
  std::string name;
  LayerKind kind;
  std::int64_t out = 0;  ///< channels or units
  std::int64_t kernel = 0, stride = 1, padding = 0;
};

/// VGG-16 (configuration D): 13 convolutions, 5 pools, 3 fc layers, for an image of 3 x 224 x 224.
std::vector<LayerRecord> vgg16_records();

/// How many numbers a forward pass keeps for backward if each layer's output is stored once, ReLU in place: the image
/// and all outputs. image is (C,H,W).
std::int64_t stored_values(const std::vector<LayerRecord>& layers, const Shape& image);

}  // namespace yhat::labs
