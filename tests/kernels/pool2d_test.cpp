// SPDX-License-Identifier: MIT
#include "core/kernels/pool2d.h"

#include "compare.h"

using namespace kernel_test;
using kernels::Pool2dGeometry;

namespace {

/// The number of outputs along one axis, with or without ceil_mode.
int64_t pooled(int64_t size, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation, bool ceil) {
  const int64_t room = size + 2 * pad - dilation * (kernel - 1) - 1;
  if (room < 0) return 0;
  int64_t count = (ceil ? (room + stride - 1) / stride : room / stride) + 1;
  if (ceil && (count - 1) * stride >= size + pad) --count;
  return count;
}

bool every_window_has_an_element(int64_t count, int64_t size, int64_t kernel, int64_t stride, int64_t pad,
                                 int64_t dilation) {
  for (int64_t i = 0; i < count; ++i) {
    bool any = false;
    for (int64_t k = 0; k < kernel; ++k) {
      const int64_t at = i * stride - pad + k * dilation;
      any = any || (at >= 0 && at < size);
    }
    if (!any) return false;
  }
  return count > 0;
}

/// A random geometry whose windows all hold an element; dilated unless for an average.
Pool2dGeometry random_geometry(Noise& noise, bool dilated) {
  for (;;) {
    Pool2dGeometry g{};
    g.n = noise.between(1, 3);
    g.c = noise.between(1, 4);
    g.h = noise.between(1, 14);
    g.w = noise.between(1, 45);
    g.kh = noise.between(1, 4);
    g.kw = noise.between(1, 5);
    g.stride_h = noise.between(1, 4);
    g.stride_w = noise.between(1, 5);
    g.pad_h = noise.between(0, g.kh / 2);
    g.pad_w = noise.between(0, g.kw / 2);
    g.dil_h = dilated ? noise.between(1, 2) : 1;
    g.dil_w = dilated ? noise.between(1, 3) : 1;
    const bool ceil = noise.below(2) == 1;
    g.count_include_pad = noise.below(2) == 1;
    g.oh = pooled(g.h, g.kh, g.stride_h, g.pad_h, g.dil_h, ceil);
    g.ow = pooled(g.w, g.kw, g.stride_w, g.pad_w, g.dil_w, ceil);
    if (every_window_has_an_element(g.oh, g.h, g.kh, g.stride_h, g.pad_h, g.dil_h) &&
        every_window_has_an_element(g.ow, g.w, g.kw, g.stride_w, g.pad_w, g.dil_w)) {
      return g;
    }
  }
}

template <class T>
struct Pooled {
  std::vector<T> y;
  std::vector<int64_t> winner;
};

template <class T>
Pooled<T> max_pool(const Pool2dGeometry& g, const std::vector<T>& x) {
  const auto out = static_cast<std::size_t>(g.n * g.c * g.oh * g.ow);
  Pooled<T> p{std::vector<T>(out, T(77)), std::vector<int64_t>(out, -5)};
  kernels::max_pool2d(g, x.data(), p.y.data(), p.winner.data());
  return p;
}

std::size_t input_size(const Pool2dGeometry& g) { return static_cast<std::size_t>(g.n * g.c * g.h * g.w); }
std::size_t output_size(const Pool2dGeometry& g) { return static_cast<std::size_t>(g.n * g.c * g.oh * g.ow); }

}  // namespace

namespace {

template <class T>
void check_max_pool(const Pool2dGeometry& g, bool odd_values, Noise& noise) {
  std::vector<T> x = noise.integers<T>(static_cast<int64_t>(input_size(g)));  // many ties
  if (odd_values) {
    const T odd[] = {NAN, INFINITY, -INFINITY, T(0), T(-0.0), -NAN, -INFINITY, -INFINITY};
    for (T& v : x) v = noise.below(2) ? odd[noise.below(8)] : v;
  }
  std::vector<T> y(output_size(g));
  std::vector<int64_t> winner(y.size());
  kernels::reference::max_pool2d(g, x.data(), y.data(), winner.data());
  const Pooled<T> fast = max_pool(g, x);
  CHECK(fast.winner == winner);
  CHECK(same_bits(fast.y, y));
  std::vector<T> values_only(y.size());
  kernels::max_pool2d(g, x.data(), values_only.data(), nullptr);
  CHECK(same_bits(values_only, y));

  const std::vector<T> gy = noise.integers<T>(static_cast<int64_t>(y.size()));
  std::vector<T> gx(x.size(), NAN), expected(x.size());
  kernels::max_pool2d_grad(g, gy.data(), winner.data(), gx.data());
  kernels::reference::max_pool2d_grad(g, gy.data(), winner.data(), expected.data());
  CHECK(same_bits(gx, expected));
}

}  // namespace

TEST_CASE_TEMPLATE("fast max-pool equals the reference, with ties, NaN and infinities", T, float, double) {
  for_each_isa([] {
    Noise noise(21);
    for (int i = 0; i < 400; ++i) {
      CAPTURE(i);
      check_max_pool<T>(random_geometry(noise, true), i % 2, noise);
    }
    for (int64_t w = 2; w < 75; ++w) {  // the windows of 2 x 2 that most networks use
      CAPTURE(w);
      const int64_t h = noise.between(2, 7);
      const Pool2dGeometry g{
          .n = 2, .c = 2, .h = h, .w = w, .kh = 2, .kw = 2, .oh = h / 2, .ow = w / 2, .stride_h = 2, .stride_w = 2};
      for (bool odd_values : {false, true}) check_max_pool<T>(g, odd_values, noise);
    }
  });
}

TEST_CASE("max-pool by hand: ties, all minus infinity, padding") {
  for_each_isa([] {
    const Pool2dGeometry row{.n = 1, .c = 1, .h = 1, .w = 4, .kh = 1, .kw = 2, .oh = 1, .ow = 2, .stride_w = 2};
    CHECK(max_pool<float>(row, {3, 3, -INFINITY, -INFINITY}).winner == std::vector<int64_t>{0, 2});
    CHECK(max_pool<float>(row, {NAN, 9, 9, NAN}).winner == std::vector<int64_t>{0, 3});
    const Pool2dGeometry padded{
        .n = 1, .c = 1, .h = 1, .w = 2, .kh = 3, .kw = 3, .oh = 1, .ow = 2, .pad_h = 1, .pad_w = 1};
    const Pooled<double> p = max_pool<double>(padded, {-INFINITY, -INFINITY});
    CHECK(p.winner == std::vector<int64_t>{0, 0});
    CHECK(p.y == std::vector<double>{-INFINITY, -INFINITY});
    const Pooled<double> q = max_pool<double>(padded, {-7, -9});
    CHECK(q.y == std::vector<double>{-7, -7});
  });
}

TEST_CASE_TEMPLATE("fast average pooling equals the reference", T, float, double) {
  for_each_isa([] {
    Noise noise(22);
    for (int i = 0; i < 400; ++i) {
      CAPTURE(i);
      const Pool2dGeometry g = random_geometry(noise, false);
      const std::vector<T> x = noise.reals<T>(static_cast<int64_t>(input_size(g)));
      const std::vector<T> gy = noise.reals<T>(static_cast<int64_t>(output_size(g)));
      std::vector<T> y(gy.size(), NAN), gx(x.size(), NAN);
      kernels::avg_pool2d(g, x.data(), y.data());
      kernels::avg_pool2d_grad(g, gy.data(), gx.data());
      std::vector<double> expected_y(y.size()), expected_gx(x.size());
      kernels::reference::avg_pool2d(g, to_double(x).data(), expected_y.data());
      kernels::reference::avg_pool2d_grad(g, to_double(gy).data(), expected_gx.data());
      CHECK(distance(y, expected_y) <= tolerance<T>);
      CHECK(distance(gx, expected_gx) <= tolerance<T>);
    }
  });
}

TEST_CASE("average pooling by hand: the divisor at the border") {
  for_each_isa([] {
    Pool2dGeometry g{.n = 1, .c = 1, .h = 1, .w = 3, .kh = 1, .kw = 2, .oh = 1, .ow = 2, .stride_w = 2};  // ceil_mode
    std::vector<double> y(2), gx(3);
    kernels::avg_pool2d<double>(g, std::vector<double>{1, 2, 6}.data(), y.data());
    CHECK(y == std::vector<double>{1.5, 6});  // the overhang does not count
    kernels::avg_pool2d_grad<double>(g, std::vector<double>{1, 1}.data(), gx.data());
    CHECK(gx == std::vector<double>{0.5, 0.5, 1});
    g = {.n = 1, .c = 1, .h = 1, .w = 2, .kh = 1, .kw = 2, .oh = 1, .ow = 2, .stride_w = 2, .pad_w = 1};
    kernels::avg_pool2d<double>(g, std::vector<double>{4, 8}.data(), y.data());
    CHECK(y == std::vector<double>{2, 4});  // the padding counts
    g.count_include_pad = false;
    kernels::avg_pool2d<double>(g, std::vector<double>{4, 8}.data(), y.data());
    CHECK(y == std::vector<double>{4, 8});
  });
}

TEST_CASE_TEMPLATE("pooling gives the same bits for any number of threads", T, float, double) {
  for_each_isa([] {
    Noise noise(23);
    const Pool2dGeometry g{
        .n = 3, .c = 16, .h = 41, .w = 43, .kh = 3, .kw = 3, .oh = 20, .ow = 21, .stride_h = 2, .stride_w = 2};
    const std::vector<T> x = noise.reals<T>(static_cast<int64_t>(input_size(g)));
    const std::vector<T> gy = noise.reals<T>(static_cast<int64_t>(output_size(g)));
    CHECK(same_bits_for_all_threads([&] { return max_pool(g, x).winner; }));
    CHECK(same_bits_for_all_threads([&] {
      std::vector<T> gx(x.size());
      kernels::max_pool2d_grad(g, gy.data(), max_pool(g, x).winner.data(), gx.data());
      return gx;
    }));
    CHECK(same_bits_for_all_threads([&] {
      std::vector<T> y(gy.size());
      kernels::avg_pool2d(g, x.data(), y.data());
      return y;
    }));
    CHECK(same_bits_for_all_threads([&] {
      std::vector<T> gx(x.size());
      kernels::avg_pool2d_grad(g, gy.data(), gx.data());
      return gx;
    }));
  });
}
