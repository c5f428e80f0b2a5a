// SPDX-License-Identifier: MIT
// Checks of lab 1: sum_to. Integers, so that sums are exact.
#include <fmt/format.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <cstdint>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

// Where an element of `to` comes from, if a tensor of shape `from` is broadcast to it: f(place in to, place in from).
template <class F>
void for_each_pair(const Shape& from, const Shape& to, F f) {
  const std::size_t lead = to.size() - from.size();
  for (std::int64_t place = 0; place < to.numel(); ++place) {
    std::int64_t rest = place, source = 0, step = 1;
    for (std::size_t axis = to.size(); axis-- > 0;) {
      const std::int64_t i = rest % to[axis];
      rest /= to[axis];
      if (axis < lead) continue;
      const std::int64_t n = from[axis - lead];
      source += (n == 1 ? 0 : i) * step;
      step *= n;
    }
    f(static_cast<std::size_t>(place), static_cast<std::size_t>(source));
  }
}

struct Case {
  Shape from, to;
};

// A random shape and one that it broadcasts to.
Case random_case(Rng& rng) {
  std::vector<std::int64_t> to, from;
  const std::int64_t rank = rng.below(5);
  for (std::int64_t i = 0; i < rank; ++i) to.push_back(2 + rng.below(3));
  const std::int64_t lead = rng.below(rank + 1);
  for (std::int64_t i = lead; i < rank; ++i) from.push_back(rng.below(2) == 0 ? 1 : to[static_cast<std::size_t>(i)]);
  return {Shape(from), Shape(to)};
}

const std::vector<Case> plain_cases = {
    {{3, 1}, {3, 4}}, {{4}, {3, 4}}, {{}, {2, 3}}, {{1, 4}, {3, 4}}, {{2, 3}, {2, 3}}};

// Which mistake a result of the wrong shape shows.
void recognise_shape(const Case& c, const Shape& got) {
  if (got == c.from) return;
  if (got.size() != c.from.size()) {
    note("sum_to.rank", {std::to_string(got.size()), std::to_string(c.from.size())});
    return;
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (c.from[i] == 1 && got[i] != 1) return note("sum_to.stretched", {std::to_string(i)});
  }
}

void recognise_mean(const Case& c, const Tensor& got, const std::vector<double>& want) {
  const std::int64_t terms = c.to.numel() / c.from.numel();
  std::vector<double> means = want;
  for (double& v : means) v /= static_cast<double>(terms);
  if (terms > 1 && agrees(got, c.from, means)) note("sum_to.mean", {std::to_string(terms)});
}

}  // namespace

TEST_CASE("1.4 sum to a shape") {
  Rng rng = seeded(14);
  for (std::size_t round = 0; round < 100; ++round) {
    const Case c = round < plain_cases.size() ? plain_cases[round] : random_case(rng);
    const Tensor x = integers(c.to, rng);
    const std::vector<double> values = x.to_vector();
    std::vector<double> want(static_cast<std::size_t>(c.from.numel()));
    for_each_pair(c.from, c.to, [&](std::size_t to, std::size_t from) { want[from] += values[to]; });
    show("x", x);
    show("shape", c.from);
    const Tensor got = sum_to(x, c.from);
    recognise_shape(c, got.shape());
    if (!agrees(got, c.from, want, exact)) recognise_mean(c, got, want);
    REQUIRE(same(got, c.from, want, 0, 0));
  }
}

TEST_CASE("1.5 the adjoint of broadcasting") {
  Rng rng = seeded(15);
  for (std::size_t round = 0; round < 50; ++round) {
    const Case c = round < plain_cases.size() ? plain_cases[round] : random_case(rng);
    const Tensor x = integers(c.from, rng);
    const Tensor y = integers(c.to, rng);
    const std::vector<double> xs = x.to_vector(), ys = y.to_vector();
    double wide = 0;  // <broadcast_to(x), y>
    for_each_pair(c.from, c.to, [&](std::size_t to, std::size_t from) { wide += xs[from] * ys[to]; });
    show("x", x);
    show("y", y);
    const Tensor back = sum_to(y, c.from);
    recognise_shape(c, back.shape());
    REQUIRE_MESSAGE(back.shape() == c.from, fmt::format("sum_to(y, {}) has shape {}", c.from, back.shape()));
    const double narrow = inner(x, back);
    const double terms = static_cast<double>(c.to.numel()) / static_cast<double>(c.from.numel());
    if (narrow != wide && near(narrow * terms, wide, 1e-9, 0)) note("sum_to.mean", {text_of(terms)});
    REQUIRE_MESSAGE(narrow == wide, "<broadcast_to(x), y> = " << wide << ", <x, sum_to(y)> = " << narrow);
  }
}
