// SPDX-License-Identifier: MIT
#include "core/kernels/lrn.h"

#include "compare.h"

using namespace kernel_test;
using kernels::LrnGeometry;

TEST_CASE_TEMPLATE("fast local response normalisation equals the reference", T, float, double) {
  for_each_isa([] {
    Noise noise(31);
    for (int i = 0; i < 200; ++i) {
      const double betas[] = {0.75, 0.5, 1, 0.6, 0}, alphas[] = {1e-4, 0.1, 1};
      const LrnGeometry g{noise.between(1, 3),     noise.between(1, 12),   noise.between(1, noise.below(8) ? 20 : 600),
                          noise.between(1, 7),     alphas[noise.below(3)], betas[noise.below(5)],
                          noise.below(2) ? 2 : 0.5};
      CAPTURE(g.c);
      CAPTURE(g.hw);
      CAPTURE(g.size);
      CAPTURE(g.beta);
      const int64_t n = g.n * g.c * g.hw;
      const std::vector<T> x = noise.reals<T>(n), gy = noise.reals<T>(n);
      std::vector<T> y(x.size(), NAN), scale(x.size(), NAN), gx(x.size(), NAN), alone(x.size(), NAN);
      kernels::local_response_norm(g, x.data(), y.data(), scale.data());
      kernels::local_response_norm_grad(g, gy.data(), x.data(), scale.data(), gx.data());
      kernels::local_response_norm<T>(g, x.data(), alone.data(), nullptr);
      CHECK(same_bits(alone, y));
      std::vector<double> want_y(x.size()), want_scale(x.size()), want_gx(x.size());
      kernels::reference::local_response_norm(g, to_double(x).data(), want_y.data(), want_scale.data());
      kernels::reference::local_response_norm_grad(g, to_double(gy).data(), to_double(x).data(), want_scale.data(),
                                                   want_gx.data());
      CHECK(distance(y, want_y) <= tolerance<T>);
      CHECK(distance(scale, want_scale) <= tolerance<T>);
      CHECK(distance(gx, want_gx) <= tolerance<T>);
    }
  });
}

TEST_CASE_TEMPLATE("local response normalisation at the edges: zero scale, large values", T, float, double) {
  for_each_isa([] {
    const std::vector<T> x = {0, T(1e18), 1};
    std::vector<T> y(3), scale(3);
    kernels::local_response_norm(LrnGeometry{1, 1, 3, 5, 1, 0.75, 0}, x.data(), y.data(), scale.data());
    CHECK(std::isnan(y[0]));  // 0 / 0
    CHECK(y[1] == doctest::Approx(1e-9));
    CHECK(y[2] == 1);
  });
}

TEST_CASE_TEMPLATE("local response normalisation gives the same bits for any number of threads", T, float, double) {
  for_each_isa([] {
    Noise noise(32);
    const LrnGeometry g{2, 9, 700, 5, 0.1, 0.75, 2};
    const std::vector<T> x = noise.reals<T>(2 * 9 * 700), gy = noise.reals<T>(2 * 9 * 700);
    CHECK(same_bits_for_all_threads([&] {
      std::vector<T> y(x.size()), scale(x.size()), gx(x.size());
      kernels::local_response_norm(g, x.data(), y.data(), scale.data());
      kernels::local_response_norm_grad(g, gy.data(), x.data(), scale.data(), gx.data());
      gx.insert(gx.end(), y.begin(), y.end());
      return gx;
    }));
  });
}
