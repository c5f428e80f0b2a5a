// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// Images with a class each.
struct Dataset {
  Tensor images;                     ///< (N,C,H,W) f32, as read in [0, 1]
  std::vector<std::int64_t> labels;  ///< N, each in 0 .. classes.size()-1
  std::vector<std::string> classes;  ///< their names

  /// The number of labels.
  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  /// How many samples each class has. Throws IndexError for a label outside 0 .. classes.size()-1.
  std::vector<std::int64_t> class_counts() const;
  /// The samples at these places, in this order. Throws IndexError for a place without image or label.
  Dataset subset(const std::vector<std::int64_t>& index) const;
};

/// What to learn from and what to measure with.
struct TrainTest {
  Dataset train;
  Dataset test;
  std::string source;   ///< the folder, or "built-in sample"
  bool sample = false;  ///< whether this is the built-in sample
};

/// The names of the ten classes: of clothes for "fashion", of digits for "digits". Throws ArgumentError for other
/// names.
std::vector<std::string> class_names(const std::string& names);

/// Fashion-MNIST or MNIST from its four files in a folder: `train-images-idx3-ubyte` or `train-images.idx3-ubyte`,
/// plain (taken first) or with `.gz`, and so on. Images (N,1,28,28).
struct FashionMnist : TrainTest {
  /// Throws IoError (no such folder, a file missing), FormatError (damaged; counts that differ) and ArgumentError for
  /// other names than "fashion" and "digits".
  explicit FashionMnist(const std::string& folder, const std::string& names = "fashion");
};

/// The first 2,000 training and 1,000 test images of Fashion-MNIST, which are part of the library: no path, no network.
/// Throws IoError if it was built without them.
TrainTest fashion_mnist_sample();

/// What a program was asked for.
struct OpenDatasetOptions {
  std::string folder = {};        ///< `--data DIR`; empty: the folder in $YHAT_DATA; that empty too: the sample
  std::string names = "fashion";  ///< `--names fashion|digits`
};
/// The data a program was asked to use. A folder that was given and is wrong is an error, never replaced by the sample.
/// Throws IoError and FormatError as FashionMnist and fashion_mnist_sample do, ArgumentError for other names, or for
/// "digits" without a folder.
TrainTest open_dataset(const OpenDatasetOptions& options = {});
/// One line for the start of a run: source and counts, and for the sample how to get all of it.
std::string describe(const TrainTest& data);

/// Mean and standard deviation of each channel over all images.
struct Normalisation {
  std::vector<double> mean = {};
  std::vector<double> std = {};
};
/// images (N,C,H,W) or (C,H,W) -> C means and deviations (divided by the count, not by the count less one). Throws
/// ShapeError, ArgumentError for no pixel.
Normalisation channel_statistics(const Tensor& images);
/// images (N,C,H,W) or (C,H,W) -> (x - mean[c]) / std[c]. One mean may stand for all channels. Throws ShapeError and
/// ArgumentError (a mean that is not finite, a std that is not finite and positive).
Tensor normalise(const Tensor& images, const Normalisation& by);
/// images (...,H,W) -> (...,size,size): `value` all around, one more at the bottom and right if the difference is odd.
/// Throws ShapeError if an image is larger.
Tensor pad(const Tensor& images, std::int64_t size, double value = 0);

}  // namespace yhat
