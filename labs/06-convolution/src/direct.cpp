// SPDX-License-Identifier: MIT
#include "convolution.h"

namespace yhat::labs {
namespace {

// One product of the sum: y[n,o,i,j] += x[n,c,row,column] w[o,k,u,v], where c is channel k of o's group.
struct Product {
  std::int64_t n, o, i, j, c, row, column, k, u, v;
};

// All three functions visit the same products; only what is added to what differs.
template <class Body>
void for_each_product(const Shape& x, const Shape& w, const Conv2dSpec& s, Body body) {
  const Shape y = output_shape(x, w, s);
  const std::int64_t outputs_per_group = w[0] / s.groups;
  for (std::int64_t n = 0; n < y[0]; ++n) {
    for (std::int64_t o = 0; o < y[1]; ++o) {
      for (std::int64_t i = 0; i < y[2]; ++i) {
        for (std::int64_t j = 0; j < y[3]; ++j) {
          for (std::int64_t k = 0; k < w[1]; ++k) {
            for (std::int64_t u = 0; u < w[2]; ++u) {
              for (std::int64_t v = 0; v < w[3]; ++v) {
                const std::int64_t row = i * s.stride.h - s.padding.h + u * s.dilation.h;
                const std::int64_t column = j * s.stride.w - s.padding.w + v * s.dilation.w;
                if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;  // the padding is 0
                body(Product{n, o, i, j, o / outputs_per_group * w[1] + k, row, column, k, u, v});
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace

Tensor direct_conv2d(const Tensor& x, const Tensor& w, const Tensor& b, const Conv2dSpec& spec) {
  Grid in(x), weight(w), out(output_shape(x.shape(), w.shape(), spec));
  for_each_product(in.shape, weight.shape, spec, [&](const Product& p) {
    out(p.n, p.o, p.i, p.j) += in(p.n, p.c, p.row, p.column) * weight(p.o, p.k, p.u, p.v);
  });
  if (!b.defined()) return out.tensor();
  return out.tensor() + reshape(b, {1, -1, 1, 1});
}

Tensor direct_input_grad(const Tensor& g, const Tensor& w, const Shape& x_shape, const Conv2dSpec& spec) {
  Grid gradient(g), weight(w), in(x_shape);
  for_each_product(x_shape, weight.shape, spec, [&](const Product& p) {
    in(p.n, p.c, p.row, p.column) += gradient(p.n, p.o, p.i, p.j) * weight(p.o, p.k, p.u, p.v);
  });
  return in.tensor();
}

Tensor direct_weight_grad(const Tensor& g, const Tensor& x, const Shape& w_shape, const Conv2dSpec& spec) {
  Grid gradient(g), in(x), weight(w_shape);
  for_each_product(in.shape, w_shape, spec, [&](const Product& p) {
    weight(p.o, p.k, p.u, p.v) += gradient(p.n, p.o, p.i, p.j) * in(p.n, p.c, p.row, p.column);
  });
  return weight.tensor();
}

}  // namespace yhat::labs
