// SPDX-License-Identifier: MIT
// Checks of lab 1: flat_index and broadcast_shapes.
#include <fmt/format.h>
#include <indexing.h>
#include <yhat/labs/expect.h>

#include <cstdint>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

using Sizes = std::vector<std::int64_t>;

Shape random_shape(std::int64_t rank, Rng& rng) {
  Sizes sizes;
  for (std::int64_t i = 0; i < rank; ++i) sizes.push_back(1 + rng.below(4));
  return Shape(sizes);
}

// The next index in row-major order.
void advance(Sizes& index, const Shape& shape) {
  for (std::size_t axis = index.size(); axis-- > 0;) {
    if (++index[axis] < shape[axis]) return;
    index[axis] = 0;
  }
}

std::int64_t column_major(const Sizes& index, const Shape& shape) {
  std::int64_t flat = 0;
  for (std::size_t axis = index.size(); axis-- > 0;) flat = flat * shape[axis] + index[axis];
  return flat;
}

std::string list(const Sizes& index) { return fmt::format("{}", Shape(index)); }

}  // namespace

TEST_CASE("1.1 flat index") {
  Rng rng = seeded(11);
  for (int round = 0; round < 200; ++round) {
    const Shape shape = random_shape(round % 6, rng);
    Sizes index(shape.size(), 0);
    for (std::int64_t place = 0; place < shape.numel(); ++place, advance(index, shape)) {
      const std::int64_t got = flat_index(shape, index);
      if (got == place) continue;
      show("shape", shape);
      show("index", list(index));
      if (got == column_major(index, shape)) note("index.column_major");
      REQUIRE(same(static_cast<double>(got), static_cast<double>(place), 0, 0));
    }
  }
  CHECK(flat_index({}, Sizes{}) == 0);
  CHECK(flat_index({2, 3, 4}, Sizes{1, 2, 3}) == 23);
}

TEST_CASE("1.2 negative indices and bounds") {
  const auto error = [](const Shape& shape, const Sizes& index) {
    show("shape", shape);
    show("index", list(index));
    return error_of<IndexError>([&] { flat_index(shape, index); });
  };
  show("shape", Shape{5});
  show("index", "[-1]");
  if (error({5}, {-1}).empty()) {
    CHECK(flat_index({5}, Sizes{-1}) == 4);
    CHECK(flat_index({5}, Sizes{-5}) == 0);
  } else {
    note("index.negative");
    FAIL_CHECK("index -1 was refused");
  }
  struct Wrong {
    Shape shape;
    Sizes index;
    std::vector<std::string> named;
  };
  for (const Wrong& w : {Wrong{{3}, {3}, {"3", "0"}}, Wrong{{2, 7}, {0, 9}, {"9", "1", "7"}},
                         Wrong{{2, 7}, {-3, 0}, {"-3", "0", "2"}}, Wrong{{4, 0}, {0, 0}, {"0", "1"}}}) {
    const std::string text = error(w.shape, w.index);
    if (text.empty()) note("index.bounds");
    REQUIRE_MESSAGE(!text.empty(), "no IndexError");
    for (const std::string& part : w.named) {
      CHECK_MESSAGE(contains(text, part), "the error names index, dim and size; it says: " << text);
    }
  }
}

TEST_CASE("1.3 broadcast shapes") {
  struct Case {
    Shape a, b, result;
  };
  const std::vector<Case> cases = {
      {{3}, {3}, {3}},
      {{3, 1}, {4}, {3, 4}},
      {{2, 3}, {3}, {2, 3}},
      {{2, 3}, {2, 1}, {2, 3}},
      {{5, 1, 4}, {3, 1}, {5, 3, 4}},
      {{}, {2, 3}, {2, 3}},
      {{}, {}, {}},
      {{1}, {}, {1}},
      {{1}, {7}, {7}},
      {{0}, {1}, {0}},
      {{2, 1}, {1, 0}, {2, 0}},
      {{0, 3}, {3}, {0, 3}},
      {{4, 1, 1, 2}, {3, 1, 1}, {4, 3, 1, 2}},
      {{2, 3, 4, 5}, {5}, {2, 3, 4, 5}},
      {{6, 1}, {1, 6}, {6, 6}},
  };
  for (const Case& c : cases) {
    for (bool swapped : {false, true}) {
      const Shape &a = swapped ? c.b : c.a, &b = swapped ? c.a : c.b;
      show("a", a);
      show("b", b);
      const bool rank_differs = a.size() != b.size();
      Shape got;
      const std::string refused = error_of<ShapeError>([&] { got = broadcast_shapes("check", a, b); });
      const bool good = refused.empty() && got == c.result;
      if (!good && (a == Shape{0} || b == Shape{0})) note("shapes.zero");
      if (!good && rank_differs && a.size() > 0 && b.size() > 0) note("shapes.front");
      REQUIRE_MESSAGE(refused.empty(), "expected " << fmt::format("{}", c.result) << ", yours throws: " << refused);
      REQUIRE_MESSAGE(got == c.result, fmt::format("yours {}, expected {}", got, c.result));
    }
  }
  for (const Case& c : std::vector<Case>{
           {{2}, {3}, {}}, {{2, 3}, {2}, {}}, {{2, 3}, {3, 2}, {}}, {{0}, {2}, {}}, {{4, 2}, {4, 3}, {}}}) {
    show("a", c.a);
    show("b", c.b);
    const std::string text = error_of<ShapeError>([&] { broadcast_shapes("check", c.a, c.b); });
    if (text.empty()) note(c.a == Shape{2, 3} && c.b == Shape{2} ? "shapes.front" : "shapes.error");
    REQUIRE_MESSAGE(!text.empty(), "no ShapeError");
  }
}
