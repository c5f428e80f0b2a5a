// SPDX-License-Identifier: MIT
#include "ops_under_test.h"

#include <cmath>
#include <utility>
#include <vector>

namespace yhat::labs {
namespace {

using Values = std::vector<double>;

Tensor like(const Tensor& x, const Values& values) { return from_values(values, x.shape(), Dtype::f64); }

// Values of both signs, away from 0.
Tensor draw(const Shape& shape, Rng& rng) {
  Values values(static_cast<std::size_t>(shape.numel()));
  for (double& v : values) v = rng.uniform(0.3, 1.5) * (rng.below(2) == 0 ? 1 : -1);
  return from_values(values, shape, Dtype::f64);
}

// An op on each element, x (batch,3): f(x) and its claimed derivative.
template <class F, class D>
OpUnderTest elementwise(std::string name, F f, D derivative) {
  return {std::move(name),
          [f](const Tensors& x) {
            Values y = x[0].to_vector();
            for (double& v : y) v = f(v);
            return like(x[0], y);
          },
          [derivative](const Tensors& x, const Tensor& v) {
            Values g = x[0].to_vector();
            const Values up = v.to_vector();
            for (std::size_t i = 0; i < g.size(); ++i) g[i] = derivative(g[i]) * up[i];
            return Tensors{like(x[0], g)};
          },
          [](Rng& rng, std::int64_t batch) {
            return Tensors{draw({batch, 3}, rng)};
          }};
}

double tanh_slope(double x) { return 1 - std::tanh(x) * std::tanh(x); }

// x (batch,4) -> the softmax of each row.
Tensor row_softmax(const Tensor& x) {
  Values p = x.to_vector();
  for (std::size_t row = 0; row < p.size(); row += 4) {
    double total = 0;
    for (std::size_t i = row; i < row + 4; ++i) total += p[i] = std::exp(p[i]);
    for (std::size_t i = row; i < row + 4; ++i) p[i] /= total;
  }
  return like(x, p);
}

// x (batch,6) -> (batch,4): sums of three neighbours.
Tensor window_sums(const Tensor& x) {
  const Values in = x.to_vector();
  Values y;
  for (std::size_t row = 0; row < in.size(); row += 6) {
    for (std::size_t i = row; i < row + 4; ++i)
      y.push_back(in[i] * in[i] + in[i + 1] * in[i + 1] + in[i + 2] * in[i + 2]);
  }
  return from_values(y, {x.dim(0), 4}, Dtype::f64);
}

Tensors rows_of(std::int64_t width, Rng& rng, std::int64_t batch) { return {draw({batch, width}, rng)}; }

// (m,k) x (k,n) or, with `transposed`, (m,k) x (n,k)^T.
Values product(const Values& a, const Values& b, std::size_t m, std::size_t k, std::size_t n, bool transposed) {
  Values y(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t l = 0; l < k; ++l) y[i * n + j] += a[i * k + l] * (transposed ? b[j * k + l] : b[l * n + j]);
    }
  }
  return y;
}

}  // namespace

// --- Wrong ---

OpUnderTest sign_flipped() {
  return elementwise(
      "tanh", [](double x) { return std::tanh(x); }, [](double x) { return -tanh_slope(x); });
}

OpUnderTest second_argument_wrong() {
  return {
      "atan2(y, x)",
      [](const Tensors& in) {
        Values y = in[0].to_vector();
        const Values x = in[1].to_vector();
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::atan2(y[i], x[i]);
        return like(in[0], y);
      },
      [](const Tensors& in, const Tensor& v) {
        const Values y = in[0].to_vector(), x = in[1].to_vector(), up = v.to_vector();
        Values dy, dx;
        for (std::size_t i = 0; i < y.size(); ++i) {
          const double square = x[i] * x[i] + y[i] * y[i];
          dy.push_back(up[i] * x[i] / square);
          dx.push_back(up[i] * y[i] / square);  // the sign is wrong
        }
        return Tensors{like(in[0], dy), like(in[1], dx)};
      },
      [](Rng& rng, std::int64_t batch) {
        return Tensors{uniform({batch, 3}, 0.5, 1.5, rng, Dtype::f64), uniform({batch, 3}, 0.5, 1.5, rng, Dtype::f64)};
      }};
}

OpUnderTest mean_not_divided() {
  return {"mean of the squares over the batch",
          [](const Tensors& x) {
            const Values in = x[0].to_vector();
            Values y(3);
            for (std::size_t i = 0; i < in.size(); ++i) y[i % 3] += in[i] * in[i] * 3 / static_cast<double>(in.size());
            return from_values(y, {3}, Dtype::f64);
          },
          [](const Tensors& x, const Tensor& v) {
            Values g = x[0].to_vector();
            const Values up = v.to_vector();
            for (std::size_t i = 0; i < g.size(); ++i) g[i] *= 2 * up[i % 3];
            return Tensors{like(x[0], g)};
          },
          [](Rng& rng, std::int64_t batch) { return rows_of(3, rng, batch); }};
}

OpUnderTest matmul_not_transposed() {
  return {"x W",
          [](const Tensors& in) {
            const auto m = static_cast<std::size_t>(in[0].dim(0));
            return like(in[0], product(in[0].to_vector(), in[1].to_vector(), m, 3, 3, false));
          },
          [](const Tensors& in, const Tensor& v) {
            const auto m = static_cast<std::size_t>(in[0].dim(0));
            const Values x = in[0].to_vector(), up = v.to_vector();
            Values dw(9);
            for (std::size_t i = 0; i < m; ++i) {
              for (std::size_t k = 0; k < 9; ++k) dw[k] += x[i * 3 + k / 3] * up[i * 3 + k % 3];
            }
            return Tensors{like(in[0], product(up, in[1].to_vector(), m, 3, 3, false)), like(in[1], dw)};
          },
          [](Rng& rng, std::int64_t batch) {
            return Tensors{draw({batch, 3}, rng), draw({3, 3}, rng)};
          }};
}

OpUnderTest slightly_wrong() {
  return elementwise(
      "exp", [](double x) { return std::exp(x); }, [](double x) { return 1.0001 * std::exp(x); });
}

OpUnderTest upstream_ignored() {
  OpUnderTest op = elementwise(
      "sin", [](double x) { return std::sin(x); }, [](double x) { return std::cos(x); });
  op.vjp = [](const Tensors& x, const Tensor&) {
    Values g = x[0].to_vector();
    for (double& v : g) v = std::cos(v);
    return Tensors{like(x[0], g)};
  };
  return op;
}

OpUnderTest softmax_zero() {
  return {"softmax", [](const Tensors& x) { return row_softmax(x[0]); },
          [](const Tensors& x, const Tensor&) { return Tensors{zeros_like(x[0])}; },
          [](Rng& rng, std::int64_t batch) { return rows_of(4, rng, batch); }};
}

OpUnderTest broadcast_not_summed() {
  return {"x + b",
          [](const Tensors& in) {
            Values y = in[0].to_vector();
            const Values b = in[1].to_vector();
            for (std::size_t i = 0; i < y.size(); ++i) y[i] += b[i % 3];
            return like(in[0], y);
          },
          [](const Tensors&, const Tensor& v) {
            return Tensors{v, v};
          },
          [](Rng& rng, std::int64_t batch) {
            return Tensors{draw({batch, 3}, rng), draw({3}, rng)};
          }};
}

OpUnderTest overlap_overwritten() {
  return {"sums of squares in overlapping windows", [](const Tensors& x) { return window_sums(x[0]); },
          [](const Tensors& x, const Tensor& v) {
            const Values in = x[0].to_vector(), up = v.to_vector();
            Values g(in.size());
            for (std::size_t out = up.size(); out-- > 0;) {  // the first window writes last
              const std::size_t start = out / 4 * 6 + out % 4;
              for (std::size_t i = start; i < start + 3; ++i) g[i] = 2 * in[i] * up[out];
            }
            return Tensors{like(x[0], g)};
          },
          [](Rng& rng, std::int64_t batch) { return rows_of(6, rng, batch); }};
}

OpUnderTest border_wrong() {
  OpUnderTest op = elementwise(
      "x^3 of a row of 40", [](double x) { return x * x * x; }, [](double x) { return 3 * x * x; });
  const auto right = op.vjp;
  op.vjp = [right](const Tensors& x, const Tensor& v) {
    const Tensors g = right(x, v);
    return with_element(g, 0, 0, 0.5 * g[0].to_vector()[0]);
  };
  op.sample = [](Rng& rng, std::int64_t batch) { return rows_of(40, rng, batch); };
  return op;
}

OpUnderTest negative_wrong() {
  return elementwise(
      "elu", [](double x) { return x > 0 ? x : std::exp(x) - 1; }, [](double) { return 1.0; });
}

OpUnderTest nan_in_one_element() {
  OpUnderTest op = elementwise(
      "cos", [](double x) { return std::cos(x); }, [](double x) { return -std::sin(x); });
  const auto right = op.vjp;
  op.vjp = [right](const Tensors& x, const Tensor& v) { return with_element(right(x, v), 0, 1, std::nan("")); };
  return op;
}

// --- Right ---

OpUnderTest max_last_tie() {
  return {"max of each row of 4, ties to the last",
          [](const Tensors& x) {
            const Values in = x[0].to_vector();
            Values y;
            for (std::size_t row = 0; row < in.size(); row += 4) {
              double highest = in[row];
              for (std::size_t i = row; i < row + 4; ++i) highest = in[i] > highest ? in[i] : highest;
              y.push_back(highest);
            }
            return from_values(y, {x[0].dim(0)}, Dtype::f64);
          },
          [](const Tensors& x, const Tensor& v) {
            const Values in = x[0].to_vector(), up = v.to_vector();
            Values g(in.size());
            for (std::size_t row = 0; row < in.size(); row += 4) {
              std::size_t last = row;
              for (std::size_t i = row; i < row + 4; ++i) last = in[i] >= in[last] ? i : last;
              g[last] = up[row / 4];
            }
            return Tensors{like(x[0], g)};
          },
          [](Rng& rng, std::int64_t batch) {
            Values values;
            for (std::int64_t row = 0; row < batch; ++row) {
              const double top = rng.uniform(1, 2);
              for (double v : {top, rng.uniform(-1, 0.5), top, rng.uniform(-1, 0.5)}) values.push_back(v);
            }
            return Tensors{from_values(values, {batch, 4}, Dtype::f64)};
          }};
}

OpUnderTest relu_at_zero() {
  OpUnderTest op = elementwise(
      "relu", [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1.0 : 0.0; });
  op.sample = [](Rng& rng, std::int64_t batch) { return with_element({draw({batch, 3}, rng)}, 0, 1, 0); };
  return op;
}

OpUnderTest softmax_other_formula() {
  return {"softmax", [](const Tensors& x) { return row_softmax(x[0]); },
          [](const Tensors& x, const Tensor& v) {
            const Values p = row_softmax(x[0]).to_vector(), up = v.to_vector();
            Values g(p.size());
            for (std::size_t i = 0; i < p.size(); ++i) {
              for (std::size_t j = i / 4 * 4; j < i / 4 * 4 + 4; ++j) g[i] += up[j] * p[j] * ((i == j ? 1 : 0) - p[i]);
            }
            return Tensors{like(x[0], g)};
          },
          [](Rng& rng, std::int64_t batch) { return rows_of(4, rng, batch); }};
}

OpUnderTest large_values() {
  OpUnderTest op = elementwise(
      "x^3 of values near 1e6", [](double x) { return x * x * x; }, [](double x) { return 3 * x * x; });
  op.sample = [](Rng& rng, std::int64_t batch) {
    Tensors x = rows_of(3, rng, batch);
    Values values = x[0].to_vector();
    for (double& v : values) v *= 1e6;
    return Tensors{like(x[0], values)};
  };
  return op;
}

}  // namespace yhat::labs
