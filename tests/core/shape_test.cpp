// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "errors.h"

using namespace yhat;
using yhat::test::text_of;

TEST_CASE("shape: a container of sizes") {
  const Shape s{2, 3, 4};
  CHECK(s.size() == 3);
  CHECK(s.numel() == 24);
  CHECK(s[1] == 3);
  CHECK(s.dim(-1) == 4);
  CHECK(std::vector<std::int64_t>(s.begin(), s.end()) == std::vector<std::int64_t>{2, 3, 4});
  CHECK(s == Shape{2, 3, 4});
  CHECK(s != Shape{2, 3});
  CHECK(s != Shape{2, 3, 5});
  CHECK(fmt::format("{}", s) == "[2, 3, 4]");
  CHECK(fmt::format("{}", Shape{}) == "[]");
}

TEST_CASE("shape: elements of scalars, empty and impossible shapes") {
  CHECK(Shape{}.numel() == 1);
  CHECK(Shape{3, 0, 2}.numel() == 0);
  CHECK(Shape{-1, 3}.numel() == -1);
  CHECK(Shape{4294967296, 4294967296}.numel() == -1);
  CHECK(Shape{4294967296, 0, 4294967296}.numel() == 0);
}

TEST_CASE("shape: errors") {
  CHECK(text_of<ShapeError>([] { Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}; }) == "shape: 9 axes (at most 8)");
  CHECK(text_of<ShapeError>([] { zeros({-1, 3}); }) == "zeros: shape [-1, 3] has a negative size (sizes must be >= 0)");
  CHECK(text_of<ShapeError>([] {
          zeros({4294967296, 4294967296});
        }) == "zeros: shape [4294967296, 4294967296] overflows (at most 2^63 - 1 bytes)");
  CHECK(text_of<IndexError>([] { zeros({2, 3}).dim(2); }) == "dim: axis 2 of [2, 3] (valid: [-2, 1])");
  CHECK(text_of<IndexError>([] { sum(zeros({2, 3}), 2); }) == "sum: axis 2 of [2, 3] (valid: [-2, 1])");
  CHECK(text_of<ArgumentError>([] { sum(zeros({2, 3}), {1, -1}); }) == "sum: axis 1 given twice (each axis once)");
  CHECK(text_of<IndexError>([] { sum(zeros({}), 0); }) == "sum: axis 0 of a scalar (it has no axes)");
}

TEST_CASE("shape 22: broadcasting") {
  CHECK(broadcast_shapes("op", {1}, {5, 4}) == Shape{5, 4});
  CHECK(broadcast_shapes("op", {4, 1}, {1, 4}) == Shape{4, 4});
  CHECK(broadcast_shapes("op", {}, {3}) == Shape{3});
  CHECK(broadcast_shapes("op", {5, 1, 10}, {5, 10, 10}) == Shape{5, 10, 10});
  CHECK(broadcast_shapes("op", {0, 1, 3}, {0, 10, 3}) == Shape{0, 10, 3});
  CHECK(text_of<ShapeError>([] {
          broadcast_shapes("op", {2, 3}, {2, 4});
        }) == "op: [2, 3] and [2, 4] do not broadcast, dim 1: 3 vs 4 (sizes must be equal or 1)");
  CHECK(broadcasts_to({3, 1}, {2, 3, 4}));
  CHECK_FALSE(broadcasts_to({2, 3, 4}, {3, 4}));
  CHECK_FALSE(broadcasts_to({2}, {3}));
}
