// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>

#include "find_the_bug/bugs.h"
#include "find_the_bug/convolution.h"
#include "find_the_bug/lrn.h"
#include "tests/near.h"

using namespace yhat;
using near::difference;

namespace {

demo::BugReport report_of(const std::string& name) {
  for (const demo::Bug& bug : demo::bugs()) {
    if (bug.name == name) return demo::check(bug);
  }
  FAIL("no such bug: " << name);
  return {};
}

}  // namespace

TEST_CASE("planted bugs: gradcheck catches every one, says what it looks like, and passes the right gradient") {
  const std::vector<demo::Bug> all = demo::bugs();
  CHECK(all.size() == 9);
  for (const demo::Bug& bug : all) {
    CAPTURE(bug.name);
    const demo::BugReport r = demo::check(bug);
    CAPTURE(r.wrong.message);
    CHECK(!r.wrong.ok);
    CHECK(r.wrong.status == GradcheckStatus::mismatch);
    CHECK(r.wrong.message.find("; " + bug.finding + "; Taylor rate") != std::string::npos);
    CHECK(r.wrong.failing > 0);
    CAPTURE(r.right.message);
    CHECK(r.right.ok);
    CHECK(r.right.checked == r.right.total);
  }
}

TEST_CASE("lecture 8, find_the_bug: the published formula, 55.598 where 0.98201379 belongs, and its trajectory") {
  const demo::WidgetGradient g = demo::widget_gradient();
  CHECK(std::abs(g.numeric - 0.98201379) < 5e-9);
  CHECK(std::abs(g.right - 0.98201379) < 5e-9);
  CHECK(std::abs(g.widget - 55.598150033) < 1e-8);
  CHECK(std::abs(g.widget / g.right - 1 / g.slope) < 1e-9);
  const GradcheckReport r = report_of("the animated neuron").wrong;
  CHECK(r.status == GradcheckStatus::mismatch);
  CHECK(r.input == 0);
  CHECK(r.message.find("wrong gradient of input 0 at []: analytic ") != std::string::npos);
  CHECK(std::abs(r.analytic / r.numeric - 1 / g.slope) < 1e-6);  // both times one random incoming gradient
  const double widget[] = {0.9690523, 0.5856940, 0.3544507, 0.2147741, 0.1302003, 0.0789478, 0.0478763};
  const double right[] = {0.9818395, 0.9710127, 0.9539051, 0.9281625, 0.8912194, 0.8414816, 0.7795871};
  const std::size_t at[] = {1, 50, 100, 150, 200, 250, 300};
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(std::abs(demo::widget_run(false, 300)[at[i]] - widget[i]) < 6e-8);
    CHECK(std::abs(demo::widget_run(true, 300)[at[i]] - right[i]) < 6e-8);
  }
  CHECK(std::abs(demo::widget_run(true, 300).back() - 0.779587064) < 1e-9);
}

TEST_CASE("lecture 28, find_the_bug: six convolutions agree with plain loops and with finite differences") {
  const std::vector<demo::ConvolutionCheck> checks = demo::convolution_checks();
  REQUIRE(checks.size() == 6);
  const std::int64_t unseen[] = {0, 0, 0, 0, 81 - 64, 64 - 49};
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK(checks[i].output <= 1e-12);
    CHECK(checks[i].x_gradient <= 1e-12);
    CHECK(checks[i].w_gradient <= 1e-12);
    CHECK(checks[i].b_gradient <= 1e-12);
    CHECK(checks[i].gradcheck);
    CHECK(checks[i].unseen == unseen[i]);
    CHECK(checks[i].unseen_gradient == 0);
  }
}

TEST_CASE("lecture 30, find_the_bug: LRN's gradient, and the published wrong one, for alpha 0.3") {
  const std::vector<double> right = {0.032989616, 0.086940275,  -0.001714907, 0.140592805,
                                     0.041934736, -0.079731021, 0.035941946};
  const std::vector<double> wrong = {0.068135303,  -0.134305290, -0.029896908, 0.167463535,
                                     -0.124829536, -0.157936405, 0.070603905};
  const Tensor a = demo::lrn_example().requires_grad_();
  const Tensor g = reshape(tensor({0.3, -0.1, 0.7, 1, -0.4, 0.2, 0.5}, Dtype::f64), {1, 7, 1, 1});
  CHECK(difference(demo::lrn_gradient(a, g, demo::large_alpha(), false), right) < 1e-9);
  CHECK(difference(demo::lrn_gradient(a, g, demo::large_alpha(), true), wrong) < 1e-9);
  CHECK(difference(grad(local_response_norm(a, demo::large_alpha()), {a}, {.seed = g})[0], right) < 1e-9);
  CHECK(gradcheck([](const Tensors& in) { return local_response_norm(in[0], demo::large_alpha()); }, {a}).ok);
  const demo::BugReport r = report_of("the neighbours' term of LRN");
  CHECK(r.right.ok);
  CHECK(r.wrong.message.find("off-diagonal terms wrong") != std::string::npos);
  const demo::LrnError off = demo::lrn_error();
  CHECK(off.large_alpha > 1);
  CHECK(off.paper < 0.01);
  CHECK(off.paper > 1e-4);
}
