// SPDX-License-Identifier: MIT
// Picking and placing by index, and what has no gradient: comparisons, signs.
#include <fmt/format.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

struct Layout {
  Shape x;
  std::int64_t axis, count;
};

// Every axis of ranks 1 to 3, fewer and more places than elements (so that some are named twice), none at all.
std::vector<Layout> layouts() {
  std::vector<Layout> all;
  for (const Shape& shape : {Shape{4}, Shape{3, 2}, Shape{2, 3, 2}}) {
    for (std::int64_t axis = -shape.ndim(); axis < shape.ndim(); ++axis) {
      for (std::int64_t count : {0, 1, 2, 7}) all.push_back({shape, axis, count});
    }
  }
  return all;
}

Index places(Draw& d, const Shape& shape, std::int64_t size) {
  std::vector<std::int64_t> at(static_cast<std::size_t>(shape.numel()));
  for (std::int64_t& i : at) i = d.rng.below(size);
  return {at, shape};
}

Shape resized(const Layout& l, std::int64_t count) {
  return l.x.with(static_cast<std::size_t>(l.axis < 0 ? l.axis + l.x.ndim() : l.axis), count);
}

Samples gathered() {
  Samples samples;
  for (const Layout& l : layouts()) {
    samples.push_back(
        {fmt::format("{} of {} along {}", l.count, l.x, l.axis), [=](Draw& d) {
           const Index index = places(d, resized(l, l.count), l.x.dim(l.axis));
           return Case{"", [=](const Tensors& x) { return Tensors{gather(x[0], l.axis, index)}; }, {d.in(l.x)}};
         }});
  }
  return samples;
}

Samples scattered() {
  Samples samples;
  for (const Layout& l : layouts()) {
    samples.push_back({fmt::format("{} into {} along {}", l.count, l.x, l.axis), [=](Draw& d) {
                         const Shape from = resized(l, l.count);
                         const std::int64_t size = l.x.dim(l.axis);
                         const Index index = places(d, from, size);
                         return Case{"",
                                     [=](const Tensors& x) { return Tensors{scatter_add(x[0], l.axis, index, size)}; },
                                     {d.in(from)}};
                       }});
  }
  return samples;
}

// Comparisons and signs are flat wherever they are smooth: their results want no gradient.
std::function<Samples()> flat(Tensor (*f)(const Tensor&, const Tensor&), Tensor (*with_number)(const Tensor&)) {
  return [=] {
    Samples samples;
    samples.push_back({"two tensors", [=](Draw& d) { return Case{"", fn2(f), {d.in({2, 3}), d.in({3})}}; }});
    if (with_number != nullptr) {
      samples.push_back({"a tensor and a number", [=](Draw& d) { return Case{"", fn(with_number), {d.in({2, 3})}}; }});
    }
    return samples;
  };
}

Samples converted() {
  return {{"there", [](Draw& d) {
             return Case{"", fn([](const Tensor& x) { return x.to(Dtype::f32); }), {d.in({3})}};
           }}};
}

}  // namespace

std::vector<Op> index_ops() {
  using T = const Tensor&;
  const auto row = [](const char* name, const char* op, std::function<Samples()> cases) {
    return Op{name, {op}, "index", std::move(cases), 0, 0, 0, false, "no gradient"};
  };
  return {
      {"gather", {"gather"}, "index", gathered, 40, 16, 2, true, "dx = scatter_add(g)"},
      {"scatter_add", {"scatter_add"}, "index", scattered, 40, 16, 2, true, "dvalues = gather(g)"},
      {"to", {"to"}, "index", converted, 0, 0, 0, true, "dx = g converted back (checked exactly, on whole numbers)"},
      row("a > b", "greater", flat([](T a, T b) { return a > b; }, [](T a) { return a > 0.1; })),
      row("a < b", "less", flat([](T a, T b) { return a < b; }, [](T a) { return a < 0.1; })),
      row("a >= b", "greater_equal", flat([](T a, T b) { return a >= b; }, [](T a) { return a >= 0.1; })),
      row("a <= b", "less_equal", flat([](T a, T b) { return a <= b; }, [](T a) { return a <= 0.1; })),
      row("equal", "equal", flat([](T a, T b) { return equal(a, b); }, nullptr)),
      row("sign", "sign", flat([](T a, T) { return sign(a); }, [](T a) { return sign(a); })),
  };
}

}  // namespace yhat::test
