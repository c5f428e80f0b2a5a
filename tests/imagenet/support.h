// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <string>

#include "imagenet/ilsvrc_sample.h"
#include "tests/files/support.h"

namespace yhat::test {

/// A folder of the shape of ILSVRC, made of the built-in images: 5 pictures of each of 10 synsets in each part.
struct Ilsvrc {
  TempFolder folder;
  demo::IlsvrcSample sample = demo::write_ilsvrc_sample(folder.path(), yhat::fashion_mnist_sample(), 5);

  std::string val() const { return folder / "val"; }
  std::string by_synset() const { return folder / "val_by_synset"; }
  std::string synsets() const { return folder / "devkit/data/synsets.txt"; }
  std::string truth() const { return folder / "devkit/data/ILSVRC2012_validation_ground_truth.txt"; }
};

/// Small pictures for a small network: shorter side 40, crops of 32.
inline yhat::Preprocessing small_preprocessing() {
  yhat::Preprocessing by = yhat::torchvision_preprocessing();
  by.shorter_side = 40;
  by.crop = 32;
  return by;
}

/// A classifier that knows the mean picture of each synset: the nearest one wins. Really right for some pictures and
/// wrong for others. Row c of its weights is class c.
inline yhat::Sequential nearest_mean(const Ilsvrc& ilsvrc, const yhat::Preprocessing& by) {
  using namespace yhat;
  const ImageFolder train(ilsvrc.folder / "train");
  const std::int64_t features = 3 * by.crop * by.crop;
  const auto classes = static_cast<std::int64_t>(train.classes.size());
  Rng rng(0);
  Linear fc(rng, {.in = features, .out = classes});
  const auto w = fc.weight.mutable_data<float>();
  const auto b = fc.bias.mutable_data<float>();
  std::fill(w.begin(), w.end(), 0.0F);
  std::fill(b.begin(), b.end(), 0.0F);
  for (const ImageList::Item& item : train.items) {
    const Tensor picture = prepared_crops(read_image(item.path), by, 1);
    const auto x = picture.data<float>();
    const auto row = static_cast<std::size_t>(item.label) * x.size();
    for (std::size_t i = 0; i < x.size(); ++i) w[row + i] += x[i] / 5 / 300;
  }
  for (std::size_t c = 0; c < static_cast<std::size_t>(classes); ++c) {  // -|mean|^2 / 2, in the same scale
    for (std::size_t i = 0; i < static_cast<std::size_t>(features); ++i) {
      const float m = w[c * static_cast<std::size_t>(features) + i];
      b[c] -= 150 * m * m;
    }
  }
  return Sequential{Flatten{}, std::move(fc)};
}

}  // namespace yhat::test
