// SPDX-License-Identifier: MIT
#include "find_the_bug/convolution.h"

#include <yhat/yhat.h>

#include <algorithm>
#include <cmath>

namespace demo {

using namespace yhat;

namespace {

constexpr std::int64_t N = 2, C = 4, O = 8, K = 3;

/// The convolution and its gradients as their definitions read: every product of an input, a weight and an incoming
/// gradient, added where it belongs.
struct PlainLoops {
  std::vector<double> y, dx, dw, db;
  std::vector<bool> seen;  // pixels of a map

  PlainLoops(const Tensor& x, const Tensor& w, const Tensor& b, const Tensor& g, const ConvolutionCheck& c)
      : y(static_cast<std::size_t>(g.size())),
        dx(static_cast<std::size_t>(x.size())),
        dw(static_cast<std::size_t>(w.size())),
        db(static_cast<std::size_t>(O)),
        seen(static_cast<std::size_t>(c.size * c.size)) {
    const std::int64_t in = C / c.groups, out = O / c.groups, side = g.dim(2);
    const auto at = [](const std::vector<std::int64_t>& index, const Shape& shape) {
      std::int64_t flat = 0;
      for (std::size_t k = 0; k < index.size(); ++k) flat = flat * shape[k] + index[k];
      return static_cast<std::size_t>(flat);
    };
    for (std::int64_t n = 0; n < N; ++n) {
      for (std::int64_t o = 0; o < O; ++o) {
        for (std::int64_t i = 0; i < side; ++i) {
          for (std::int64_t j = 0; j < side; ++j) {
            const std::size_t place = at({n, o, i, j}, g.shape());
            const double incoming = g.data<double>()[place];
            y[place] += b.at({o});
            db[static_cast<std::size_t>(o)] += incoming;
            for (std::int64_t k = 0; k < in * K * K; ++k) {
              const std::int64_t channel = k / (K * K), u = k / K % K, v = k % K;
              const std::int64_t row = i * c.stride - c.padding + u * c.dilation;
              const std::int64_t column = j * c.stride - c.padding + v * c.dilation;
              if (row < 0 || row >= c.size || column < 0 || column >= c.size) continue;
              const std::size_t from = at({n, o / out * in + channel, row, column}, x.shape());
              const std::size_t by = at({o, channel, u, v}, w.shape());
              y[place] += x.data<double>()[from] * w.data<double>()[by];
              dx[from] += incoming * w.data<double>()[by];
              dw[by] += incoming * x.data<double>()[from];
              seen[static_cast<std::size_t>(row * c.size + column)] = true;
            }
          }
        }
      }
    }
  }
};

double largest_difference(const Tensor& t, const std::vector<double>& values) {
  return max(abs(t - from_values(values, t.shape(), Dtype::f64))).item();
}

}  // namespace

std::vector<ConvolutionCheck> convolution_checks() {
  std::vector<ConvolutionCheck> checks = {{1, 0, 1, 1, 6}, {2, 1, 1, 1, 7}, {2, 1, 1, 1, 6},
                                          {1, 2, 2, 2, 7}, {3, 2, 2, 2, 9}, {2, 0, 1, 4, 8}};
  Rng rng(7);
  for (ConvolutionCheck& c : checks) {
    const Conv2dSpec spec{.stride = c.stride, .padding = c.padding, .dilation = c.dilation, .groups = c.groups};
    const Tensor x = randn({N, C, c.size, c.size}, rng, Dtype::f64).requires_grad_();
    const Tensor w = randn({O, C / c.groups, K, K}, rng, Dtype::f64).requires_grad_();
    const Tensor b = randn({O}, rng, Dtype::f64).requires_grad_();
    const Tensor y = conv2d(x, w, b, spec);
    const Tensor g = randn(y.shape(), rng, Dtype::f64);
    const Tensors gradients = grad(y, {x, w, b}, {.seed = g});
    const PlainLoops loops(x, w, b, g, c);
    c.output = largest_difference(y, loops.y);
    c.x_gradient = largest_difference(gradients[0], loops.dx);
    c.w_gradient = largest_difference(gradients[1], loops.dw);
    c.b_gradient = largest_difference(gradients[2], loops.db);
    c.unseen = std::count(loops.seen.begin(), loops.seen.end(), false);
    const std::vector<double> dx = gradients[0].to_vector();
    for (std::size_t i = 0; i < dx.size(); ++i) {
      if (!loops.seen[i % loops.seen.size()]) c.unseen_gradient = std::max(c.unseen_gradient, std::abs(dx[i]));
    }
    c.gradcheck = gradcheck([&](const Tensors& in) { return conv2d(in[0], in[1], in[2], spec); }, {x, w, b}).ok;
  }
  return checks;
}

}  // namespace demo
