// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "step/loss_case.h"
#include "step/numbers.h"
#include "yhat/error.h"

using namespace yhat;
using step::LossCase;
using step::take_apart;

namespace {

std::string shown(const Numbers& v) { return trace::show(v, Shape{static_cast<std::int64_t>(v.size())}); }

void check_near(const Numbers& a, const Numbers& b, double tolerance) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= tolerance);
}

// Not the library's.
Numbers plain_softmax(const Numbers& z) {
  Numbers p;
  double sum = 0;
  for (double v : z) p.push_back(std::exp(v)), sum += p.back();
  for (double& v : p) v /= sum;
  return p;
}

}  // namespace

TEST_CASE("loss page: the four cases of the lecture to their printed digits") {
  struct {
    Numbers z;
    std::int64_t label;
    Numbers ce;
    const char* mse;
    double ratio;
    const char* raw;
  } const rows[] = {
      {{2, 1, 0.1}, 0, {-0.340999, 0.242433, 0.0985659}, "(-0.1218, 0.09665, 0.02511)", 2.73, "(1, 1, 0.1)"},
      {{2, 1, 0.1}, 2, {0.659001, 0.242433, -0.901434}, "(0.1679, -0.03922, -0.1287)", 5.31, "(2, 1, -0.9)"},
      {{8, 0, -2}, 2, {0.999619, 0.000335335, -0.999955}, "(4.257e-4, -3.350e-4, -9.073e-5)", 2574, "(8, 0, -3)"},
      {{0, 0, 0}, 0, {-2.0 / 3, 1.0 / 3, 1.0 / 3}, "(-0.2222, 0.1111, 0.1111)", 3, "(-1, 0, 0)"},
  };
  for (const auto& row : rows) {
    const LossCase c = take_apart("", "", row.z, row.label);
    CAPTURE(shown(row.z));
    for (std::size_t i = 0; i < 3; ++i) CHECK(c["ce.engine"][i] == doctest::Approx(row.ce[i]).epsilon(2e-6));
    CHECK(shown(c["mse.engine"]) == row.mse);
    CHECK(shown(c["raw.engine"]) == row.raw);
    CHECK(std::abs(c.at("ratio") - row.ratio) < 0.5 * std::pow(10, row.ratio > 1000 ? 0 : -2));
  }
  const LossCase benign = take_apart("", "", {0, 0, 0}, 0);
  CHECK(std::abs(benign.at("ratio") - 3) < 1e-12);
  check_near(benign["mse.engine"], {-2.0 / 9, 1.0 / 9, 1.0 / 9}, 1e-15);
}

TEST_CASE("loss page: the numbers of every stage at (2, 1, 0.1), label 2") {
  const LossCase c = take_apart("", "", {2, 1, 0.1}, 2);
  CHECK(shown(c["p"]) == "(0.6590, 0.2424, 0.09857)");
  CHECK(shown({c["J"].begin() + 6, c["J"].end()}) == "(-0.06496, -0.02390, 0.08885)");
  CHECK(shown(c["ce.up"]) == "(0, 0, -10.15)");
  CHECK(shown(c["ce.rows"]) == "(0.6590, 0.2424, -0.9014)");
  CHECK(std::abs(c.at("ce.up:2") + 10.1455) < 5e-5);
  CHECK(std::abs(c.at("ce.cancel:2") + 1) < 1e-15);
  CHECK(shown(c["mse.up"]) == "(0.6590, 0.2424, -0.9014)");
  CHECK(c["mse.up"] == c["ce.paper"]);
  CHECK(c["raw.up"] == Numbers{2, 1, -0.9});
}

TEST_CASE("loss page: product, algebra, library and numeric gradient agree along the whole line") {
  for (int i = 0; i <= 80; ++i) {
    const double m = -10 + 0.25 * i;
    CAPTURE(m);
    const Numbers z = {m * 0.8, 0, m * -0.2};
    const LossCase c = take_apart("", "", z, 2);
    const Numbers p = plain_softmax(z);
    check_near(c["p"], p, 1e-15);
    check_near(c["ce.engine"], {p[0], p[1], p[2] - 1}, 1e-12);
    check_near(c["ce.rows"], c["ce.engine"], 1e-12);
    check_near(c["ce.paper"], c["ce.engine"], 1e-12);
    Numbers mse;
    const double mean = p[0] * p[0] + p[1] * p[1] + p[2] * (p[2] - 1);
    for (std::size_t k = 0; k < 3; ++k) mse.push_back(p[k] * (p[k] - (k == 2 ? 1 : 0) - mean));
    check_near(c["mse.engine"], mse, 1e-12);
    check_near(c["mse.rows"], mse, 1e-12);
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t j = 0; j < 3; ++j) {
        CHECK(std::abs(c["J"][3 * k + j] - p[k] * ((k == j ? 1 : 0) - p[j])) < 1e-15);
        CHECK(c["J"][3 * k + j] == c["J"][3 * j + k]);
      }
    }
    CHECK(c.at("J.sums") <= 1e-15);
    CHECK(c.at("J.closed") <= 1e-15);
    for (const char* id : {"ce.ok", "mse.ok", "raw.ok"}) CHECK(c.at(id) == 1);
    CHECK(c.at("ratio") >= 2);
  }
}

TEST_CASE("loss page: stage 2 and the fused op agree to 1e-15 in the cases of the lecture") {
  for (const Numbers& z : {Numbers{2, 1, 0.1}, {8, 0, -2}, {0, 0, 0}}) {
    const LossCase c = take_apart("", "", z, 2);
    check_near(c["ce.rows"], c["ce.engine"], 1e-15);
    check_near(c["ce.paper"], c["ce.engine"], 1e-15);
  }
}

TEST_CASE("loss page: bug A is right at the true class only, bug B is cross-entropy's gradient") {
  const LossCase c = take_apart("", "", {2, 1, 0.1}, 2);
  CHECK(shown(c["bug.a"]) == "(0, 0, -0.9014)");
  CHECK(c["bug.a.ok"] == Numbers{0, 0, 1});
  check_near(c["bug.b"], c["ce.engine"], 1e-12);
  CHECK(c["bug.b.ok"] == Numbers{0, 0, 0});
}

TEST_CASE("loss page: logits for which p underflows are reported as they are") {
  const LossCase c = take_apart("", "", {2000, 0, 0}, 1);
  CHECK(c["p"] == Numbers{1, 0, 0});
  CHECK(c.at("ce.up:1") == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(c.at("ce.rows:1")));
  CHECK(c.at("ce.ok") == 0);  // the un-fused way is not finite
  CHECK(c["ce.engine"] == Numbers{1, -1, 0});
}

TEST_CASE("loss page: any number of classes, numbers by their keys, no numbers that are not there") {
  Numbers z;
  for (int i = 0; i < 16; ++i) z.push_back(0.3 * i - 2);
  const LossCase c = take_apart("yours", "yours", z, 5);
  CHECK(c.classes() == 16);
  CHECK(c["J"].size() == 256);
  for (const char* id : {"ce.ok", "mse.ok", "raw.ok"}) CHECK(c.at(id) == 1);
  CHECK(c.at("z:3") == z[3]);
  CHECK_THROWS_WITH_AS(c["q"], "loss: there are no numbers 'q'", ArgumentError);
  CHECK_FALSE(step::agrees(std::nan(""), 0));
  CHECK(step::agrees(1, 1 + 1e-7));
  CHECK_FALSE(step::agrees(1, 1 + 1e-5));
}
