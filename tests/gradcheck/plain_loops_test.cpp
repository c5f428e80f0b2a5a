// SPDX-License-Identifier: MIT
// Convolution, pooling, normalisation once more, as their definitions read: plain loops over at().
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "conv_cases.h"
#include "pool_cases.h"

using namespace yhat;
using namespace yhat::test;

namespace {

void check_close(const Tensor& y, const Tensor& expected, double tolerance) {
  REQUIRE(y.shape() == expected.shape());
  const std::vector<double> a = y.to_vector();
  const std::vector<double> b = expected.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(a[i] - b[i]) <= tolerance * std::max(1.0, std::abs(b[i])));
  }
}

// Calls f(n, c, i, j) for each place of a 4-d tensor and stores what it returns.
template <class F>
Tensor tabulate(const Shape& s, F f) {
  std::vector<double> values;
  for (std::int64_t n = 0; n < s[0]; ++n) {
    for (std::int64_t c = 0; c < s[1]; ++c) {
      for (std::int64_t i = 0; i < s[2]; ++i) {
        for (std::int64_t j = 0; j < s[3]; ++j) values.push_back(f(n, c, i, j));
      }
    }
  }
  return from_values(values, s, Dtype::f64);
}

Tensor plain_conv(const Tensor& x, const Tensor& w, const Tensor& b, const ConvCase& c) {
  return tabulate(c.y_shape(), [&](auto n, auto o, auto i, auto j) {
    const std::int64_t per_group = c.c / c.spec.groups;
    const std::int64_t group = o / (c.o / c.spec.groups);
    double total = c.bias ? b.at({o}) : 0;
    for (std::int64_t k = 0; k < per_group; ++k) {
      for (std::int64_t p = 0; p < c.kernel.h; ++p) {
        for (std::int64_t q = 0; q < c.kernel.w; ++q) {
          const std::int64_t row = i * c.spec.stride.h - c.spec.padding.h + p * c.spec.dilation.h;
          const std::int64_t column = j * c.spec.stride.w - c.spec.padding.w + q * c.spec.dilation.w;
          if (row < 0 || row >= c.h || column < 0 || column >= c.w) continue;
          total += x.at({n, group * per_group + k, row, column}) * w.at({o, k, p, q});
        }
      }
    }
    return total;
  });
}

// What one window sees along one axis: the real positions, and how far it reaches into the padded extent.
struct Reach {
  std::vector<std::int64_t> real;
  std::int64_t padded;
};
Reach reach(std::int64_t i, std::int64_t size, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
  Reach r{{}, 0};
  for (std::int64_t a = 0; a < k; ++a) {
    const std::int64_t at = i * s - p + a * d;
    if (at >= 0 && at < size) r.real.push_back(at);
    if (at < size + p) ++r.padded;
  }
  return r;
}

}  // namespace

TEST_CASE("plain loops: convolution, grouped and depthwise, with every stride, padding and dilation") {
  for (const ConvCase& c : conv_cases(400)) {
    CAPTURE(c.name());
    Draw d(c.name());
    const Tensor x = d.in(c.x_shape());
    const Tensor w = d.in(c.w_shape());
    const Tensor b = d.in({c.o});
    check_close(conv2d(x, w, c.bias ? b : Tensor(), c.spec), plain_conv(x, w, b, c), 1e-13);
  }
}

TEST_CASE("plain loops: max pooling, where padding is never the largest") {
  for (const PoolCase& c : pool_cases(300, true)) {
    CAPTURE(c.name());
    Draw d(c.name());
    const Tensor x = d.in(c.x, -3, -1);
    const Tensor y = max_pool2d(x, c.max());
    const Tensor expected = tabulate(y.shape(), [&](auto n, auto channel, auto i, auto j) {
      double best = -std::numeric_limits<double>::infinity();
      for (auto row : reach(i, c.x[2], c.kernel.h, c.stride.h, c.padding.h, c.dilation.h).real) {
        for (auto column : reach(j, c.x[3], c.kernel.w, c.stride.w, c.padding.w, c.dilation.w).real) {
          best = std::max(best, x.at({n, channel, row, column}));
        }
      }
      return best;
    });
    CHECK(y.to_vector() == expected.to_vector());
  }
}

TEST_CASE("plain loops 68: average pooling, values and gradients, with and without the padding in the divisor") {
  for (const PoolCase& c : pool_cases(300, false)) {
    CAPTURE(c.name());
    Draw d(c.name());
    const Tensor x = d.in(c.x);
    const Tensor y = avg_pool2d(x, c.avg());
    const Tensor v = d.in(y.shape()).detach();
    Tensor gradient = zeros(c.x, Dtype::f64);
    const Tensor expected = tabulate(y.shape(), [&](auto n, auto channel, auto i, auto j) {
      const Reach rows = reach(i, c.x[2], c.kernel.h, c.stride.h, c.padding.h, 1);
      const Reach columns = reach(j, c.x[3], c.kernel.w, c.stride.w, c.padding.w, 1);
      const double divisor = c.count_include_pad
                                 ? static_cast<double>(rows.padded * columns.padded)
                                 : static_cast<double>(rows.real.size()) * static_cast<double>(columns.real.size());
      double total = 0;
      for (auto row : rows.real) {
        for (auto column : columns.real) {
          total += x.at({n, channel, row, column});
          const std::int64_t flat = ((n * c.x[1] + channel) * c.x[2] + row) * c.x[3] + column;
          gradient.mutable_data<double>()[static_cast<std::size_t>(flat)] += v.at({n, channel, i, j}) / divisor;
        }
      }
      return total / divisor;
    });
    check_close(y, expected, 1e-14);
    check_close(grad(y, {x}, {.seed = v})[0], gradient, 1e-14);
  }
}

TEST_CASE("plain loops 70: local response normalisation, value and gradient, even and odd windows") {
  for (std::int64_t size : {1, 2, 3, 4, 5, 6, 9}) {
    for (double beta : {0.0, 0.5, 0.75, 1.0}) {
      CAPTURE(size);
      CAPTURE(beta);
      Draw d("lrn");
      const Tensor x = d.in({2, 5, 3, 2});
      const LocalResponseNormSpec spec{.size = size, .alpha = 0.6, .beta = beta, .k = 1.5};
      const auto scale = [&](auto n, auto c, auto i, auto j) {
        double total = 0;
        for (std::int64_t k = std::max<std::int64_t>(0, c - size / 2);
             k <= std::min<std::int64_t>(4, c + (size - 1) / 2); ++k) {
          total += x.at({n, k, i, j}) * x.at({n, k, i, j});
        }
        return 1.5 + 0.6 * total;
      };
      const Tensor y = local_response_norm(x, spec);
      check_close(y,
                  tabulate(x.shape(),
                           [&](auto n, auto c, auto i, auto j) {
                             return x.at({n, c, i, j}) / std::pow(scale(n, c, i, j), beta);
                           }),
                  1e-14);
      const Tensor g = d.in(x.shape()).detach();
      const Tensor expected = tabulate(x.shape(), [&](auto n, auto m, auto i, auto j) {
        double cross = 0;
        for (std::int64_t c = 0; c < 5; ++c) {
          if (m < c - size / 2 || m > c + (size - 1) / 2) continue;  // the window of c does not hold m
          cross += g.at({n, c, i, j}) * x.at({n, c, i, j}) * std::pow(scale(n, c, i, j), -beta - 1);
        }
        return g.at({n, m, i, j}) * std::pow(scale(n, m, i, j), -beta) - 2 * 0.6 * beta * x.at({n, m, i, j}) * cross;
      });
      check_close(grad(y, {x}, {.seed = g})[0], expected, 1e-13);
      if (beta == 0) CHECK(y.to_vector() == x.to_vector());
    }
  }
}

TEST_CASE("plain loops: batch normalisation and its running statistics") {
  Draw d("batch_norm");
  const Tensor x = d.in({3, 2, 2, 3});
  const Tensor weight = d.in({2});
  const Tensor bias = d.in({2});
  Tensor mean = tensor({0.5, -0.25}, Dtype::f64);
  Tensor var = tensor({2, 3}, Dtype::f64);
  const Tensor y = batch_norm(x, mean, var, weight, bias, {.momentum = 0.2, .eps = 1e-3});
  std::vector<double> means, vars;
  for (std::int64_t c = 0; c < 2; ++c) {
    double sum = 0;
    double squares = 0;
    const auto each = [&](auto f) {
      (void)tabulate({3, 1, 2, 3}, [&](auto n, auto, auto i, auto j) { return f(x.at({n, c, i, j})), 0.0; });
    };
    each([&](double v) { sum += v; });
    each([&](double v) { squares += (v - sum / 18) * (v - sum / 18); });
    means.push_back(sum / 18);
    vars.push_back(squares / 18);
  }
  check_close(
      y,
      tabulate(x.shape(),
               [&](auto n, auto c, auto i, auto j) {
                 const auto k = static_cast<std::size_t>(c);
                 return (x.at({n, c, i, j}) - means[k]) / std::sqrt(vars[k] + 1e-3) * weight.at({c}) + bias.at({c});
               }),
      1e-13);
  for (std::int64_t c = 0; c < 2; ++c) {
    const auto k = static_cast<std::size_t>(c);
    CHECK(mean.at({c}) == doctest::Approx(0.8 * (c == 0 ? 0.5 : -0.25) + 0.2 * means[k]).epsilon(1e-13));
    CHECK(var.at({c}) == doctest::Approx(0.8 * (c == 0 ? 2 : 3) + 0.2 * vars[k] * 18 / 17).epsilon(1e-13));
  }
}

TEST_CASE("places that no window touches have gradient exactly 0") {
  const Tensor x = Draw("untouched").in({1, 2, 6, 7});
  const Tensor w = ones({3, 2, 2, 2}, Dtype::f64);
  const Tensor y = conv2d(x, w, {.stride = {3, 4}});  // rows 0, 1, 3, 4 and columns 0, 1, 4, 5
  const Tensor g = grad(y, {x}, {.seed = ones_like(y)})[0];
  for (std::int64_t i = 0; i < 6; ++i) {
    for (std::int64_t j = 0; j < 7; ++j) {
      const bool seen = i % 3 < 2 && j % 4 < 2;
      CHECK(g.at({0, 1, i, j}) == (seen ? 3 : 0));
    }
  }
}

TEST_CASE("receptive field 62: it is where the gradient is not zero") {
  const auto side = [](int layers, std::int64_t k) {
    Tensor x = ones({1, 1, 31, 31}, Dtype::f64).requires_grad_();
    Tensor y = x;
    for (int i = 0; i < layers; ++i) y = conv2d(y, ones({1, 1, k, k}, Dtype::f64), {.padding = k / 2});
    Tensor v = zeros(y.shape(), Dtype::f64);
    v.mutable_data<double>()[15 * 31 + 15] = 1;
    const Tensor g = grad(y, {x}, {.seed = v})[0];
    double count = 0;
    for (double value : g.to_vector()) count += value != 0;
    return std::sqrt(count);
  };
  CHECK(side(1, 3) == 3);
  CHECK(side(2, 3) == 5);
  CHECK(side(3, 3) == 7);
  CHECK(side(3, 7) == 19);
}

TEST_CASE("values do not depend on whether they are recorded, bit for bit") {
  for (const Op& op : catalogue()) {
    for (const Sample& sample : op.cases()) {
      const Case c = draw(op, sample);
      CAPTURE(c.name);
      const Tensors recorded = c.f(c.inputs);
      const NoGrad off;
      const Tensors plain = c.f(c.inputs);
      REQUIRE(recorded.size() == plain.size());
      for (std::size_t i = 0; i < plain.size(); ++i) {
        CHECK(recorded[i].to_vector() == plain[i].to_vector());
        CHECK(!(plain[i].requires_grad() && !plain[i].is_leaf()));
      }
    }
  }
}
