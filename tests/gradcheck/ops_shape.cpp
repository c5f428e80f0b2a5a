// SPDX-License-Identifier: MIT
// Ops that move elements without changing them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

using Axis = std::int64_t;
using List = std::vector<Axis>;

Sample moved(const std::string& name, const Shape& shape, std::function<Tensor(const Tensor&)> f) {
  return {name, [=](Draw& d) { return Case{"", fn(f), {d.in(shape)}}; }};
}

Samples reshaped() {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{}, {}},
                                                       {{}, {1}},
                                                       {{}, {1, 1}},
                                                       {{1}, {}},
                                                       {{6}, {2, 3}},
                                                       {{6}, {-1, 2}},
                                                       {{2, 3}, {6}},
                                                       {{2, 3}, {3, 2}},
                                                       {{2, 3}, {-1}},
                                                       {{2, 3, 2}, {3, 4}},
                                                       {{2, 3, 2}, {2, 6}},
                                                       {{4, 3}, {2, 2, 3}},
                                                       {{2, 1, 3, 2}, {4, 3}},
                                                       {{12}, {2, 3, 1, 2}},
                                                       {{0, 3}, {3, 0}},
                                                       {{2, 2, 3}, {1, -1, 2}}};
  Samples samples;
  for (const auto& [from, to] : shapes) {
    samples.push_back(
        moved(fmt::format("{} to {}", from, to), from, [to = to](const Tensor& x) { return reshape(x, to); }));
  }
  return samples;
}

Samples flattened() {
  Samples samples;
  for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{2, 3, 2}, Shape{2, 1, 3, 2}, Shape{0, 2}}) {
    for (Axis start = -shape.ndim(); start < shape.ndim(); ++start) {
      samples.push_back(moved(fmt::format("{} from axis {}", shape, start), shape,
                              [=](const Tensor& x) { return flatten(x, start); }));
    }
    if (shape.empty()) samples.push_back(moved("a scalar", shape, [](const Tensor& x) { return flatten(x); }));
  }
  return samples;
}

Samples permuted() {
  Samples samples;
  const std::vector<std::pair<Shape, List>> cases = {{{}, {}},
                                                     {{4}, {0}},
                                                     {{2, 3}, {0, 1}},
                                                     {{2, 3}, {1, 0}},
                                                     {{2, 3, 4}, {0, 1, 2}},
                                                     {{2, 3, 4}, {0, 2, 1}},
                                                     {{2, 3, 4}, {1, 0, 2}},
                                                     {{2, 3, 4}, {1, 2, 0}},
                                                     {{2, 3, 4}, {2, 0, 1}},
                                                     {{2, 3, 4}, {2, 1, 0}},
                                                     {{2, 3, 4}, {-1, 0, 1}},
                                                     {{2, 1, 3, 2}, {3, 1, 0, 2}},
                                                     {{2, 1, 3, 2}, {2, 0, 3, 1}},
                                                     {{2, 3, 1, 2}, {0, 2, 3, 1}},
                                                     {{0, 2, 3}, {2, 0, 1}},
                                                     {{3, 3}, {1, 0}}};
  for (const auto& [shape, axes] : cases) {
    samples.push_back(moved(fmt::format("{} by [{}]", shape, fmt::join(axes, ", ")), shape,
                            [axes = axes](const Tensor& x) { return permute(x, axes); }));
  }
  return samples;
}

Samples transposed() {
  Samples samples;
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 3}, Shape{1, 4}, Shape{0, 2}}) {
    samples.push_back(moved(fmt::format("{}", shape), shape, [](const Tensor& x) { return transpose(x); }));
  }
  for (Axis a = 0; a < 3; ++a) {
    for (Axis b = -3; b < 0; ++b) {
      samples.push_back(moved(fmt::format("[2, 3, 4], {} and {}", a, b), {2, 3, 4},
                              [=](const Tensor& x) { return transpose(x, a, b); }));
    }
  }
  for (Axis a = 0; a < 4; ++a) {
    samples.push_back(moved(fmt::format("[2, 1, 3, 2], {} and 2", a), {2, 1, 3, 2},
                            [=](const Tensor& x) { return transpose(x, a, 2); }));
  }
  return samples;
}

Samples concatenated() {
  Samples samples;
  for (const Shape& shape : {Shape{2}, Shape{2, 3}, Shape{1, 2, 3}, Shape{0, 2}}) {
    for (Axis axis = -shape.ndim(); axis < shape.ndim(); ++axis) {
      for (const List& sizes : {List{1}, List{2, 1}, List{1, 3, 0}, List{0, 2, 1, 2}}) {
        samples.push_back({fmt::format("{} along {}, sizes [{}]", shape, axis, fmt::join(sizes, ", ")), [=](Draw& d) {
                             const auto a = static_cast<std::size_t>(axis < 0 ? axis + shape.ndim() : axis);
                             Tensors pieces;
                             for (Axis size : sizes) pieces.push_back(d.in(shape.with(a, size)));
                             return Case{"", [=](const Tensors& x) { return Tensors{concat(x, axis)}; }, pieces};
                           }});
      }
    }
  }
  samples.push_back({"one tensor twice", [](Draw& d) {
                       return Case{"", fn([](const Tensor& x) { return concat({x, x}, 1); }), {d.in({2, 3})}};
                     }});
  return samples;
}

Samples sliced() {
  Samples samples;
  struct Cut {
    Axis start, stop;
  };
  for (const Shape& shape : {Shape{5}, Shape{4, 3}, Shape{2, 4, 3}}) {
    for (Axis axis = -shape.ndim(); axis < shape.ndim(); ++axis) {
      for (const Cut& cut : {Cut{0, 2}, Cut{1, 99}, Cut{-2, -1}, Cut{1, 1}}) {
        samples.push_back(moved(fmt::format("{} along {}, {} to {}", shape, axis, cut.start, cut.stop), shape,
                                [=](const Tensor& x) { return slice(x, axis, cut.start, cut.stop); }));
      }
    }
  }
  return samples;
}

Samples cut_up() {
  Samples samples;
  for (const Shape& shape : {Shape{4}, Shape{3, 4}, Shape{4, 2}, Shape{2, 4, 3}}) {
    for (Axis axis = -shape.ndim(); axis < shape.ndim(); ++axis) {
      const Axis size = shape.dim(axis);
      for (const List& sizes : {List{size}, List{1, size - 1}, List{1, 0, size - 1}, List{size - 2, 1, 1}}) {
        samples.push_back({fmt::format("{} along {}, sizes [{}]", shape, axis, fmt::join(sizes, ", ")), [=](Draw& d) {
                             return Case{"", [=](const Tensors& x) { return split(x[0], sizes, axis); }, {d.in(shape)}};
                           }});
      }
    }
  }
  return samples;
}

}  // namespace

std::vector<Op> shape_ops() {
  return {
      {"reshape", {"reshape"}, "shapes", reshaped, 16, 8, 2, true, "dx = reshape(g)"},
      {"flatten", {"flatten"}, "shapes", flattened, 16, 8, 2, true, "dx = reshape(g)"},
      {"permute", {"permute"}, "shapes", permuted, 16, 8, 2, true, "dx = g permuted back"},
      {"transpose", {"permute"}, "shapes", transposed, 16, 8, 2, true, "dx = g transposed"},
      {"concat", {"concat"}, "shapes", concatenated, 40, 16, 2, true, "each piece gets its slice of g"},
      {"slice", {"slice"}, "shapes", sliced, 40, 16, 2, true, "dx = g between zeros"},
      {"split", {"slice"}, "shapes", cut_up, 40, 16, 2, true, "as slice"},
  };
}

}  // namespace yhat::test
