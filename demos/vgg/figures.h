// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <string>
#include <vector>

/// What the lecture says about VGG (Simonyan and Zisserman 2015), computed from the networks' tables.
namespace demo {

struct Configuration {
  std::string name;   ///< "vgg16_D"
  std::string slide;  ///< parameters as quoted, "138 M"
  yhat::Summary table;
  std::int64_t convolutions = 0, fully_connected = 0;
  std::vector<std::vector<std::int64_t>> fields;  ///< receptive fields, stage by stage: its convolutions, its pooling
};
/// A to E.
std::vector<Configuration> configurations_of_vgg();

struct Ratio {
  std::string what;
  std::int64_t alexnet = 0, vgg = 0;
  double times() const { return static_cast<double>(vgg) / static_cast<double>(alexnet); }
};
/// Neurons, all outputs, parameters, MACs of VGG-16 and AlexNet.
std::vector<Ratio> vgg_against_alexnet();

/// VGG-16, one image, MiB of f32.
struct VggMemory {
  double parameters, parameters_gradient_momentum, outputs, outputs_apart, largest_pair, training;
};
VggMemory vgg_memory();

/// The convolutions' part of a network, in percent. "90 to 95 % of the computation, 5 % of the parameters" counts as
/// true if the work lies within 90 to 95 and the parameters round to at most 5.
struct Shares {
  std::string network;
  double work = 0, parameters = 0;
  bool as_stated() const { return work >= 90 && work <= 95 && parameters < 5.5; }
};
/// Of all networks that have tables here.
std::vector<Shares> convolution_shares();

}  // namespace demo
