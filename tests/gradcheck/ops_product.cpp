// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

// The four pairs of flags; sizes that all differ, rows and columns of 1, K = 1, nothing.
Samples products() {
  struct Size {
    std::int64_t m, k, n;
  };
  const std::vector<Size> sizes = {{2, 3, 4}, {4, 2, 3}, {1, 3, 2}, {3, 2, 1}, {3, 1, 2}, {1, 1, 1},
                                   {1, 4, 1}, {5, 3, 2}, {2, 5, 3}, {3, 3, 3}, {0, 2, 3}, {2, 0, 3}};
  Samples samples;
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      for (const Size& s : sizes) {
        const Shape a = ta ? Shape{s.k, s.m} : Shape{s.m, s.k};
        const Shape b = tb ? Shape{s.n, s.k} : Shape{s.k, s.n};
        samples.push_back({fmt::format("{}{} x {}{}", a, ta ? "^T" : "", b, tb ? "^T" : ""), [=](Draw& d) {
                             return Case{"",
                                         fn2([=](const Tensor& u, const Tensor& v) { return matmul(u, v, ta, tb); }),
                                         {d.in(a), d.in(b)}};
                           }});
      }
      samples.push_back({fmt::format("one matrix twice, flags {} {}", ta, tb), [=](Draw& d) {
                           return Case{"", fn([=](const Tensor& x) { return matmul(x, x, ta, tb); }), {d.in({3, 3})}};
                         }});
    }
  }
  return samples;
}

Samples layers() {
  struct Size {
    std::int64_t in, out;
  };
  Samples samples;
  for (bool biased : {false, true}) {
    for (std::int64_t n : {1, 2, 3}) {
      for (const Size& s : {Size{2, 3}, Size{3, 2}, Size{1, 2}, Size{4, 1}, Size{1, 1}, Size{5, 3}, Size{2, 4}}) {
        samples.push_back(
            {fmt::format("{} rows, {} to {}{}", n, s.in, s.out, biased ? " with bias" : ""), [=](Draw& d) {
               Tensors inputs{d.in({n, s.in}), d.in({s.out, s.in})};
               if (biased) inputs.push_back(d.in({s.out}));
               return Case{"",
                           [](const Tensors& x) {
                             return Tensors{x.size() == 3 ? linear(x[0], x[1], x[2]) : linear(x[0], x[1])};
                           },
                           inputs};
             }});
      }
    }
  }
  for (std::size_t wanted : {0u, 1u, 2u}) {
    samples.push_back({fmt::format("gradient of input {} alone", wanted), [=](Draw& d) {
                         Tensors inputs{d.in({3, 2}), d.in({4, 2}), d.in({4})};
                         for (std::size_t i = 0; i < 3; ++i) {
                           if (i != wanted) inputs[i] = inputs[i].detach();
                         }
                         return Case{"", [](const Tensors& x) { return Tensors{linear(x[0], x[1], x[2])}; }, inputs};
                       }});
  }
  return samples;
}

}  // namespace

std::vector<Op> product_ops() {
  return {
      {"matmul", {"matmul"}, "products", products, 48, 24, 2, true, "da = g b^T, db = a^T g"},
      {"linear", {"linear"}, "products", layers, 40, 16, 2, true, "dx = g w, dw = g^T x, db = sum of g over the rows"},
  };
}

}  // namespace yhat::test
