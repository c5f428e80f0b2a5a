// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>
#include <limits>

using namespace yhat;

TEST_CASE("print: numbers with four significant digits") {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<double, const char*>> table = {
      {7, "7"},
      {0.5, "0.5"},
      {1.0004, "1.000"},
      {0.0985659, "0.09857"},
      {-0.90143, "-0.9014"},
      {9999.4, "9999"},
      {9999.5, "1.000e4"},
      {1234.5, "1234"},
      {1235.5, "1236"},
      {4.257e-4, "4.257e-4"},
      {0.001, "0.001"},
      {-22030, "-2.203e4"},
      {1e-320, "1.000e-320"},
      {0, "0"},
      {-0.0, "0"},
      {NAN, "nan"},
      {-NAN, "nan"},
      {inf, "inf"},
      {-inf, "-inf"},
      {1e100, "1.000e100"},
  };
  for (const auto& row : table) {
    CAPTURE(row.first);
    CHECK(format_number(row.first) == row.second);
  }
  CHECK(format_number(0.1f, 4, Dtype::f32) == "0.1");
  CHECK(format_number(0.1, 0) == "0.1");
  CHECK(format_number(0.1f, 0, Dtype::f32) == "0.1");
  CHECK(format_number(1.0 / 3, 0) == "0.3333333333333333");
}

TEST_CASE("print: small tensors whole, with shape and dtype") {
  CHECK(to_string(tensor(2.5)) == "2.5  [] f32");
  CHECK(to_string(tensor({1, 2, 3})) == "[1, 2, 3]  [3] f32");
  CHECK(to_string(tensor({{1, -2.25}, {30, 4}}, Dtype::f64)) == "[[    1, -2.25],\n [   30,     4]]\n[2, 2] f64");
  CHECK(to_string(zeros({0, 3})) == "[]  [0, 3] f32");
  CHECK(to_string(zeros({2, 0})) == "[[],\n []]\n[2, 0] f32");
  CHECK(to_string(Tensor()) == "undefined tensor");
  CHECK(fmt::format("{}", tensor({1, 2})) == "[1, 2]  [2] f32");
}

TEST_CASE("print: large tensors are elided in the middle") {
  const std::string text = to_string(arange(std::int64_t{1001}));
  CHECK(text == "[0, 1, 2, ..., 998, 999, 1000]  [1001] f32");
  const std::string rows = to_string(zeros({50, 60, 2}));
  CHECK(rows.find("...") != std::string::npos);
  CHECK(rows.size() < 1000);
}
