// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

/// Why the gradient of softmax and cross-entropy is yhat - y: each factor of the chain rule on its own, their product,
/// and the same by four other ways. All in f64, for one sample with K classes.
namespace demo {

using yhat::Dtype;
using yhat::Tensor;

/// z (K) -> exp(z) / sum(exp(z)), as it stands in the lecture but for the largest z, which is subtracted first (the
/// same result; no overflow). Four ops, so that the engine sees each of them.
inline Tensor softmax_by_hand(const Tensor& z) {
  const Tensor e = exp(z - max(z).detach());
  return e / sum(e);
}

/// The derivative of f at x by five points: error h^4, where the plain difference has h^2.
inline Tensor five_point(const std::function<double(const Tensor&)>& f, const Tensor& x, double h = 1e-3) {
  const std::vector<double> at = x.to_vector();
  std::vector<double> slopes;
  for (std::size_t i = 0; i < at.size(); ++i) {
    auto value = [&](double step) {
      std::vector<double> moved = at;
      moved[i] += step;
      return f(from_values(moved, x.shape(), Dtype::f64));
    };
    slopes.push_back((value(-2 * h) - 8 * value(-h) + 8 * value(h) - value(2 * h)) / (12 * h));
  }
  return from_values(slopes, x.shape(), Dtype::f64);
}

/// J (K,K), J[k][i] = dp_k / dz_i, row by row from the engine: one backward pass per probability.
inline Tensor softmax_jacobian(const Tensor& z) {
  const Tensor leaf = z.detach().clone().requires_grad_(true);
  const Tensor p = softmax_by_hand(leaf);
  yhat::Tensors rows;
  for (std::int64_t k = 0; k < z.size(); ++k) {
    const Tensor probe = reshape(yhat::one_hot({k}, z.size(), Dtype::f64), z.shape());
    rows.push_back(reshape(grad(p, {leaf}, {.retain_graph = true, .seed = probe})[0], {1, z.size()}));
  }
  return concat(rows, 0);
}

/// diag(p) - p p^T: what the Jacobian is on paper.
inline Tensor jacobian_on_paper(const Tensor& p) {
  const Tensor row = reshape(p, {1, p.size()});
  std::vector<std::int64_t> all;
  for (std::int64_t k = 0; k < p.size(); ++k) all.push_back(k);
  return yhat::one_hot(all, p.size(), Dtype::f64) * row - matmul(row, row, true, false);
}

/// J^T u: the chain rule's product for an upstream gradient u (K).
inline Tensor chain(const Tensor& jacobian, const Tensor& u) {
  return reshape(matmul(jacobian, reshape(u, {u.size(), 1}), true, false), u.shape());
}

/// One loss behind a softmax, taken apart. All (K) but for the Jacobian.
struct TakenApart {
  double loss = 0;
  Tensor upstream;  ///< dL/dp
  Tensor product;   ///< J^T dL/dp, multiplied out
  Tensor unfused;   ///< dL/dz by the engine, through exp, sum, / and so on
  Tensor fused;     ///< dL/dz by the engine, through the library's loss
  Tensor on_paper;  ///< what algebra says it is
  Tensor numeric;   ///< finite difference
};

struct Collapse {
  Tensor z, y, p, jacobian;
  TakenApart cross_entropy;  ///< -sum(y log p); on paper p - y
  TakenApart squared_error;  ///< 1/2 sum((p - y)^2); on paper J (p - y)
};

/// z (K), the class that is right.
inline Collapse collapse(const Tensor& logits, std::int64_t label) {
  Collapse c;
  c.z = logits.detach().to(Dtype::f64);
  const std::int64_t classes = c.z.size();
  c.y = reshape(yhat::one_hot({label}, classes, Dtype::f64), {classes});
  c.p = softmax_by_hand(c.z);
  c.jacobian = softmax_jacobian(c.z);

  auto take_apart = [&](auto loss_of_p, auto library_loss, const Tensor& on_paper) {
    const Tensor p = c.p.detach().clone().requires_grad_(true);
    const Tensor z = c.z.detach().clone().requires_grad_(true);
    TakenApart t;
    t.loss = loss_of_p(c.p).item();
    t.upstream = grad(loss_of_p(p), {p})[0];
    t.product = chain(c.jacobian, t.upstream);
    t.unfused = grad(loss_of_p(softmax_by_hand(z)), {z})[0];
    t.fused = grad(library_loss(z), {z})[0];
    t.on_paper = on_paper;
    t.numeric = five_point([&](const Tensor& at) { return library_loss(at).item(); }, c.z);
    return t;
  };
  const Tensor d = c.p - c.y;
  c.cross_entropy = take_apart(
      // The terms with y = 0 are left out: where p has rounded to 0, their gradient 0/p would be NaN.
      [&](const Tensor& p) { return reshape(-log(slice(p, 0, label, label + 1)), {}); },
      [&](const Tensor& z) {
        return yhat::cross_entropy(reshape(z, {1, classes}), {label});
      },
      d);
  c.squared_error = take_apart(
      [&](const Tensor& p) { return 0.5 * sum((p - c.y) * (p - c.y)); },
      // mse_loss is the mean over the K entries: K/2 of it is the lecture's 1/2 sum.
      [&](const Tensor& z) { return 0.5 * static_cast<double>(classes) * yhat::mse_loss(softmax(z, 0), c.y); },
      c.p * (d - sum(c.p * d)));
  return c;
}

/// -sum(y log softmax(z)) for a y that need not sum to 1. On paper: (sum y) p - y.
struct AnyTarget {
  Tensor gradient, on_paper, p_minus_y;
};
inline AnyTarget any_target(const Tensor& z, const Tensor& y) {
  const Tensor leaf = z.detach().clone().requires_grad_(true);
  const Tensor p = softmax(z, 0);
  return {grad(-sum(y * log_softmax(leaf, 0)), {leaf})[0], sum(y) * p - y, p - y};
}

inline double norm(const Tensor& x) { return std::sqrt(sum(x * x).item()); }
inline double largest(const Tensor& x) { return max(abs(x)).item(); }
/// The largest difference of two tensors' elements.
inline double apart(const Tensor& a, const Tensor& b) { return largest(a - b); }

/// The eigenvalues of a symmetric matrix (n,n), ascending: rotations until nothing is left beside the diagonal
/// (Jacobi 1846).
inline std::vector<double> symmetric_eigenvalues(const Tensor& matrix) {
  const auto n = static_cast<std::size_t>(matrix.dim(0));
  std::vector<double> a = matrix.to_vector();
  auto at = [&](std::size_t r, std::size_t c) -> double& { return a[r * n + c]; };
  for (int sweep = 0; sweep < 50; ++sweep) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        if (at(i, j) == 0) continue;
        const double angle = 0.5 * std::atan2(2 * at(i, j), at(i, i) - at(j, j));
        const double cosine = std::cos(angle);
        const double sine = std::sin(angle);
        for (std::size_t k = 0; k < n; ++k) {
          const double u = at(k, i);
          const double v = at(k, j);
          at(k, i) = cosine * u + sine * v;
          at(k, j) = cosine * v - sine * u;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double u = at(i, k);
          const double v = at(j, k);
          at(i, k) = cosine * u + sine * v;
          at(j, k) = cosine * v - sine * u;
        }
      }
    }
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(at(i, i));
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace demo
