// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "yhat/dataset.h"
#include "yhat/error.h"

namespace yhat {
namespace {

/// The channels of (N,C,H,W) or (C,H,W), and the elements of one plane.
std::pair<std::size_t, std::size_t> planes(const char* op, const Tensor& images) {
  const Shape& shape = images.shape();
  if (shape.ndim() != 3 && shape.ndim() != 4) {
    throw ShapeError(op, fmt::format("images {} (must be [C, H, W] or [N, C, H, W])", shape));
  }
  return {static_cast<std::size_t>(images.dim(-3)), static_cast<std::size_t>(images.dim(-2) * images.dim(-1))};
}

}  // namespace

Normalisation channel_statistics(const Tensor& images) {
  const auto [channels, plane] = planes("channel_statistics", images);
  if (images.size() == 0) {
    throw ArgumentError("channel_statistics", fmt::format("images {} (at least one pixel)", images.shape()));
  }
  Normalisation result{std::vector<double>(channels), std::vector<double>(channels)};
  const double count = static_cast<double>(images.size()) / static_cast<double>(channels);
  dispatch(images.dtype(), [&, channels = channels, plane = plane](auto zero) {
    const auto x = images.data<decltype(zero)>();
    for (std::size_t i = 0; i < x.size(); ++i) result.mean[i / plane % channels] += static_cast<double>(x[i]) / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double away = static_cast<double>(x[i]) - result.mean[i / plane % channels];
      result.std[i / plane % channels] += away * away / count;
    }
  });
  for (double& s : result.std) s = std::sqrt(s);
  return result;
}

Tensor normalise(const Tensor& images, const Normalisation& by) {
  const auto [channels, plane] = planes("normalise", images);
  const std::size_t n = by.mean.size();
  if (n != by.std.size() || (n != 1 && n != channels)) {
    throw ShapeError("normalise", fmt::format("{} means and {} stds for images {} (1 or {} of each)", n, by.std.size(),
                                              images.shape(), channels));
  }
  for (std::size_t c = 0; c < n; ++c) {
    if (!std::isfinite(by.mean[c]) || !std::isfinite(by.std[c]) || by.std[c] <= 0) {
      throw ArgumentError("normalise",
                          fmt::format("mean {}, std {} of channel {} (finite, std > 0)", by.mean[c], by.std[c], c));
    }
  }
  Tensor y = empty(images.shape(), images.dtype());
  dispatch(images.dtype(), [&, channels = channels, plane = plane](auto zero) {
    using T = decltype(zero);
    const auto x = images.data<T>();
    const auto out = y.mutable_data<T>();
    for (std::size_t start = 0; start < x.size(); start += plane) {
      const std::size_t c = n == 1 ? 0 : start / plane % channels;
      const T mean = static_cast<T>(by.mean[c]);
      const T deviation = static_cast<T>(by.std[c]);
      for (std::size_t i = start; i < start + plane; ++i) out[i] = (x[i] - mean) / deviation;
    }
  });
  return y;
}

Tensor pad(const Tensor& images, std::int64_t size, double value) {
  const Shape& shape = images.shape();
  if (shape.ndim() < 2 || images.dim(-1) > size || images.dim(-2) > size) {
    throw ShapeError("pad", fmt::format("images {} to {} x {} (must not be smaller)", shape, size, size));
  }
  const std::size_t axes = shape.size();
  Tensor y = full(shape.with(axes - 2, size).with(axes - 1, size), value, images.dtype());
  if (images.size() == 0) return y;
  const auto height = static_cast<std::size_t>(shape[axes - 2]);
  const auto width = static_cast<std::size_t>(shape[axes - 1]);
  const auto wide = static_cast<std::size_t>(size);
  const std::size_t top = (wide - height) / 2;
  const std::size_t left = (wide - width) / 2;
  dispatch(images.dtype(), [&](auto zero) {
    const auto x = images.data<decltype(zero)>();
    const auto out = y.mutable_data<decltype(zero)>();
    for (std::size_t row = 0; row < x.size() / width; ++row) {
      const std::size_t to = (row / height * wide + top + row % height) * wide + left;
      std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                  out.begin() + static_cast<std::ptrdiff_t>(to));
    }
  });
  return y;
}

}  // namespace yhat
