// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "step/loss_lesson.h"
#include "step/loss_words.h"
#include "step/numbers.h"

using namespace yhat;
using step::LossCase;
using step::LossLesson;

namespace {

LossLesson default_lesson() {
  step::Request request;
  request.name = "loss";
  return step::loss_lesson(request);
}

void refuses(const std::vector<Numbers>& logits, const std::vector<std::int64_t>& labels, const char* text) {
  step::Request request;
  request.logits = logits;
  request.labels = labels;
  CHECK_THROWS_WITH_AS(step::loss_lesson(request), text, ArgumentError);
}

}  // namespace

TEST_CASE("loss page: steps, rates, curves, the sweep and the sigmoid's peak are the lecture's") {
  const LossLesson l = default_lesson();

  // Steps until p(true) > 0.9: exact at the rates 0.5 and 10, else within one.
  CHECK(l.rates == std::vector<double>{0.1, 0.2, 0.5, 1, 2, 5, 10});
  using Steps = std::vector<std::int64_t>;
  const Steps ce[] = {{75, 38, 15, 7, 3, 1, 1}, {102, 51, 20, 10, 4, 1, 1}, {110, 55, 21, 10, 5, 2, 1}};
  const Steps mse[] = {
      {339, 169, 67, 33, 16, 6, 1}, {1012, 506, 203, 102, 52, 21, 10}, {16356, 8180, 3274, 1639, 821, 330, 167}};
  REQUIRE(l.steps.size() == 3);
  const char* const starts[] = {"benign", "wrong", "very-wrong"};
  for (std::size_t s = 0; s < 3; ++s) {
    CHECK(l.starts[l.steps[s].start].id == starts[s]);
    for (std::size_t i = 0; i < l.rates.size(); ++i) {
      CAPTURE(l.rates[i]);
      const std::int64_t allowed = l.rates[i] == 0.5 || l.rates[i] == 10 ? 0 : 1;
      CHECK(std::abs(l.steps[s].ce[i] - ce[s][i]) <= allowed);
      CHECK(std::abs(l.steps[s].mse[i] - mse[s][i]) <= allowed);
    }
  }

  // Each loss at its own best rate: the fewest steps, of ties the smaller rate.
  REQUIRE(l.curves.size() == 4);
  for (const step::Curve& c : l.curves) {
    const std::string& id = l.starts[c.start].id;
    const std::size_t steps = c.p.size() - 1;
    CHECK(c.norm.size() == c.p.size());
    CHECK(c.p[steps] > 0.9);
    for (std::size_t i = 0; i < steps; ++i) CHECK(c.p[i] <= 0.9);
    if (id == "benign") CHECK((c.rate == (c.ce ? 5 : 10) && steps == 1));
    if (id == "very-wrong") CHECK((c.rate == 10 && steps == (c.ce ? 1U : 167U)));
  }

  // The sweep.
  REQUIRE(l.sweep.size() == 81);
  struct {
    double m;
    const char *p, *ce, *mse;
  } const rows[] = {{-10, "0.8808", "0.1686", "0.03540"}, {-5, "0.7275", "0.3820", "0.1497"},
                    {0, "0.3333", "0.8165", "0.2722"},    {1, "0.2024", "1.000", "0.2788"},
                    {5, "0.006573", "1.392", "0.03601"},  {10, "4.538e-5", "1.414", "5.492e-4"}};
  for (const auto& row : rows) {
    const auto at = static_cast<std::size_t>((row.m + 10) * 4);
    CHECK(l.how_wrong[at] == row.m);
    CHECK(trace::show(l.sweep[at].at("p:2")) == row.p);
    CHECK(trace::show(l.sweep[at].at("ce.norm")) == row.ce);
    CHECK(trace::show(l.sweep[at].at("mse.norm")) == row.mse);
  }
  for (std::size_t i = 1; i < 81; ++i) {
    CHECK(l.sweep[i].at("ce.norm") > l.sweep[i - 1].at("ce.norm"));
    CHECK(l.sweep[i].at("p:2") < l.sweep[i - 1].at("p:2"));
  }
  const auto shortest = [](const LossCase& a, const LossCase& b) { return a.at("mse.norm") < b.at("mse.norm"); };
  CHECK(std::max_element(l.sweep.begin(), l.sweep.end(), shortest) - l.sweep.begin() == 44);  // m = 1

  // The sigmoid.
  CHECK(std::abs(l.sigmoid.peak_z + std::log(2.0)) < 1e-12);
  CHECK(std::abs(l.sigmoid.peak_p - 1.0 / 3) < 1e-12);
  CHECK(std::abs(l.sigmoid.peak - 4.0 / 27) < 1e-15);
  REQUIRE(l.sigmoid.z.size() == 81);
  for (std::size_t i = 0; i < 81; ++i) {
    const double p = 1 / (1 + std::exp(-l.sigmoid.z[i]));
    CHECK(l.sigmoid.ce[i] == doctest::Approx(1 - p).epsilon(1e-10));
    CHECK(l.sigmoid.mse[i] == doctest::Approx(p * (1 - p) * (1 - p)).epsilon(1e-10));
    CHECK(l.sigmoid.mse[i] <= l.sigmoid.peak);
    if (i > 0) CHECK(l.sigmoid.ce[i] < l.sigmoid.ce[i - 1]);
  }
  CHECK(l.sigmoid.mse[0] < l.sigmoid.mse[37]);  // the most wrong answer is not sent the most

  // Other targets: the sum of y decides.
  REQUIRE(l.targets.size() == 3);
  CHECK((l.targets[0].collapses && l.targets[1].collapses && !l.targets[2].collapses));
  CHECK(std::abs(l.targets[1].sum - 1) < 1e-15);
  CHECK(step::shown(l.targets[2].gradient) == "(0.3180, -0.5151, 0.1971)");
  CHECK(step::shown(l.targets[2].p_minus_y) == "(-0.3410, -0.7576, 0.09857)");

  // float32, gap 120.
  const auto row = [&](const char* op) {
    for (const step::GapRow& r : l.gap) {
      if (std::string(r.op) == op) return step::shown(r.values);
    }
    return std::string("no such row");
  };
  CHECK(row("forward softmax") == "(1, 0, 0)");
  CHECK(row("forward gather") == "0");
  CHECK(row("forward log") == "-Infinity");
  CHECK(row("forward L") == "Infinity");
  CHECK(row("backward log") == "-Infinity");
  CHECK(row("backward softmax") == "(NaN, NaN, NaN)");
  CHECK(row("fused L") == "120");
  CHECK(row("fused dL/dz") == "(1, 0, -1)");
  CHECK(trace::show(l.hidden_slope) == "0.01766");
}

TEST_CASE("loss page: own logits become a start of their own, which is shown first") {
  step::Request request;
  request.logits = {{0.5, -1, 3, 2}};
  request.labels = {0};
  const LossLesson l = step::loss_lesson(request);
  REQUIRE(l.starts.size() == 5);
  CHECK(l.starts[l.shown].id == "yours");
  CHECK(l.starts[l.worked]["z"] == Numbers{0.5, -1, 3, 2});
  CHECK(l.steps.size() == 3);  // the table stays the lecture's
}

TEST_CASE("loss page: requests that make no sense are refused") {
  refuses({{1}}, {0}, "yhat_step: 1 logits (2 to 16)");
  refuses({{1, std::nan("")}}, {0}, "yhat_step: logit nan (must be finite)");
  refuses({{1, 2}}, {2}, "yhat_step: label 2 (0 to 1: labels count from 0)");
  refuses({{1, 2}}, {}, "yhat_step: 1 --logits, 0 --label (one label for each list of logits)");
  refuses({{1, 2}, {3, 4}}, {0, 1}, "--logits: 2 of them (the loss page shows one sample)");
  step::Request request;
  request.variant = "x";
  CHECK_THROWS_WITH_AS(step::loss_lesson(request), "--variant: 'x' (the loss page has none)", ArgumentError);
  request.variant = "";
  request.dtype = Dtype::f32;
  CHECK_THROWS_WITH_AS(step::loss_lesson(request), "--dtype: f32 (the loss page compares in f64)", ArgumentError);
}
