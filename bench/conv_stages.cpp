// SPDX-License-Identifier: MIT
// One convolution from its definition to the library's kernel. Each stage does the same sums and is measured; the text
// to it is docs/fast_convolution.md. Prints a table in Markdown.
#include <fmt/format.h>
#include <yhat/parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <vector>

#include "core/kernels/dispatch.h"

namespace {

using std::int64_t;
namespace kernels = yhat::kernels;
using Values = std::vector<float>;

// The layer: 64 maps of 56 x 56 to 64 others, windows of 3 x 3, a border of one zero. A size in the middle of VGG.
constexpr int64_t C = 64, O = 64, H = 56, W = 56, K = 3, pad = 1;
constexpr double gflop = 2e-9 * O * H * W * C * K * K;

// Stage 1: the definition. Six loops, a test for the border in the innermost.
void six_loops(const Values& x, const Values& w, Values& y) {
  for (int64_t o = 0; o < O; ++o) {
    for (int64_t oy = 0; oy < H; ++oy) {
      for (int64_t ox = 0; ox < W; ++ox) {
        float sum = 0;
        for (int64_t c = 0; c < C; ++c) {
          for (int64_t ky = 0; ky < K; ++ky) {
            for (int64_t kx = 0; kx < K; ++kx) {
              const int64_t iy = oy + ky - pad, ix = ox + kx - pad;
              if (iy < 0 || iy >= H || ix < 0 || ix >= W) continue;
              sum += x[(c * H + iy) * W + ix] * w[((o * C + c) * K + ky) * K + kx];
            }
          }
        }
        y[(o * H + oy) * W + ox] = sum;
      }
    }
  }
}

// The input with its border of zeros: planes of `pitch` columns. The border at the end of a row is the one at the start
// of the next. The end is padded, so that a tile may read beyond it.
constexpr int64_t pitch = W + pad, plane = (H + 2 * pad) * pitch, positions = (H - 1) * pitch + W;
Values padded(const Values& x) {
  Values planes(C * plane + 64);
  for (int64_t c = 0; c < C; ++c) {
    for (int64_t iy = 0; iy < H; ++iy) {
      const float* from = &x[(c * H + iy) * W];
      std::copy(from, from + W, &planes[c * plane + (iy + pad) * pitch + pad]);
    }
  }
  return planes;
}

// Output (oy, ox) stands at q = oy * pitch + ox of such a plane; what lies between two rows is dropped.
void keep_inside(const float* sums, float* y) {
  for (int64_t oy = 0; oy < H; ++oy) std::copy(sums + oy * pitch, sums + oy * pitch + W, y + oy * W);
}

// Stage 2: the same sums in another order. Weight by weight, the whole plane is shifted, multiplied and added: the
// innermost loop runs over neighbours, without a test, and the compiler makes vector instructions of it.
void shifted_planes(const Values& x, const Values& w, Values& y) {
  const Values planes = padded(x);
  Values sums(positions);
  for (int64_t o = 0; o < O; ++o) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    for (int64_t c = 0; c < C; ++c) {
      for (int64_t ky = 0; ky < K; ++ky) {
        for (int64_t kx = 0; kx < K; ++kx) {
          const float weight = w[((o * C + c) * K + ky) * K + kx];
          const float* shifted = &planes[c * plane + ky * pitch + kx];
          for (int64_t q = 0; q < positions; ++q) sums[q] += weight * shifted[q];
        }
      }
    }
    keep_inside(sums.data(), &y[o * H * W]);
  }
}

// Stage 3: a tile of 4 filters x 8 positions. Its sums stay in registers through all weights, and each value that is
// read is used four times.
void register_tiles(const Values& x, const Values& w, Values& y) {
  constexpr int64_t rows = 4, cols = 8, steps = C * K * K, width = (positions + cols - 1) / cols * cols;
  const Values planes = padded(x);
  std::vector<int64_t> offset(steps);  // where weight p finds the input of position 0
  for (int64_t p = 0; p < steps; ++p) offset[p] = p / (K * K) * plane + p / K % K * pitch + p % K;
  Values sums(rows * width);
  for (int64_t o = 0; o < O; o += rows) {
    for (int64_t q = 0; q < positions; q += cols) {
      float tile[rows][cols] = {};
      for (int64_t p = 0; p < steps; ++p) {
        const float* value = &planes[offset[p] + q];
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < cols; ++j) tile[i][j] += w[(o + i) * steps + p] * value[j];
        }
      }
      for (int64_t i = 0; i < rows; ++i) std::copy(tile[i], tile[i] + cols, &sums[i * width + q]);
    }
    for (int64_t i = 0; i < rows; ++i) keep_inside(&sums[i * width], &y[(o + i) * H * W]);
  }
}

// Stages 4 on: the library. Larger tiles in vector types, packed weights, blocks for the caches.
void library(const Values& x, const Values& w, Values& y) {
  const kernels::Conv2dGeometry g{
      .n = 1, .c = C, .h = H, .w = W, .o = O, .kh = K, .kw = K, .oh = H, .ow = W, .pad_h = pad, .pad_w = pad};
  kernels::conv2d<float>(g, x.data(), w.data(), nullptr, y.data());
}

Values noise(int64_t n) {
  Values v(static_cast<std::size_t>(n));
  std::uint32_t state = 12345;
  for (float& x : v) x = static_cast<float>((state = state * 1664525 + 1013904223) >> 8) * 0x1p-23F - 1.0F;
  return v;
}

/// The median of some runs, in seconds.
double seconds(const std::function<void()>& f) {
  std::vector<double> runs;
  double total = 0;
  while (runs.size() < 5 || total < 0.3) {
    const auto start = std::chrono::steady_clock::now();
    f();
    runs.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    total += runs.back();
  }
  std::sort(runs.begin(), runs.end());
  return runs[runs.size() / 2];
}

}  // namespace

int main() {
  const int threads = yhat::num_threads();
  const Values x = noise(C * H * W), w = noise(O * C * K * K);
  Values first(O * H * W), y(O * H * W);
  double first_time = 0;
  fmt::print("| stage | time | GFLOP/s | faster than the first | largest difference |\n|---|---|---|---|---|\n");
  const auto stage = [&](const std::string& name, void (*convolve)(const Values&, const Values&, Values&)) {
    const double time = seconds([&] { convolve(x, w, y); });
    if (first_time == 0) first = y, first_time = time;
    double apart = 0, largest = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      apart = std::max(apart, std::fabs(static_cast<double>(y[i]) - static_cast<double>(first[i])));
      largest = std::max(largest, std::fabs(static_cast<double>(first[i])));
    }
    fmt::print("| {} | {:.3f} ms | {:.1f} | {:.1f} x | {:.1e} |\n", name, 1e3 * time, gflop / time, first_time / time,
               apart / largest);
  };
  yhat::set_num_threads(1);
  stage("1. six loops", six_loops);
  stage("2. shifted planes", shifted_planes);
  stage("3. a tile in registers", register_tiles);
  int number = 4;
  for (kernels::Isa isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512}) {
    if (!kernels::isa_available(isa)) continue;
    kernels::set_isa(isa);
    stage(fmt::format("{}. the library's kernel, {}", number++, kernels::isa_name(isa)), library);
  }
  if (threads > 1) {
    yhat::set_num_threads(threads);
    stage(fmt::format("{}. the same with {} threads", number, threads), library);
  }
}
