// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "yhat/conv2d.h"
#include "yhat/dropout.h"
#include "yhat/linear.h"
#include "yhat/normalisation.h"
#include "yhat/pooling.h"
#include "yhat/sequential.h"
#include "yhat/summary.h"

namespace yhat {

/// The layer between a map and a fully connected layer, in a description.
struct FlattenOptions {};

/// One layer on paper: its name and its settings, the same that the layer itself is made with. Numbers of inputs may be
/// left out: they follow from the layer before.
///
///     const std::vector<LayerDescription> layers = {
///         {"conv1", Conv2dOptions{.out = 96, .kernel = 11, .stride = 4}}, {"relu1", relu}};
class LayerDescription {
 public:
  using Info = std::function<LayerInfo(const Shape& input)>;
  /// `hint` is for the error of a layer whose input has the wrong size.
  using Build = std::function<std::unique_ptr<Module>(Rng& rng, const Shape& input, const std::string& hint)>;

  /// One constructor for each layer of the library, from the name and what the layer itself takes.
  LayerDescription(std::string name, const Conv2dOptions& options);
  LayerDescription(std::string name, const LinearOptions& options);
  LayerDescription(std::string name, const MaxPool2dSpec& options);
  LayerDescription(std::string name, const AvgPool2dSpec& options);
  LayerDescription(std::string name, const LocalResponseNormSpec& options);
  LayerDescription(std::string name, const BatchNorm2dOptions& options);
  LayerDescription(std::string name, const DropoutOptions& options);
  LayerDescription(std::string name, FlattenOptions);
  /// An element-by-element function: relu, sigmoid, ...
  LayerDescription(std::string name, Tensor (*function)(const Tensor&));
  /// A layer of your own: what it costs, and how it is made.
  LayerDescription(std::string name, Info info, Build build);

 private:
  friend LayerDescription section(std::string name, std::vector<LayerDescription> layers);
  friend class DescriptionReader;
  std::string name_;
  Info info_;
  Build build_;
  std::vector<LayerDescription> section_;
};

/// Layers that become a Sequential of their own, whose steps are numbered: "features.0", "features.1", ...
LayerDescription section(std::string name, std::vector<LayerDescription> layers);

/// A model on paper. What it costs can be read off without allocating a single weight.
struct ModelDescription {
  std::string name;
  Shape input;  ///< (C,H,W)
  std::vector<LayerDescription> layers;
};

/// Sizes that a published model is used with besides its own.
struct WidthOptions {
  std::int64_t classes = 1000;  ///< outputs of the last layer, >= 1
  std::int64_t narrow = 1;  ///< every other width is divided by this, >= 1: the same network at a fraction of the cost
};

/// The table of a described model. Throws ShapeError if a layer does not fit the one before, ArgumentError for a
/// setting outside its range.
Summary summary(const ModelDescription& description);
/// The same for another input size.
Summary summary(const ModelDescription& description, const Shape& input);

/// The model itself, with the layers' default starting values. Its parameters have their paths as labels.
/// Throws as summary does.
Sequential build(const ModelDescription& description, Rng& rng);

}  // namespace yhat
