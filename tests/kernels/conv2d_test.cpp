// SPDX-License-Identifier: MIT
#include "core/kernels/conv2d.h"

#include "compare.h"

using namespace kernel_test;
using kernels::Conv2dGeometry;

namespace {

int64_t output_size(int64_t size, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation) {
  return (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
}

/// A random geometry; kernels that do not fit the padded input are made to.
Conv2dGeometry random_geometry(Noise& noise) {
  Conv2dGeometry g{};
  g.groups = noise.between(1, 3);
  g.n = noise.between(1, 3);
  g.c = g.groups * noise.between(1, 5);
  g.o = g.groups * noise.between(1, noise.below(4) == 0 ? 40 : 8);
  g.kh = noise.between(1, 5);
  g.kw = noise.between(1, 5);
  g.stride_h = noise.between(1, 4);
  g.stride_w = noise.between(1, 3);
  g.dil_h = noise.between(1, 2);
  g.dil_w = noise.between(1, 3);
  g.pad_h = noise.between(0, 3);
  g.pad_w = noise.between(0, 3);
  g.h = std::max(noise.between(1, 20), g.dil_h * (g.kh - 1) + 1 - 2 * g.pad_h);
  g.w = std::max(noise.between(1, 40), g.dil_w * (g.kw - 1) + 1 - 2 * g.pad_w);
  g.oh = output_size(g.h, g.kh, g.stride_h, g.pad_h, g.dil_h);
  g.ow = output_size(g.w, g.kw, g.stride_w, g.pad_w, g.dil_w);
  return g;
}

template <class T>
struct Case {
  Conv2dGeometry g;
  std::vector<T> x, w, bias, gy;

  Case(const Conv2dGeometry& geo, Noise& noise, bool exact) : g(geo) {
    const auto fill = [&](int64_t n) { return exact ? noise.integers<T>(n) : noise.reals<T>(n); };
    x = fill(g.n * g.c * g.h * g.w);
    w = fill(g.o * (g.c / g.groups) * g.kh * g.kw);
    bias = fill(g.o);
    gy = fill(g.n * g.o * g.oh * g.ow);
  }
  std::vector<T> forward(bool with_bias = true) const {
    std::vector<T> y(gy.size(), NAN);
    kernels::conv2d(g, x.data(), w.data(), with_bias ? bias.data() : nullptr, y.data());
    return y;
  }
  std::vector<T> input_grad() const {
    std::vector<T> gx(x.size(), NAN);
    kernels::conv2d_input_grad(g, gy.data(), w.data(), gx.data());
    return gx;
  }
  std::vector<T> weight_grad() const {
    std::vector<T> gw(w.size(), NAN);
    kernels::conv2d_weight_grad(g, gy.data(), x.data(), gw.data());
    return gw;
  }
};

template <class T>
void check_against_reference(const Conv2dGeometry& g, Noise& noise) {
  for (int64_t value :
       {g.n, g.c, g.h, g.w, g.o, g.kh, g.kw, g.stride_h, g.stride_w, g.pad_h, g.pad_w, g.dil_h, g.dil_w, g.groups}) {
    INFO(value);
  }
  for (bool exact : {true, false}) {
    CAPTURE(exact);
    const double allowed = exact ? 0 : tolerance<T>;
    const Case<T> t(g, noise, exact);
    const auto x = to_double(t.x), w = to_double(t.w), bias = to_double(t.bias), gy = to_double(t.gy);
    std::vector<double> y(gy.size()), gx(x.size()), gw(w.size());
    kernels::reference::conv2d(g, x.data(), w.data(), bias.data(), y.data());
    CHECK(distance(t.forward(), y) <= allowed);
    kernels::reference::conv2d<double>(g, x.data(), w.data(), nullptr, y.data());
    CHECK(distance(t.forward(false), y) <= allowed);
    kernels::reference::conv2d_input_grad(g, gy.data(), w.data(), gx.data());
    CHECK(distance(t.input_grad(), gx) <= allowed);
    kernels::reference::conv2d_weight_grad(g, gy.data(), x.data(), gw.data());
    CHECK(distance(t.weight_grad(), gw) <= allowed);
  }
}

Conv2dGeometry geometry(int64_t n, int64_t c, int64_t size, int64_t o, int64_t k, int64_t stride, int64_t pad,
                        int64_t groups = 1) {
  const int64_t out = output_size(size, k, stride, pad, 1);
  return {.n = n,
          .c = c,
          .h = size,
          .w = size,
          .o = o,
          .kh = k,
          .kw = k,
          .oh = out,
          .ow = out,
          .stride_h = stride,
          .stride_w = stride,
          .pad_h = pad,
          .pad_w = pad,
          .groups = groups};
}

/// Layers of the networks in the library, with fewer images, and shapes that need several blocks of everything.
const std::vector<Conv2dGeometry> layers = {
    geometry(3, 1, 28, 6, 5, 1, 2),      geometry(3, 6, 14, 16, 5, 1, 0),     geometry(1, 3, 67, 96, 11, 4, 0),
    geometry(1, 96, 13, 64, 5, 1, 2, 2), geometry(1, 40, 13, 130, 3, 1, 1),   geometry(2, 64, 9, 20, 3, 1, 1),
    geometry(1, 3, 40, 8, 3, 1, 1),      geometry(2, 20, 9, 20, 3, 2, 1, 20), geometry(1, 300, 5, 4, 1, 1, 0),
    geometry(1, 4, 6, 4, 3, 5, 1),       geometry(1, 2, 3, 3, 7, 1, 3),       geometry(2, 3, 4, 5, 1, 3, 2)};

}  // namespace

TEST_CASE_TEMPLATE("convolution 63: fast kernels equal the reference over random geometries", T, float, double) {
  for_each_isa([] {
    Noise noise(11);
    for (int i = 0; i < 150; ++i) {
      CAPTURE(i);
      check_against_reference<T>(random_geometry(noise), noise);
    }
  });
}

TEST_CASE_TEMPLATE("fast convolutions equal the reference on the layers of known networks", T, float, double) {
  for_each_isa([] {
    Noise noise(12);
    for (const Conv2dGeometry& g : layers) check_against_reference<T>(g, noise);
  });
}

TEST_CASE_TEMPLATE("convolutions give the same bits for any number of threads", T, float, double) {
  for_each_isa([] {
    Noise noise(13);
    for (const Conv2dGeometry& g : layers) {
      const Case<T> t(g, noise, false);
      CAPTURE(g.c);
      CHECK(same_bits_for_all_threads([&] { return t.forward(); }));
      CHECK(same_bits_for_all_threads([&] { return t.input_grad(); }));
      CHECK(same_bits_for_all_threads([&] { return t.weight_grad(); }));
    }
  });
}

TEST_CASE_TEMPLATE("convolutions of nothing", T, float, double) {
  for_each_isa([] {
    Noise noise(14);
    Conv2dGeometry no_images = geometry(0, 3, 5, 4, 3, 1, 1);
    const Case<T> t(no_images, noise, true);
    CHECK(t.forward().empty());
    CHECK(t.input_grad().empty());
    CHECK(distance(t.weight_grad(), std::vector<double>(4 * 3 * 9, 0.0)) == 0);
    const Conv2dGeometry no_filters = geometry(2, 3, 5, 0, 3, 1, 1);
    const Case<T> u(no_filters, noise, true);
    CHECK(u.forward().empty());
    CHECK(distance(u.input_grad(), std::vector<double>(2 * 3 * 25, 0.0)) == 0);
    CHECK(u.weight_grad().empty());
    const Conv2dGeometry no_channels = geometry(1, 0, 4, 2, 3, 1, 1);
    const Case<T> v(no_channels, noise, true);
    std::vector<double> expected;
    for (T b : v.bias) expected.insert(expected.end(), 16, static_cast<double>(b));
    CHECK(distance(v.forward(), expected) == 0);
    CHECK(v.input_grad().empty());
    CHECK(v.weight_grad().empty());
  });
}

TEST_CASE("an infinity in the input reaches only the outputs and gradients whose windows hold it") {
  for_each_isa([] {
    Noise noise(15);
    Conv2dGeometry g = geometry(1, 2, 9, 3, 3, 1, 0);
    Case<float> t(g, noise, false);
    for (float& w : t.w) w = w < 0 ? w - 0.1F : w + 0.1F;
    t.x[8] = INFINITY;  // the end of row 0: only output column 6 of row 0 sees it
    const std::vector<float> y = t.forward();
    for (int64_t i = 0; i < 3 * 49; ++i) {
      CAPTURE(i);
      CHECK(std::isfinite(y[static_cast<std::size_t>(i)]) == (i % 49 != 6));
    }
    const std::vector<float> gw = t.weight_grad();
    for (int64_t i = 0; i < 3 * 18; ++i) {
      CAPTURE(i);
      CHECK(std::isfinite(gw[static_cast<std::size_t>(i)]) == (i % 18 != 2));  // ky = 0, kx = 2 of channel 0
    }
  });
}
