// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>

#include "receptive_field/picture.h"
#include "receptive_field/stacks.h"
#include "receptive_field/support_of.h"
#include "tests/near.h"

using namespace yhat;
using near::error_of;

TEST_CASE("lecture 25, receptive_field: stacks of 3x3 see 9, 25, 49, 81 and 121 pixels, and 16 from a corner") {
  for (std::int64_t depth = 1; depth <= 5; ++depth) {
    CAPTURE(depth);
    const std::int64_t side = 2 * depth + 1;
    CHECK(demo::stack_table(3, depth, 1, 31, true).rows.back().receptive_field == Pair(side));
    for (const bool equal : {false, true}) {
      const demo::Support s = demo::middle_of_stack({.kernel = 3, .depth = depth, .equal = equal});
      CHECK(s.rows == side);
      CHECK(s.columns == side);
      CHECK(s.pixels == side * side);
    }
    CHECK(demo::middle_of_stack({.kernel = side}).pixels == side * side);
  }
  CHECK(demo::corner_of_stack({.kernel = 3, .depth = 3}).pixels == 16);
  CHECK(demo::corner_of_stack({.kernel = 7}).pixels == 16);
  const demo::UsedPart relus = demo::used_with_relu();
  CHECK(relus.field == 49);
  CHECK(relus.used < 49);
  CHECK(relus.used > 0);
  const demo::UsedPart pooled = demo::used_with_max_pool();
  CHECK(pooled.field == 16);
  CHECK(pooled.used == 9);
}

TEST_CASE("lecture 25, receptive_field: LeNet's fields of 5, 6, 14, 16 and 32, by the formula and measured") {
  const std::vector<demo::MeasuredField> fields = demo::measured_lenet();
  const std::vector<std::pair<std::string, std::int64_t>> known = {{"C1", 5},  {"S2", 6},  {"C3", 14},    {"S4", 16},
                                                                   {"C5", 32}, {"F6", 32}, {"OUTPUT", 32}};
  REQUIRE(fields.size() == known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    CAPTURE(known[i].first);
    CHECK(fields[i].layer == known[i].first);
    CHECK(fields[i].formula == known[i].second);
    CHECK(fields[i].measured == known[i].second);
    CHECK(fields[i].square);
  }
  const std::int64_t modern[] = {5, 6, 14, 16};
  const std::vector<demo::MeasuredField> today = demo::measured_fields(summary(lenet5_description()));
  for (std::size_t i = 0; i < 4; ++i) CHECK(today[i].measured == modern[i]);
}

TEST_CASE("lecture 25, receptive_field: formula and measurement agree for every map of AlexNet and VGG-16") {
  for (const ModelDescription& net : {alexnet_description(), vgg_description(VggConfig::D)}) {
    CAPTURE(net.name);
    std::size_t maps = 0;
    for (const demo::MeasuredField& f : demo::measured_fields(summary(net))) {
      CAPTURE(f.layer);
      CHECK(f.square);
      if (f.layer.rfind("fc", 0) == 0) {
        CHECK(f.measured == net.input[1]);  // the whole image; the formula counts padding too
        CHECK(f.formula > f.measured);
        continue;
      }
      CHECK(f.measured == f.formula);
      ++maps;
    }
    CHECK(maps == (net.input[1] == 227 ? 8 : 18));
  }
}

TEST_CASE("lecture 26, receptive_field: 18 against 25, 27 against 49, 81.48 % more, and where padding is not used") {
  const std::vector<demo::StackCost> costs = demo::stack_costs();
  REQUIRE(costs.size() == 3);
  const std::int64_t one[] = {25, 49, 121};
  const std::int64_t stack[] = {18, 27, 45};
  const double ratio[] = {0.72, 0.5510, 0.3719};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(costs[i].weights_one == one[i]);
    CHECK(costs[i].weights_stack == stack[i]);
    CHECK(costs[i].macs_one == one[i] * 64 * 64 * 56 * 56);
    CHECK(costs[i].macs_stack == stack[i] * 64 * 64 * 56 * 56);
    CHECK(std::abs(1 / (1 + costs[i].more() / 100) - ratio[i]) < 5e-5);
  }
  CHECK(std::round(costs[1].more() * 100) == 8148);
  const auto check = [](std::int64_t kernel, std::int64_t depth, std::int64_t n, std::int64_t big, std::int64_t small) {
    CAPTURE(n);
    const demo::ValidCost c = demo::valid_cost(kernel, depth, n);
    CHECK(c.one == big);
    CHECK(c.stack == small);
  };
  check(5, 2, 9, 625, 666);
  check(5, 2, 10, 900, 900);
  check(7, 3, 12, 1764, 1800);
  check(7, 3, 13, 2401, 2259);
  CHECK(demo::stack_wins_from(5, 2) == 11);
  CHECK(demo::stack_wins_from(7, 3) == 13);
}

TEST_CASE("lecture 27, receptive_field: a linear stack is its composed 5x5 kernel, with a ReLU it is not") {
  const demo::Composition c = demo::compare_composed();
  CHECK(c.linear < 1e-12);
  CHECK(c.with_relu > 0.1);
  const Tensor k = demo::composed(tensor({{{{1, 2, 0}, {0, 0, 0}, {0, 0, 0}}}}, Dtype::f64),
                                  tensor({{{{0, 0, 0}, {0, 0, 0}, {0, 3, 5}}}}, Dtype::f64));
  CHECK(k.shape() == Shape{1, 1, 5, 5});
  CHECK(k.at({0, 0, 2, 1}) == 3);
  CHECK(k.at({0, 0, 2, 2}) == 11);
  CHECK(k.at({0, 0, 2, 3}) == 10);
  CHECK(sum(k).item() == 24);
}

TEST_CASE("receptive fields as text and as SVG") {
  const demo::Support s = demo::middle_of_stack({.kernel = 3, .depth = 2, .equal = true});  // 1 2 3 2 1 both ways
  const std::vector<std::string> text = demo::field_text(s.gradient, 7);
  CHECK(text == std::vector<std::string>{" . . . . . . .", " . 1 2 3 2 1 .", " . 2 4 6 4 2 .", " . 3 6 9 6 3 .",
                                         " . 2 4 6 4 2 .", " . 1 2 3 2 1 .", " . . . . . . ."});
  const std::vector<demo::FieldPicture> two = {{"a < b", "25 pixels", s.gradient}, {"again", "", s.gradient}};
  const std::vector<std::string> lines = demo::field_texts(two, 7, 40);
  REQUIRE(lines.size() == 10);
  CHECK(lines[0] == " a < b           again");
  CHECK(lines[5] == " . 3 6 9 6 3 .   . 3 6 9 6 3 .");
  CHECK(demo::field_texts(two, 7, 20).size() == 20);  // one below the other
  const std::string svg = demo::field_svg(two, 7);
  CHECK(svg.rfind("<svg ", 0) == 0);
  CHECK(svg.find("a &lt; b") != std::string::npos);
  std::size_t white = 0;
  std::size_t cells = 0;
  for (std::size_t at = svg.find("stroke=\"#ccc\""); at != std::string::npos;
       at = svg.find("stroke=\"#ccc\"", at + 1)) {
    ++cells;
  }
  for (std::size_t at = svg.find("#ffffff"); at != std::string::npos; at = svg.find("#ffffff", at + 1)) ++white;
  CHECK(cells == 98);
  CHECK(white == 48);
  CHECK(error_of<IoError>([] { demo::write_file("no such folder/a.svg", ""); }).find("no such folder/a.svg") !=
        std::string::npos);
}
