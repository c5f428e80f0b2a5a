// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "yhat/dataset.h"
#include "yhat/error.h"
#include "yhat/imagenet.h"
#include "yhat/ops.h"

namespace yhat {
namespace {

// torchvision's int(round((side - crop) / 2.0)), where Python rounds halves to the even number.
std::int64_t middle(std::int64_t side, std::int64_t crop) {
  const std::int64_t twice = side - crop;
  const std::int64_t down = twice / 2;
  return twice % 2 == 0 || down % 2 == 0 ? down : down + 1;
}

}  // namespace

Preprocessing torchvision_preprocessing() {
  return {.name = "torchvision", .mean = tensor({0.485, 0.456, 0.406}), .std = {0.229, 0.224, 0.225}};
}

Preprocessing alexnet_preprocessing(const Tensor& mean) {
  return {.name = "alexnet",
          .crop = 227,
          .square = true,
          .mean = mean.defined() ? mean : tensor({0.485, 0.456, 0.406}),
          .std = {1 / 255.0}};
}

Tensor prepare(const Tensor& image, const Preprocessing& by) {
  Tensor x = resize_shorter_side(image, by.shorter_side);
  if (by.square) x = centre_crop(x, by.shorter_side);
  if (!by.mean.defined()) throw ArgumentError("prepare", fmt::format("{}: no mean (one number per channel)", by.name));
  const bool per_channel = by.mean.shape() == Shape{x.dim(0)};
  if (!per_channel && !(by.square && by.mean.shape() == x.shape())) {
    throw ShapeError("prepare", fmt::format("mean {} for an image that has become {} (must be [{}]{})", by.mean.shape(),
                                            x.shape(), x.dim(0), by.square ? fmt::format(" or {}", x.shape()) : ""));
  }
  x = x - (per_channel ? reshape(by.mean, {x.dim(0), 1, 1}) : by.mean);
  return normalise(x, {.mean = std::vector<double>(by.std.size(), 0.0), .std = by.std});
}

Tensor prepared_crops(const Tensor& image, const Preprocessing& by, std::int64_t count) {
  if (count != 1 && count != 10) throw ArgumentError("prepared_crops", fmt::format("count {} (1 or 10)", count));
  const Tensor x = prepare(image, by);
  if (count == 10) return ten_crop(x, by.crop);
  const Tensor one = crop(x, middle(x.dim(1), by.crop), middle(x.dim(2), by.crop), by.crop);
  return reshape(one, one.shape().inserted(0, 1));
}

}  // namespace yhat
