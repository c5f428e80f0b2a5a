// SPDX-License-Identifier: MIT
#include "yhat/augment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "yhat/error.h"
#include "yhat/ops.h"
#include "yhat/pictures.h"

namespace yhat {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

void require_colours(const char* op, const Tensor& image) {
  if (image.ndim() != 3 || image.dim(0) != 3 || image.size() == 0) {
    throw ShapeError(op, fmt::format("image {} (must be [3, H, W], not empty)", image.shape()));
  }
}

// Jacobi's method: rotations that make one element off the diagonal 0 after the other. The columns of `vectors` become
// the eigenvectors, the diagonal of `a` the eigenvalues.
void diagonalise(Matrix& a, Matrix& vectors) {
  vectors = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  for (int sweep = 0; sweep < 30; ++sweep) {
    for (const auto& [p, q] : {std::array<std::size_t, 2>{0, 1}, {0, 2}, {1, 2}}) {
      if (a[p][q] == 0) continue;
      const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
      const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
      const double c = 1 / std::sqrt(t * t + 1);
      const double s = t * c;
      for (std::size_t k = 0; k < 3; ++k) {
        const double kp = a[k][p];
        const double kq = a[k][q];
        a[k][p] = c * kp - s * kq;
        a[k][q] = s * kp + c * kq;
      }
      for (std::size_t k = 0; k < 3; ++k) {
        const double pk = a[p][k];
        const double qk = a[q][k];
        a[p][k] = c * pk - s * qk;
        a[q][k] = s * pk + c * qk;
        const double vp = vectors[k][p];
        const double vq = vectors[k][q];
        vectors[k][p] = c * vp - s * vq;
        vectors[k][q] = s * vp + c * vq;
      }
    }
  }
}

}  // namespace

Tensor random_crop(const Tensor& image, std::int64_t size, Rng& rng) {
  if (image.ndim() != 3 || image.dim(1) < size || image.dim(2) < size) {
    throw ShapeError("random_crop",
                     fmt::format("image {} to {} x {} (must be [C, H, W], not smaller)", image.shape(), size, size));
  }
  const std::int64_t top = rng.below(image.dim(1) - size + 1);
  const std::int64_t left = rng.below(image.dim(2) - size + 1);
  const Tensor part = crop(image, top, left, size);
  return rng.below(2) == 0 ? part : mirror(part);
}

Tensor shift_colours(const Tensor& image, const ColourComponents& components, Rng& rng, double deviation) {
  require_colours("shift_colours", image);
  std::array<double, 3> shift = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const double a = deviation * rng.normal();
    for (std::size_t c = 0; c < 3; ++c) shift[c] += a * components.variances[i] * components.directions[i][c];
  }
  return image + from_values(shift, {3, 1, 1}, image.dtype());
}

void PictureStatistics::add(const Tensor& image) {
  require_colours("PictureStatistics", image);
  if (sum_.defined() && !(sum_.shape() == image.shape())) {
    throw ShapeError("PictureStatistics",
                     fmt::format("picture {}, the first one {} (must be equal)", image.shape(), sum_.shape()));
  }
  const Tensor wide = image.to(Dtype::f64);
  sum_ = sum_.defined() ? sum_ + wide : wide.clone();
  const auto x = wide.data<double>();
  const std::size_t plane = x.size() / 3;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = a; b < 3; ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < plane; ++i) sum += x[a * plane + i] * x[b * plane + i];
      products_[a][b] += sum;
    }
  }
  ++count_;
}

Tensor PictureStatistics::mean() const {
  if (count_ == 0) throw ArgumentError("PictureStatistics", "no pictures yet (at least one)");
  return (sum_ * (1 / static_cast<double>(count_))).to(Dtype::f32);
}

ColourComponents PictureStatistics::colours() const {
  if (count_ == 0) throw ArgumentError("PictureStatistics", "no pictures yet (at least one)");
  const std::vector<double> sums = sum(sum_, {1, 2}).to_vector();
  const double pixels = static_cast<double>(count_) * static_cast<double>(sum_.size()) / 3;
  Matrix covariance = {};
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = a; b < 3; ++b) {
      covariance[a][b] = covariance[b][a] = products_[a][b] / pixels - sums[a] / pixels * (sums[b] / pixels);
    }
  }
  Matrix vectors = {};
  diagonalise(covariance, vectors);
  std::array<std::size_t, 3> order = {0, 1, 2};
  std::sort(order.begin(), order.end(), [&](auto i, auto j) { return covariance[i][i] > covariance[j][j]; });
  ColourComponents result;
  for (std::size_t i = 0; i < 3; ++i) {
    result.variances[i] = std::max(0.0, covariance[order[i]][order[i]]);
    for (std::size_t c = 0; c < 3; ++c) result.directions[i][c] = vectors[c][order[i]];
  }
  return result;
}

}  // namespace yhat
