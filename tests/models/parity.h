// SPDX-License-Identifier: MIT
// What is compared with torchvision: the small networks of the golden file, and a training step of any size.
#pragma once

#include <yhat/yhat.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace parity {

using namespace yhat;

/// A number in [-0.5, 0.5) for an element of a tensor: the same in torchvision_parity.py, so that weights need no file.
inline double hashed(std::uint32_t element, std::uint32_t tensor) {
  std::uint32_t x = element + 1000003U * tensor;
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  x ^= x >> 16;
  return x / 4294967296.0 - 0.5;
}

/// The same weights as fill() of torchvision_parity.py: uniform in +-sqrt(6 / fan_in), biases in +-0.05. The model is
/// f64.
inline void fill(Sequential& model) {
  std::uint32_t number = 0;
  for (Tensor p : model.parameters()) {
    const double bound = p.ndim() > 1 ? std::sqrt(6.0 / static_cast<double>(fan_of(p.shape()).in)) : 0.05;
    const auto values = p.mutable_data<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 2 * bound * hashed(static_cast<std::uint32_t>(i), number);
    }
    ++number;
  }
}

/// The first images of Fashion-MNIST's test images in the sample, as photographs that a network takes: enlarged to
/// 224 x 224, one image per channel, normalised as torchvision does. (n,3,224,224) f64.
inline Tensor photographs(const Tensor& images, std::int64_t n) {
  const Tensor grey = reshape(slice(images, 0, 0, 3 * n), {3 * n, 28, 28}).to(Dtype::f64);
  Tensors pictures;
  for (std::int64_t i = 0; i < n; ++i) {
    pictures.push_back(resize(slice(grey, 0, 3 * i, 3 * i + 3), {.height = 224, .width = 224}));
  }
  const Tensor all = reshape(concat(pictures), {n, 3, 224, 224});
  return normalise(all, {.mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}});
}

/// A training step without dropout: logits, loss, the gradient of every parameter.
inline StateDict training_step(Sequential& model, const Tensor& images, const std::vector<std::int64_t>& labels) {
  model.eval();
  model.zero_grad();
  const Tensor logits = model(images);
  const Tensor loss = cross_entropy(logits, labels);
  loss.backward();
  StateDict result = {{"logits", logits.detach()}, {"loss", loss.detach()}};
  for (const auto& [name, p] : model.named_parameters()) result.emplace_back("grad." + name, p.grad());
  return result;
}

}  // namespace parity
