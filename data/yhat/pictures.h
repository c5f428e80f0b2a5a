// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "yhat/batches.h"
#include "yhat/tensor.h"

namespace yhat {

/// Reads a photograph: JPEG (if built with libjpeg) or Netpbm, seen by its content -> (3,H,W) f32 in [0, 1], red first.
/// A grey picture has three equal channels; EXIF's rotation is not applied. Strict: a JPEG with so much as a warning,
/// CMYK colours, more than 2^26 pixels or anything after its end is refused.
/// Throws IoError (cannot be read) and FormatError (the text says what it is instead, a PNG for example).
Tensor read_image(const std::string& path);
/// The same for bytes in memory; `name` stands for the path in messages.
Tensor parse_image(std::span<const std::byte> bytes, const std::string& name = "memory");

/// Of a picture, in pixels.
struct ImageSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
};
/// image (C,H,W) -> (C,height,width), bilinear. When it shrinks, the triangle widens so that every pixel counts
/// (antialiasing), as in Pillow and torch's `interpolate(mode="bilinear", antialias=True)`.
/// Throws ShapeError for an empty image, ArgumentError for a size below 1.
Tensor resize(const Tensor& image, const ImageSize& size);
/// The shorter side becomes `size`, the longer one keeps the proportion, rounded down. Throws as resize does.
Tensor resize_shorter_side(const Tensor& image, std::int64_t size);
/// image (C,H,W) -> (C,size,size) from row `top` and column `left` on. Throws ShapeError if it does not
/// lie inside, ArgumentError for a size below 1.
Tensor crop(const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t size);
/// image (C,H,W) -> the part of size x size in the middle; an odd pixel stays at the bottom and right.
/// Throws ShapeError if the image is smaller, ArgumentError for a size below 1.
Tensor centre_crop(const Tensor& image, std::int64_t size);
/// image (C,H,W) -> (10,C,size,size): top left, top right, bottom left, bottom right, centre, then the same five
/// mirrored. The prediction is the mean of the ten probabilities, not of the logits (Krizhevsky et al. 2012, 4.1).
/// Throws as centre_crop does.
Tensor ten_crop(const Tensor& image, std::int64_t size);
/// image (...,W) -> left and right exchanged. Throws ShapeError for a scalar.
Tensor mirror(const Tensor& image);

/// Pictures with a class each. Only the names are held; pictures are read when asked for.
struct ImageList {
  struct Item {
    std::string path;
    std::int64_t label;
  };

  /// The number of pictures.
  std::int64_t size() const { return static_cast<std::int64_t>(items.size()); }
  /// Reads these pictures, each through `transform` (which must make all of one shape), into a batch.
  /// A picture that cannot be read is an error; with `skipped`, its message is put there and the batch is smaller.
  /// Throws IndexError, IoError or FormatError (a bad picture, unless `skipped` is given), ShapeError (pictures of
  /// different shape or dtype after `transform`).
  Batch load(const std::vector<std::int64_t>& index, const std::function<Tensor(const Tensor&)>& transform,
             std::vector<std::string>* skipped = nullptr) const;

  std::vector<std::string> classes;  ///< names by label
  std::vector<Item> items;           ///< the pictures
};

/// Pictures in a folder per class, as ImageNet is kept: `folder/CLASS/any-name`. Classes are numbered in the order of
/// their sorted names, pictures sorted by name within.
struct ImageFolder : ImageList {
  /// Throws IoError: no such folder, no class, a class without a file; and FormatError for classes that are numbers of
  /// different lengths, which would be sorted 1, 10, 2.
  explicit ImageFolder(const std::string& folder);
};

}  // namespace yhat
