// SPDX-License-Identifier: MIT
#include "yhat/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/readers/jpeg.h"
#include "yhat/error.h"
#include "yhat/pnm.h"

namespace yhat {
namespace {

using files::Source;

// (1,H,W) or (3,H,W) -> (3,H,W)
Tensor three_channels(const Tensor& image) {
  if (image.dim(0) == 3) return image;
  Tensor y = empty(image.shape().with(0, 3));
  const auto from = image.data<float>();
  for (std::ptrdiff_t c = 0; c < 3; ++c) {
    std::copy(from.begin(), from.end(), y.mutable_data<float>().begin() + c * image.size());
  }
  return y;
}

Tensor decode(const Source& source) {
  const std::vector<std::byte> bytes = source.read_all();
  const std::string start(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 8));
  if (start.starts_with("\xFF\xD8")) return files::read_jpeg(source, bytes);
  if (start.size() >= 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '7') {
    return three_channels(parse_pnm(bytes, source.path()));
  }
  const char* is = start.starts_with("\x89PNG")    ? "is a PNG"
                   : start.starts_with("GIF8")     ? "is a GIF"
                   : start.starts_with("BM")       ? "is a BMP"
                   : start.starts_with("RIFF")     ? "is a WebP or another RIFF file"
                   : start.starts_with("\x1F\x8B") ? "is compressed with gzip"
                   : start.empty()                 ? "is empty"
                                                   : nullptr;
  source.fail(0, fmt::format("{} (JPEG or PNM)", is != nullptr ? is : "begins with " + files::in_quotes(start)));
}

void require_image(const char* op, const Tensor& image) {
  if (image.ndim() != 3 || image.size() == 0) {
    throw ShapeError(op, fmt::format("image {} (must be [C, H, W], not empty)", image.shape()));
  }
}

/// What one output pixel is made of: weights for the input pixels from `first` on.
struct Taps {
  std::size_t first;
  std::vector<double> weights;
};
std::vector<Taps> triangle_taps(std::int64_t in, std::int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double reach = std::max(scale, 1.0);
  std::vector<Taps> taps;
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(centre - reach + 0.5)));
    const auto last = std::min<std::int64_t>(in, static_cast<std::int64_t>(std::floor(centre + reach + 0.5)));
    Taps t{static_cast<std::size_t>(first), {}};
    double sum = 0;
    for (std::int64_t x = first; x < last; ++x) {
      const double away = std::abs((static_cast<double>(x) + 0.5 - centre) / reach);
      t.weights.push_back(std::max(0.0, 1 - away));
      sum += t.weights.back();
    }
    for (double& w : t.weights) w /= sum;
    taps.push_back(std::move(t));
  }
  return taps;
}

// x (rows,in,step) -> (rows,out,step): each output position along the middle axis is a weighted sum
template <class T>
void apply_taps(std::span<const T> x, std::span<T> y, const std::vector<Taps>& taps, std::size_t rows, std::size_t in,
                std::size_t step) {
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < taps.size(); ++i) {
      for (std::size_t j = 0; j < step; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < taps[i].weights.size(); ++k) {
          sum += taps[i].weights[k] * static_cast<double>(x[(row * in + taps[i].first + k) * step + j]);
        }
        y[(row * taps.size() + i) * step + j] = static_cast<T>(sum);
      }
    }
  }
}

Tensor part_of(const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t size) {
  Tensor y = empty(Shape{image.dim(0), size, size}, image.dtype());
  dispatch(image.dtype(), [&](auto zero) {
    const auto from = image.data<decltype(zero)>();
    auto to = y.mutable_data<decltype(zero)>().begin();
    for (std::int64_t c = 0; c < image.dim(0); ++c) {
      for (std::int64_t row = 0; row < size; ++row) {
        const auto start = from.begin() + (c * image.dim(1) + top + row) * image.dim(2) + left;
        to = std::copy(start, start + size, to);
      }
    }
  });
  return y;
}

void require_fits(const char* op, const Tensor& image, std::int64_t size) {
  require_image(op, image);
  if (size < 1) throw ArgumentError(op, fmt::format("size {} (must be >= 1)", size));
  if (image.dim(1) < size || image.dim(2) < size) {
    throw ShapeError(op, fmt::format("image {} to {} x {} (must not be smaller)", image.shape(), size, size));
  }
}

}  // namespace

Tensor crop(const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t size) {
  require_image("crop", image);
  if (size < 1) throw ArgumentError("crop", fmt::format("size {} (must be >= 1)", size));
  if (top < 0 || left < 0 || top > image.dim(1) - size || left > image.dim(2) - size) {
    throw ShapeError("crop", fmt::format("{} x {} at row {}, column {} of image {} (must lie inside)", size, size, top,
                                         left, image.shape()));
  }
  return part_of(image, top, left, size);
}

Tensor read_image(const std::string& path) { return decode(Source("read_image", path)); }
Tensor parse_image(std::span<const std::byte> bytes, const std::string& name) {
  return decode(Source("read_image", bytes, name));
}

Tensor resize(const Tensor& image, const ImageSize& size) {
  require_image("resize", image);
  if (size.height < 1 || size.width < 1) {
    throw ArgumentError("resize", fmt::format("to {} x {} (must be >= 1)", size.height, size.width));
  }
  const std::int64_t channels = image.dim(0);
  const std::int64_t height = image.dim(1);
  const std::int64_t width = image.dim(2);
  Tensor wide = empty(Shape{channels, height, size.width}, image.dtype());
  Tensor y = empty(Shape{channels, size.height, size.width}, image.dtype());
  dispatch(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    apply_taps<T>(image.data<T>(), wide.mutable_data<T>(), triangle_taps(width, size.width),
                  static_cast<std::size_t>(channels * height), static_cast<std::size_t>(width), 1);
    apply_taps<T>(wide.data<T>(), y.mutable_data<T>(), triangle_taps(height, size.height),
                  static_cast<std::size_t>(channels), static_cast<std::size_t>(height),
                  static_cast<std::size_t>(size.width));
  });
  return y;
}

Tensor resize_shorter_side(const Tensor& image, std::int64_t size) {
  require_image("resize_shorter_side", image);
  if (size < 1) throw ArgumentError("resize_shorter_side", fmt::format("size {} (must be >= 1)", size));
  const std::int64_t height = image.dim(1);
  const std::int64_t width = image.dim(2);
  if (height <= width) return resize(image, {.height = size, .width = size * width / height});
  return resize(image, {.height = size * height / width, .width = size});
}

Tensor centre_crop(const Tensor& image, std::int64_t size) {
  require_fits("centre_crop", image, size);
  return part_of(image, (image.dim(1) - size) / 2, (image.dim(2) - size) / 2, size);
}

Tensor mirror(const Tensor& image) {
  if (image.ndim() == 0) throw ShapeError("mirror", "image [] (must have a last axis)");
  Tensor y = empty(image.shape(), image.dtype());
  if (image.size() == 0) return y;
  dispatch(image.dtype(), [&](auto zero) {
    const auto from = image.data<decltype(zero)>();
    const auto to = y.mutable_data<decltype(zero)>();
    for (auto i = from.begin(), j = from.begin(); i != from.end(); i = j) {
      j = i + image.dim(-1);
      std::reverse_copy(i, j, to.begin() + (i - from.begin()));
    }
  });
  return y;
}

Tensor ten_crop(const Tensor& image, std::int64_t size) {
  require_fits("ten_crop", image, size);
  const std::int64_t down = image.dim(1) - size;
  const std::int64_t right = image.dim(2) - size;
  const ImageSize origins[] = {{0, 0}, {0, right}, {down, 0}, {down, right}, {down / 2, right / 2}};
  Tensor y = empty(Shape{10, image.dim(0), size, size}, image.dtype());
  dispatch(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    auto plain = y.mutable_data<T>().begin();
    auto mirrored = plain + y.size() / 2;
    for (const ImageSize& origin : origins) {
      const Tensor part = part_of(image, origin.height, origin.width, size);
      const Tensor flipped = mirror(part);
      plain = std::copy(part.data<T>().begin(), part.data<T>().end(), plain);
      mirrored = std::copy(flipped.data<T>().begin(), flipped.data<T>().end(), mirrored);
    }
  });
  return y;
}

}  // namespace yhat
