// SPDX-License-Identifier: MIT
// Checks of lab 6: the convolution itself, directly and by patches.
#include <convolution.h>

#include <algorithm>

#include "grid.h"

using namespace yhat;
using namespace yhat::labs;

namespace {

std::vector<double> turned_by_180(const Tensor& w) {
  std::vector<double> values = w.to_vector();
  const std::int64_t kernel = w.dim(2) * w.dim(3);
  for (auto at = values.begin(); at != values.end(); at += kernel) std::reverse(at, at + kernel);
  return values;
}

// Channels 1 .. of the weight set to 0.
Tensor first_channel(const Tensor& w) {
  if (w.dim(1) == 1) return w;
  return concat({slice(w, 1, 0, 1), zeros({w.dim(0), w.dim(1) - 1, w.dim(2), w.dim(3)}, Dtype::f64)}, 1);
}

// Every group gets the channels of group 0.
Tensor group_zero_everywhere(const Tensor& x, std::int64_t groups) {
  return concat(Tensors(static_cast<std::size_t>(groups), slice(x, 1, 0, x.dim(1) / groups)), 1);
}

// Row i s - P + u d with s and d exchanged: zeros are put behind x, so that the output is large enough.
Tensor swapped(const Tensor& x, const Tensor& w, Conv2dSpec spec, const Shape& y) {
  std::swap(spec.stride, spec.dilation);
  const Tensor tall = concat({x, zeros({x.dim(0), x.dim(1), 40, x.dim(3)}, Dtype::f64)}, 2);
  const Tensor large = concat({tall, zeros({x.dim(0), x.dim(1), tall.dim(2), 40}, Dtype::f64)}, 3);
  return slice(slice(yhat::conv2d(large, w, spec), 2, 0, y[2]), 3, 0, y[3]);
}

// Whether the outputs that are wrong all see the first or last row or column, and some output is right.
bool wrong_at_the_border_only(const Tensor& got, const Tensor& want, const ConvCase& c) {
  if (got.shape() != want.shape()) return false;
  const std::vector<double> a = got.to_vector(), b = want.to_vector();
  const auto inside = [](std::int64_t i, std::int64_t size, std::int64_t k, std::int64_t s, std::int64_t p,
                         std::int64_t d) { return i * s - p > 0 && i * s - p + (k - 1) * d < size - 1; };
  const std::int64_t ho = want.dim(2), wo = want.dim(3);
  bool some_right = false;
  for (std::size_t flat = 0; flat < a.size(); ++flat) {
    const auto j = static_cast<std::int64_t>(flat) % wo, i = static_cast<std::int64_t>(flat) / wo % ho;
    some_right = some_right || a[flat] == b[flat];
    if (a[flat] != b[flat] && inside(i, c.x[2], c.w[2], c.spec.stride.h, c.spec.padding.h, c.spec.dilation.h) &&
        inside(j, c.x[3], c.w[3], c.spec.stride.w, c.spec.padding.w, c.spec.dilation.w)) {
      return false;
    }
  }
  return some_right;
}

void compare(const ConvCase& c, const Tensor& x, const Tensor& w, const Tensor& b) {
  show_case(c);
  show("bias", b);
  const Tensor want = yhat::conv2d(x, w, b, c.spec);
  const Tensor got = direct_conv2d(x, w, b, c.spec);
  const Outcome outcome = same(got, want, 0, 0);
  if (!outcome) {
    const auto is = [&](const Tensor& guess) {
      const Tensor y = b.defined() ? guess + reshape(b, {1, -1, 1, 1}) : guess;
      return bool(same(got, y, 0, 0));
    };
    const Tensor flipped = from_values(turned_by_180(w), w.shape(), Dtype::f64);
    if (is(yhat::conv2d(x, flipped, c.spec))) {
      note("conv.flipped");
    } else if (is(yhat::conv2d(x, first_channel(w), c.spec))) {
      note("conv.channel");
    } else if (c.spec.groups > 1 && is(yhat::conv2d(group_zero_everywhere(x, c.spec.groups), w, c.spec))) {
      note("conv.group");
    } else if (c.spec.stride != c.spec.dilation && is(swapped(x, w, c.spec, want.shape()))) {
      note("conv.swapped");
    } else if (wrong_at_the_border_only(got, want, c)) {
      note("conv.border");
    }
  }
  REQUIRE(outcome);
}

}  // namespace

TEST_CASE("6.1 one convolution by hand") {
  Rng rng = seeded(61);
  const Tensor x = reshape(arange(16, Dtype::f64), {1, 1, 4, 4});
  const Tensor w = reshape(arange(9, Dtype::f64), {1, 1, 3, 3});
  const ConvCase lecture{{1, 1, 4, 4}, {1, 1, 3, 3}, {.stride = 2, .padding = 1}};
  compare(lecture, x, w, Tensor());
  CHECK(same(direct_conv2d(x, w, Tensor(), lecture.spec), {1, 1, 2, 2}, {73, 154, 279, 438}, 0, 0));
  const ConvCase many{{2, 3, 5, 6}, {2, 3, 3, 3}, {}};
  compare(many, integers(many.x, rng), integers(many.w, rng), integers({2}, rng));
}

TEST_CASE("6.2 stride padding dilation groups") {
  Rng rng = seeded(62);
  for (const ConvCase& c : conv_cases) {
    compare(c, integers(c.x, rng), integers(c.w, rng), integers({c.w[0]}, rng));
    compare(c, integers(c.x, rng), integers(c.w, rng), Tensor());
  }
}

TEST_CASE("6.6 patches times a matrix") {
  Rng rng = seeded(66);
  for (const ConvCase& c : conv_cases) {
    if (c.spec.groups != 1) continue;
    show_case(c);
    const Tensor x = integers(c.x, rng), w = integers(c.w, rng), b = integers({c.w[0]}, rng);
    const Shape y = output_shape(c.x, c.w, c.spec);
    const std::int64_t rows = c.w[1] * c.w[2] * c.w[3];
    // Row (c,u,v) of the patches is what a kernel that is 1 there and 0 elsewhere picks out.
    const Tensor one_each = [&] {
      std::vector<double> unit(static_cast<std::size_t>(rows * rows));
      for (std::int64_t r = 0; r < rows; ++r) unit[static_cast<std::size_t>(r * rows + r)] = 1;
      return from_values(unit, {rows, c.w[1], c.w[2], c.w[3]}, Dtype::f64);
    }();
    const auto as_rows = [&](const Tensor& kernels) {
      return reshape(permute(yhat::conv2d(x, kernels, c.spec), {1, 0, 2, 3}), {rows, -1});
    };
    const Tensor want = as_rows(one_each);
    const Tensor patches = im2col(x, c.w, c.spec);
    const Outcome outcome = same(patches, want, 0, 0);
    if (!outcome) {
      // The same with rows (u,v,c).
      const Tensor moved = reshape(permute(reshape(want, {c.w[1], c.w[2], c.w[3], -1}), {1, 2, 0, 3}), {rows, -1});
      if (same(patches, moved, 0, 0)) note("im2col.order");
    }
    REQUIRE(outcome);
    const Tensor product = conv2d_im2col(x, w, b, c.spec);
    const Tensor direct = yhat::conv2d(x, w, b, c.spec);
    const Outcome equal = same(product, direct, 0, 0);
    if (!equal && product.shape() == y && y[0] > 1 &&
        same(product, reshape(permute(direct, {1, 0, 2, 3}), direct.shape()), 0, 0)) {
      note("im2col.permute");
    }
    REQUIRE(equal);
  }
}

TEST_CASE("6.7 output sizes") {
  struct Size {
    std::int64_t size, kernel, stride, padding, dilation, want;
  };
  for (const Size& s : {Size{6, 3, 2, 0, 1, 2}, Size{224, 11, 4, 0, 1, 54}, Size{227, 11, 4, 0, 1, 55},
                        Size{224, 11, 4, 2, 1, 55}, Size{27, 5, 1, 2, 1, 27}, Size{7, 3, 1, 2, 2, 7},
                        Size{9, 3, 3, 2, 2, 3}, Size{5, 5, 1, 0, 1, 1}, Size{8, 2, 3, 0, 1, 3}}) {
    show("size, kernel, stride, padding, dilation",
         fmt::format("{}, {}, {}, {}, {}", s.size, s.kernel, s.stride, s.padding, s.dilation));
    const std::int64_t got = conv_output_size(s.size, s.kernel, s.stride, s.padding, s.dilation);
    const std::int64_t room = s.size + 2 * s.padding - s.dilation * (s.kernel - 1) - 1;
    if (got == s.want + 1 && room % s.stride != 0) note("size.up");
    if (got == s.want - 1) note("size.one");
    REQUIRE(same(static_cast<double>(got), static_cast<double>(s.want), 0, 0));
  }
}
