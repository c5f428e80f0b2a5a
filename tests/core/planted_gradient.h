// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <functional>
#include <string>

/// Wrong gradients for the tests of the checker.
namespace yhat::test {

inline Tensor leaf(const Shape& shape, std::uint64_t seed, double lo = 0.5, double hi = 2) {
  Rng rng(seed);
  return uniform(shape, lo, hi, rng, Dtype::f64).requires_grad_();
}

// y = value(x) with a vjp of our choice.
using Map = std::function<Tensor(const Tensor&)>;
inline Tensor planted(const Tensor& x, const Map& value, const Map& vjp) {
  const NoGrad off;
  Tensor y = value(x.detach());
  const GradMode on(true);
  return record("planted", y.clone(), edge(x, [vjp](const Tensor& g) { return vjp(g); }));
}

inline GradcheckReport check(const Map& value, const std::function<Tensor(const Tensor&, const Tensor&)>& vjp,
                             const Tensor& x, const GradcheckOptions& options = {}) {
  return gradcheck(
      [&](const Tensors& in) {
        const Tensor constant = in[0].detach();
        return planted(in[0], value, [vjp, constant](const Tensor& g) { return vjp(g, constant); });
      },
      {x}, options);
}

inline GradcheckReport by_hand(const Map& value, const std::function<Tensor(const Tensor&, const Tensor&)>& vjp,
                               const Tensor& x) {
  return gradcheck([&](const Tensors& in) { return value(in[0]); },
                   [&](const Tensors& in, const Tensors& v) { return Tensors{vjp(v[0], in[0])}; }, {x.detach()});
}

inline bool ends_with_rate(const GradcheckReport& r, const std::string& finding) {
  CAPTURE(r.message);
  return r.message.find("; " + finding) != std::string::npos && r.message.find("; Taylor rate ") != std::string::npos;
}

// The same mistake must be named in both overloads.
inline void expect(const Map& value, const std::function<Tensor(const Tensor&, const Tensor&)>& vjp, const Tensor& x,
                   Diagnosis diagnosis, const std::string& words) {
  for (const bool hand : {false, true}) {
    CAPTURE(hand);
    const GradcheckReport r = hand ? by_hand(value, vjp, x) : check(value, vjp, x);
    CAPTURE(r.message);
    CHECK(r.status == GradcheckStatus::mismatch);
    CHECK(name_of(r.diagnosis) == std::string(name_of(diagnosis)));
    CHECK(!r.ok);
    CHECK(ends_with_rate(r, words));
  }
}

}  // namespace yhat::test
