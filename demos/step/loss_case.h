// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/trace.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// One sample taken apart: what each loss sends back to its logits, factor by factor. Every number is the engine's.
namespace yhat::step {

/// Numbers by name, f64. K logits; vectors (K); label t, from 0.
///
///     z p y             logits, softmax(z), the target
///     J                 (K,K) row-major, J[k][i] = dp_k/dz_i, from the softmax's own vjp
///     J.own             J[t][t]
///     J.sums J.closed   largest |sum| of a row or column; largest distance from diag(p) - p p^T and from J^T
///     ce.*              L = -sum(y log p), mse.*: L = 1/2 sum((p - y)^2), raw.*: L = 1/2 sum((z - y)^2)
///       loss up         L; what comes from upstream: dL/dp, for raw dL/dz
///       rows            sum over k of up_k J_ki; raw, which has no J: up
///       cancel          up_k p_k
///       mean            mse only: sum over k of p_k (p_k - y_k)
///       paper           what algebra says: p - y, p (p - y - mean), z - y
///       engine numeric  dL/dz by the library's loss; by a finite difference
///       norm ok         of engine; 1 if rows, paper and engine agree within 1e-12 and numeric within 1e-6
///     bug.a bug.b       dL/dz with the two mistakes of faulty_softmax.h: of ce, of mse
///     bug.a.ok bug.b.ok per entry: 1 if the numeric gradient agrees
///     ratio             norm of ce over norm of mse
struct LossCase {
  std::string id, name;
  std::int64_t label = 0;
  std::vector<std::pair<std::string, Numbers>> numbers;

  /// Throws ArgumentError for a name that is not there.
  const Numbers& operator[](const std::string& name) const;
  /// The number that a key names: "p:2", or "ratio" for the only one.
  double at(const std::string& key) const;
  std::size_t classes() const { return (*this)["z"].size(); }
  /// Whether J is small enough to be shown: 64 entries.
  bool shows_jacobian() const { return classes() <= 8; }
};

LossCase take_apart(std::string id, std::string name, const Numbers& logits, std::int64_t label);

/// |a - n| / max(|a|, |n|, 1e-4) < 1e-6, which no NaN is: how a gradient is held against a finite difference.
bool agrees(double a, double numeric);

}  // namespace yhat::step
