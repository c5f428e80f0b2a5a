// SPDX-License-Identifier: MIT
#include "float32_trap/traps.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/near.h"

using namespace yhat;
using near::difference;

namespace {

constexpr Dtype both[] = {Dtype::f32, Dtype::f64};
double tolerance(Dtype dtype) { return dtype == Dtype::f32 ? 2e-6 : 1e-12; }

}  // namespace

TEST_CASE("lecture 13, float32_trap: a sigmoid is exactly 1 from 53 ln 2 in f64 and 24 ln 2 in f32") {
  CHECK(std::abs(demo::sigmoid_is_one_from(Dtype::f64) - 53 * std::log(2.0)) < 0.005);
  CHECK(std::abs(demo::sigmoid_is_one_from(Dtype::f32) - 24 * std::log(2.0)) < 0.005);
  for (const Dtype dtype : both) {
    const double z = dtype == Dtype::f32 ? 16.64 : 36.74;
    const demo::BinaryLosses beyond = demo::binary_losses(z, 0, dtype);
    CHECK(std::isinf(beyond.naive.loss));
    CHECK(!beyond.naive.finite());
    CHECK(beyond.fused.loss == doctest::Approx(z).epsilon(1e-6));
    CHECK(beyond.fused.gradient[0] == doctest::Approx(1).epsilon(1e-6));
    CHECK(std::isfinite(demo::binary_losses(z - 0.02, 0, dtype).naive.loss));
  }
}

TEST_CASE("lecture 13, float32_trap: log of a softmax overflows, and the fused loss does not") {
  for (const Dtype dtype : both) {
    const demo::LossAndGradient u = demo::unfused({0, -800}, 1, dtype);
    CHECK(std::isinf(u.loss));
    CHECK(std::isnan(u.gradient[0]));
    CHECK(std::isnan(u.gradient[1]));
    const demo::LossAndGradient f = demo::fused({0, -800}, 1, dtype);
    CHECK(f.loss == 800);
    CHECK(f.gradient == std::vector<double>{1, -1});
    CHECK(f.finite());
  }
}

TEST_CASE("lecture 13, float32_trap: a subnormal probability leaves the loss finite and the gradient not") {
  const demo::GapEdges single = demo::gap_edges(Dtype::f32);
  CHECK(std::abs(single.gradient - 88.73) < 0.01);
  CHECK(std::abs(single.loss - 103.97) < 0.01);
  const demo::GapEdges twice = demo::gap_edges(Dtype::f64);
  CHECK(std::abs(twice.gradient - 709.79) < 0.01);
  CHECK(std::abs(twice.loss - 745.13) < 0.01);
  struct Gap {
    Dtype dtype;
    double gap;
  };
  for (const Gap& g : {Gap{Dtype::f32, 95}, Gap{Dtype::f64, 720}}) {
    const demo::LossAndGradient u = demo::unfused({0, -g.gap}, 1, g.dtype);
    CHECK(u.loss == doctest::Approx(g.gap).epsilon(1e-3));
    CHECK(!std::isfinite(u.gradient[1]));
    CHECK(demo::fused({0, -g.gap}, 1, g.dtype).finite());
    const demo::LossAndGradient before = demo::unfused({0, g.dtype == Dtype::f32 ? -88.0 : -709.0}, 1, g.dtype);
    CHECK(before.finite());
  }
}

TEST_CASE("lecture 13, float32_trap: logits of a thousand are as those of one, unless the maximum stays") {
  for (const Dtype dtype : both) {
    const demo::LossAndGradient large = demo::fused({1000, 1001, 1002}, 2, dtype);
    const demo::LossAndGradient small = demo::fused({1, 2, 3}, 2, dtype);
    CHECK(std::abs(large.loss - 0.4076059644443803) < tolerance(dtype));
    CHECK(std::abs(large.loss - small.loss) < tolerance(dtype));
    CHECK(difference(large.gradient, small.gradient) < tolerance(dtype));
    CHECK(difference(small.gradient, {0.090030573, 0.244728471, -0.334759044}) < 1e-6);
    const demo::WrittenOut subtracted = demo::written_out({1000, 1001, 1002}, 2, dtype);
    CHECK(std::abs(subtracted.loss() - small.loss) < tolerance(dtype));
    CHECK(subtracted.first_bad.empty());
    const demo::WrittenOut raw = demo::written_out({1000, 1001, 1002}, 2, dtype, false);
    CHECK(std::isnan(raw.loss()));
    CHECK(raw.first_bad == "forward of exp at [0] (exp, inf)");
    REQUIRE(raw.ops.size() == 6);
    CHECK(std::isinf(raw.ops[1].value.at({0})));  // e
    CHECK(std::isinf(raw.ops[2].value.item()));   // s
    CHECK(std::isnan(raw.ops[3].value.at({2})));  // p
    const Tensor z = tensor({1000, 1001, 1002}, dtype);
    CHECK(std::abs(logsumexp(z).item() - logsumexp(tensor({0, 1, 2}, dtype)).item() - 1000) <
          (dtype == Dtype::f32 ? 1e-4 : 1e-12));
  }
}

TEST_CASE("lecture 13, float32_trap: op by op, the gradient breaks where 1/p overflows") {
  const demo::WrittenOut w = demo::written_out({0, -95}, 1, Dtype::f32);
  CHECK(std::isfinite(w.loss()));
  CHECK(w.ops[4].value.item() > 0);  // q is subnormal, not 0
  CHECK(w.ops[4].value.item() < 1.1754944e-38);
  CHECK(std::isinf(w.ops[4].gradient.item()));  // -1/q
  CHECK(w.first_bad.find("backward of log") == 0);
}

TEST_CASE("lecture 13, float32_trap: binary cross-entropy of logits at -30, 800, and beside the clamped form at 1000") {
  const demo::BinaryLosses small = demo::binary_losses(-30, 1, Dtype::f64);
  CHECK(small.fused.loss == doctest::Approx(30.000000000000092).epsilon(1e-15));
  CHECK(small.fused.gradient[0] == doctest::Approx(-0.9999999999999064).epsilon(1e-15));
  for (const Dtype dtype : both) {
    for (const double z : {800.0, -800.0}) {
      for (const double y : {0.0, 1.0}) {
        const demo::BinaryLosses b = demo::binary_losses(z, y, dtype);
        CHECK(b.fused.finite());
        CHECK(b.fused.loss == ((z > 0) == (y == 1) ? 0 : 800));
        CHECK(b.clamped.finite());
        CHECK(!b.naive.finite());
      }
    }
    const demo::BinaryLosses b = demo::binary_losses(1000, 0, dtype);
    CHECK(b.clamped.loss == 100);
    CHECK(b.clamped.gradient[0] == 0);
    CHECK(b.fused.loss == 1000);
    CHECK(b.fused.gradient[0] == 1);
  }
}

TEST_CASE("lecture 13, float32_trap: central differences in f32 are right to 1e-4 at best, in f64 to 4e-11") {
  double best = 1;
  for (const double h : {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6}) {
    best = std::min(best, demo::central_difference_error(h, Dtype::f32));
  }
  CHECK(best < 2e-4);
  CHECK(best > 1e-6);
  CHECK(demo::central_difference_error(1e-5, Dtype::f32) > 1e-3);
  CHECK(demo::central_difference_error(1e-5, Dtype::f64) < 2e-10);
}
