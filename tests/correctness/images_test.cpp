// SPDX-License-Identifier: MIT
// Convolution and pooling at their limits. The numbers are those of docs/checklist.md.
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <algorithm>

#include "tests/core/errors.h"

using namespace yhat;
using yhat::test::text_of;

namespace {

Tensor around_zero(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  return uniform(shape, -2, 2, rng, Dtype::f64).requires_grad_();
}

Tensor counting(const Shape& shape) { return reshape(arange(shape.numel(), Dtype::f64), shape).requires_grad_(); }

std::vector<double> gradient_of_sum(const Tensor& y, const Tensor& x) { return grad(sum(y), {x})[0].to_vector(); }

}  // namespace

TEST_CASE("convolution 58: a kernel as large as the input, larger, and larger but for the padding") {
  const Tensor x = around_zero({2, 3, 4, 5}, 1);
  const Tensor all = around_zero({2, 3, 4, 5}, 2);
  const Tensor y = conv2d(x, all);
  REQUIRE(y.shape() == Shape{2, 2, 1, 1});
  for (std::int64_t n = 0; n < 2; ++n) {
    for (std::int64_t o = 0; o < 2; ++o) {
      const double product = sum(slice(x, 0, n, n + 1) * slice(all, 0, o, o + 1)).item();
      CHECK(y.at({n, o, 0, 0}) == doctest::Approx(product).epsilon(1e-13));
    }
  }
  CHECK(text_of<ShapeError>([&] {
          conv2d(x, around_zero({2, 3, 5, 5}, 3));
        }) == "conv2d: kernel [5, 5] exceeds padded input [4, 5], output would be 0 x 1 (kernel must fit)");
  const Tensor larger = around_zero({2, 3, 6, 5}, 4);
  CHECK(conv2d(x, larger, {.padding = {1, 0}}).shape() == Shape{2, 2, 1, 1});
  const auto report = gradcheck(
      [](const Tensors& t) {
        return conv2d(t[0], t[1], {.padding = {1, 0}});
      },
      {x, larger}, {.order = 2});
  CHECK_MESSAGE(report.ok, report.message);
}

TEST_CASE("convolution 59: depthwise with stride and padding against a plain loop, dx and dw of every channel") {
  const std::int64_t channels = 3, h = 6, w = 7, kh = 3, kw = 2, sh = 2, sw = 3, ph = 1, pw = 2;
  const Tensor x = around_zero({2, channels, h, w}, 1);
  const Tensor weight = around_zero({channels, 1, kh, kw}, 2);
  const Tensor y = conv2d(x, weight, {.stride = {sh, sw}, .padding = {ph, pw}, .groups = channels});
  const Tensor v = around_zero(y.shape(), 3).detach();
  const Tensors g = grad(y, {x, weight}, {.seed = v});
  std::vector<double> value(static_cast<std::size_t>(y.size()), 0.0);
  std::vector<double> dx(static_cast<std::size_t>(x.size()), 0.0);
  std::vector<double> dw(static_cast<std::size_t>(weight.size()), 0.0);
  for (std::int64_t n = 0; n < 2; ++n) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t i = 0; i < y.dim(2); ++i) {
        for (std::int64_t j = 0; j < y.dim(3); ++j) {
          for (std::int64_t p = 0; p < kh; ++p) {
            for (std::int64_t q = 0; q < kw; ++q) {
              const std::int64_t row = i * sh - ph + p, column = j * sw - pw + q;
              if (row < 0 || row >= h || column < 0 || column >= w) continue;
              const double up = v.at({n, c, i, j});
              value[static_cast<std::size_t>(((n * channels + c) * y.dim(2) + i) * y.dim(3) + j)] +=
                  x.at({n, c, row, column}) * weight.at({c, 0, p, q});
              dx[static_cast<std::size_t>(((n * channels + c) * h + row) * w + column)] += up * weight.at({c, 0, p, q});
              dw[static_cast<std::size_t>((c * kh + p) * kw + q)] += up * x.at({n, c, row, column});
            }
          }
        }
      }
    }
  }
  const auto close = [](const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 1e-13);
  };
  close(y.to_vector(), value);
  close(g[0].to_vector(), dx);
  close(g[1].to_vector(), dw);
}

TEST_CASE("pooling 65: overlapping windows add their gradients, with padding and on images of height 1") {
  const Tensor row = tensor({{{{1, 5, 2, 4, 3}}}}, Dtype::f64).requires_grad_();
  const Tensor y = max_pool2d(row, {.kernel = {1, 3}, .stride = 1});
  CHECK(y.to_vector() == std::vector<double>{5, 5, 4});
  CHECK(gradient_of_sum(y, row) == std::vector<double>{0, 2, 0, 1, 0});
  const Tensor padded = max_pool2d(row, {.kernel = {1, 3}, .stride = 1, .padding = {0, 1}});
  CHECK(padded.to_vector() == std::vector<double>{5, 5, 5, 4, 4});
  CHECK(gradient_of_sum(padded, row) == std::vector<double>{0, 3, 0, 2, 0});
  const Tensor x = counting({1, 1, 3, 3});
  CHECK(gradient_of_sum(max_pool2d(x, {.kernel = 3, .stride = 1, .padding = 1}), x) ==
        std::vector<double>{0, 0, 0, 0, 1, 2, 0, 2, 4});
  CHECK(gradient_of_sum(avg_pool2d(x, {.kernel = 2, .stride = 1}), x) ==
        std::vector<double>{0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25});
}

TEST_CASE("pooling 67: ceil_mode keeps the remainder, and drops a last window that would start in the far padding") {
  const auto sizes = [](std::int64_t size, std::int64_t k, std::int64_t s, std::int64_t p, bool ceil) {
    return max_pool2d(zeros({1, 1, size, size}), {.kernel = k, .stride = s, .padding = p, .ceil_mode = ceil}).dim(2);
  };
  CHECK(sizes(5, 2, 2, 0, false) == 2);
  CHECK(sizes(5, 2, 2, 0, true) == 3);
  CHECK(sizes(4, 2, 2, 0, true) == 2);
  CHECK(sizes(6, 3, 2, 1, false) == 3);
  CHECK(sizes(6, 3, 2, 1, true) == 4);  // starts at 5, inside
  CHECK(sizes(5, 2, 3, 1, true) == 2);
  CHECK(sizes(5, 3, 3, 1, true) == 2);
  CHECK(sizes(4, 2, 3, 1, true) == 2);  // ceil would be 3, the third would start behind the input
  const Tensor x = counting({1, 1, 1, 5});
  const Tensor y = max_pool2d(x, {.kernel = {1, 2}, .stride = {1, 2}, .ceil_mode = true});
  CHECK(y.to_vector() == std::vector<double>{1, 3, 4});
  // The part that hangs over is in no divisor, the padding is in one of them.
  const Tensor a = avg_pool2d(x, {.kernel = {1, 2}, .stride = {1, 2}, .ceil_mode = true});
  CHECK(a.to_vector() == std::vector<double>{0.5, 2.5, 4});
  CHECK(gradient_of_sum(a, x) == std::vector<double>{0.5, 0.5, 0.5, 0.5, 1});
  const auto padded = [&](bool include) {
    return avg_pool2d(
               x,
               {.kernel = {1, 4}, .stride = {1, 4}, .padding = {0, 1}, .ceil_mode = true, .count_include_pad = include})
        .to_vector();
  };
  CHECK(padded(true) == std::vector<double>{0.75, 7.0 / 3});  // -1..2 and 3..5: two elements and the padding at 5
  CHECK(padded(false) == std::vector<double>{1, 3.5});
}

TEST_CASE("pooling 69: windows that cannot be are refused, naming the numbers") {
  const Tensor x = zeros({1, 1, 6, 6});
  CHECK(text_of<ArgumentError>([&] { max_pool2d(x, {.kernel = 3, .padding = 2}); }) ==
        "max_pool2d: padding 2 with kernel 3 (at most half the kernel: 1)");
  CHECK_THROWS_AS(max_pool2d(x, {.kernel = 0}), ArgumentError);
  CHECK_THROWS_AS(avg_pool2d(x, {.kernel = 2, .stride = {0, 1}}), ArgumentError);
  CHECK_THROWS_AS(max_pool2d(x, {.kernel = 2, .stride = -1}), ArgumentError);
  CHECK_THROWS_AS(max_pool2d(x, {.kernel = 2, .dilation = 0}), ArgumentError);
  CHECK_THROWS_AS(max_pool2d(x, {.kernel = 7}), ShapeError);
  CHECK(max_pool2d(x, {.kernel = 3, .stride = 1, .dilation = 2}).shape() == Shape{1, 1, 2, 2});
  const std::string text = text_of<ArgumentError>([] {
    max_pool2d(zeros({1, 1, 1, 1}), {.kernel = 2, .stride = 1, .padding = 1, .dilation = 2});
  });
  CHECK(text == "max_pool2d: window 0 of dim 2 covers no input element (every window needs one)");
}

TEST_CASE("a stride beyond the image costs nothing: there is one window") {
  const Tensor x = counting({1, 1, 8, 8});
  const Tensor w = around_zero({1, 1, 2, 2}, 4);
  const double expected = conv2d(x, w, {.stride = 8}).item();
  for (const std::int64_t stride : {std::int64_t{100'000}, std::int64_t{1} << 32, std::int64_t{1} << 60}) {
    CAPTURE(stride);
    CHECK(max_pool2d(x, {.kernel = 2, .stride = stride}).item() == 9);
    CHECK(avg_pool2d(x, {.kernel = 2, .stride = stride}).item() == 4.5);
    CHECK(conv2d(x, w, {.stride = stride}).item() == expected);
    const Tensor g = grad(conv2d(x, w, {.stride = stride}), {x})[0];
    CHECK(sum(g).item() == doctest::Approx(sum(w).item()));
  }
  CHECK(max_pool2d(x, {.kernel = {2, 2}, .stride = {1, 100'000}}).shape() == Shape{1, 1, 7, 1});
}
