// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "yhat/rng.h"
#include "yhat/tensor.h"

/// Ways to make more of the training pictures than there are (Krizhevsky et al. 2012, section 4.1).
namespace yhat {

/// image (C,H,W) -> a part of size x size from a random place, mirrored in half of the cases. From 256 to 224 there are
/// 33 x 33 places. Throws ShapeError unless it is (C,H,W) and not smaller than size, ArgumentError for size < 1.
Tensor random_crop(const Tensor& image, std::int64_t size, Rng& rng);

/// The principal components of the colours of many pixels.
struct ColourComponents {
  std::array<double, 3> variances = {};                  ///< lambda, largest first
  std::array<std::array<double, 3>, 3> directions = {};  ///< p_i, unit vectors in (red, green, blue)
};

/// image (3,H,W) in [0, 1] -> plus sum_i a_i lambda_i p_i at every pixel, with a_i normal with this deviation. The
/// lambda are variances, so their size relative to the pixels depends on the scale: with the paper's 0.1, only pixels
/// in [0, 1] make sense (a shift of about 0.02). Throws ShapeError unless (3,H,W), not empty.
Tensor shift_colours(const Tensor& image, const ColourComponents& components, Rng& rng, double deviation = 0.1);

/// Collects what the training pictures have in common.
class PictureStatistics {
 public:
  /// Takes a picture (3,H,W) into account. Throws ShapeError unless all are of one size.
  void add(const Tensor& image);
  /// The pictures so far.
  std::int64_t count() const { return count_; }
  /// The mean of each pixel (3,H,W), f32. Throws ArgumentError before the first picture.
  Tensor mean() const;
  /// Of the covariance of the colours over all pixels of all pictures. Throws ArgumentError before the first picture.
  ColourComponents colours() const;

 private:
  std::int64_t count_ = 0;
  Tensor sum_;                                          // (3,H,W) f64
  std::array<std::array<double, 3>, 3> products_ = {};  // of the channels, summed over pixels
};

}  // namespace yhat
