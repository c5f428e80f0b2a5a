// SPDX-License-Identifier: MIT
#include "yhat/description.h"

#include <fmt/format.h>

#include <utility>

namespace yhat {
namespace {

// Settings with the number of inputs filled in.
Conv2dOptions with_input(Conv2dOptions options, const Shape& input) {
  if (options.in == 0 && input.ndim() == 3) options.in = input[0];
  return options;
}
LinearOptions with_input(LinearOptions options, const Shape& input) {
  if (options.in == 0) options.in = input.numel();
  return options;
}
BatchNorm2dOptions with_input(BatchNorm2dOptions options, const Shape& input) {
  if (options.channels == 0 && input.ndim() == 3) options.channels = input[0];
  return options;
}

template <class M>
LayerDescription::Build make_with(const auto& options) {
  return [options](Rng&, const Shape&, const std::string&) { return std::make_unique<M>(options); };
}

}  // namespace

LayerDescription::LayerDescription(std::string name, Info info, Build build)
    : name_(std::move(name)), info_(std::move(info)), build_(std::move(build)) {}

LayerDescription::LayerDescription(std::string name, const Conv2dOptions& o)
    : LayerDescription(
          std::move(name), [o](const Shape& in) { return with_input(o, in).info(in); },
          [o](Rng& rng, const Shape& in, const std::string&) {
            return std::make_unique<Conv2d>(rng, with_input(o, in));
          }) {}

LayerDescription::LayerDescription(std::string name, const LinearOptions& o)
    : LayerDescription(
          std::move(name), [o](const Shape& in) { return with_input(o, in).info(in); },
          [o](Rng& rng, const Shape& in, const std::string& hint) {
            LinearOptions options = with_input(o, in);
            if (in.ndim() == 3) options.hint = hint;  // the first after a map: its size is that of the image
            return std::make_unique<Linear>(rng, options);
          }) {}

LayerDescription::LayerDescription(std::string name, const MaxPool2dSpec& o)
    : LayerDescription(
          std::move(name), [o](const Shape& in) { return info_of(o, in); }, make_with<MaxPool2d>(o)) {}

LayerDescription::LayerDescription(std::string name, const AvgPool2dSpec& o)
    : LayerDescription(
          std::move(name), [o](const Shape& in) { return info_of(o, in); }, make_with<AvgPool2d>(o)) {}

LayerDescription::LayerDescription(std::string name, const LocalResponseNormSpec& o)
    : LayerDescription(
          std::move(name), [o](const Shape& in) { return info_of(o, in); }, make_with<LocalResponseNorm>(o)) {}

LayerDescription::LayerDescription(std::string name, const BatchNorm2dOptions& o)
    : LayerDescription(
          std::move(name), [o](const Shape& in) { return with_input(o, in).info(in); },
          [o](Rng&, const Shape& in, const std::string&) { return std::make_unique<BatchNorm2d>(with_input(o, in)); }) {
}

LayerDescription::LayerDescription(std::string name, const DropoutOptions& o)
    : LayerDescription(
          std::move(name), [](const Shape& in) { return LayerInfo{.output = in}; },
          [o](Rng& rng, const Shape&, const std::string&) { return std::make_unique<Dropout>(rng, o); }) {}

// The description keeps the map's shape: a fully connected layer counts its elements, and its receptive field is
// theirs.
LayerDescription::LayerDescription(std::string name, FlattenOptions)
    : LayerDescription(
          std::move(name), [](const Shape& in) { return LayerInfo{.output = in}; },
          [](Rng&, const Shape&, const std::string&) { return std::make_unique<Flatten>(); }) {}

LayerDescription::LayerDescription(std::string name, Tensor (*function)(const Tensor&))
    : LayerDescription(
          std::move(name), [](const Shape& in) { return LayerInfo{.output = in, .activation = true}; },
          make_with<Function>(function)) {}

LayerDescription section(std::string name, std::vector<LayerDescription> layers) {
  LayerDescription whole(std::move(name), LayerDescription::Info(), LayerDescription::Build());
  whole.section_ = std::move(layers);
  return whole;
}

/// Follows the shape through a description.
class DescriptionReader {
 public:
  DescriptionReader(const ModelDescription& description, const Shape& input)
      : hint_(fmt::format("{} takes images of {}", description.name, description.input)), shape_(input) {}

  void summarise(const std::vector<LayerDescription>& layers, Summariser& rows) {
    for (const LayerDescription& layer : layers) {
      if (!layer.info_) {
        summarise(layer.section_, rows);
        continue;
      }
      const LayerInfo info = layer.info_(shape_);
      rows.add(layer.name_, info, shape_);
      shape_ = info.output;
    }
  }

  Sequential build(const std::vector<LayerDescription>& layers, Rng& rng, bool numbered) {
    Sequential steps;
    for (const LayerDescription& layer : layers) {
      std::unique_ptr<Module> module;
      if (!layer.info_) {
        module = std::make_unique<Sequential>(build(layer.section_, rng, true));
      } else {
        module = layer.build_(rng, shape_, hint_);
        shape_ = layer.info_(shape_).output;
      }
      steps.add(numbered ? Step(std::move(module)) : Step(layer.name_, std::move(module)));
    }
    return steps;
  }

 private:
  std::string hint_;
  Shape shape_;
};

Summary summary(const ModelDescription& description, const Shape& input) {
  Summariser rows(description.name, input);
  DescriptionReader(description, input).summarise(description.layers, rows);
  return rows.result();
}

Summary summary(const ModelDescription& description) { return summary(description, description.input); }

Sequential build(const ModelDescription& description, Rng& rng) {
  Sequential model = DescriptionReader(description, description.input).build(description.layers, rng, false);
  model.parameters();  // gives them their labels
  return model;
}

}  // namespace yhat
