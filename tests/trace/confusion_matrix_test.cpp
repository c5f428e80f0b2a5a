// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace yhat;

TEST_CASE("precision and recall of three classes, worked by hand") {
  ConfusionMatrix m({"cat", "dog", "emu"});
  m.add({0, 0, 0, 0, 1, 1}, {0, 0, 0, 1, 1, 0});  // cats: 3 right, 1 as a dog; dogs: 1 right, 1 as a cat
  CHECK(m.total() == 6);
  CHECK(m.right() == 4);
  CHECK(m.count(0, 1) == 1);
  CHECK(m.count(1, 0) == 1);
  CHECK(m.of_class(0) == 4);
  CHECK(m.taken_for(0) == 4);
  CHECK(m.accuracy() == doctest::Approx(4.0 / 6));
  CHECK(m.precision(0) == 0.75);
  CHECK(m.recall(0) == 0.75);
  CHECK(m.precision(1) == 0.5);
  CHECK(m.recall(1) == 0.5);
  CHECK(std::isnan(m.precision(2)));
  CHECK(std::isnan(m.recall(2)));
  CHECK(m.class_table() ==
        "class       n  precision   recall\n"
        "cat         4     75.0 %   75.0 %\n"
        "dog         2     50.0 %   50.0 %\n"
        "emu         0          -        -\n"
        "all         6          -        -\n");
  CHECK(m.matrix() ==
        "true class cat dog emu\n"
        "cat          3   1   .\n"
        "dog          1   1   .\n"
        "emu          .   .   .\n");
  CHECK(m.matrix(16) ==
        "   true 0 1 2\n"
        " 0 cat  3 1 .\n"
        " 1 dog  1 1 .\n"
        " 2 emu  . . .\n");
  CHECK(m.matrix(12) ==
        "   true 0 1\n"
        " 0 cat  3 1\n"
        " 1 dog  1 1\n"
        " 2 emu  . .\n"
        "\n"
        "   true 2\n"
        " 0 cat  .\n"
        " 1 dog  .\n"
        " 2 emu  .\n");
}

TEST_CASE("a confusion matrix refuses classes it does not have, and counts nothing then") {
  ConfusionMatrix m({"a", "b"});
  CHECK_THROWS_WITH_AS(m.add({0, 2}, {0, 0}), "ConfusionMatrix: label 2 (0 to 1)", IndexError);
  CHECK_THROWS_WITH_AS(m.add({0, 1}, {0, -1}), "ConfusionMatrix: prediction -1 (0 to 1)", IndexError);
  CHECK_THROWS_WITH_AS(m.add({0}, {0, 1}), "ConfusionMatrix: 1 labels, 2 predictions", ShapeError);
  CHECK_THROWS_AS(ConfusionMatrix({}), ArgumentError);
  CHECK(m.total() == 0);
  CHECK(std::isnan(m.accuracy()));
}

TEST_CASE("names beyond ASCII are padded and cut by characters") {
  ConfusionMatrix m({"\xC3\xA9\xC3\xA9", "x"});
  m.add(0, 1);
  CHECK(m.class_table().rfind("class       n", 0) == 0);
  CHECK(m.class_table().find("\n\xC3\xA9\xC3\xA9          1") != std::string::npos);
}

TEST_CASE("the most confident mistakes come first, the earlier of ties before the later") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor p =
      tensor({{0.9, 0.1, 0.0}, {0.2, 0.8, 0.0}, {0.5, 0.5, 0.0}, {0.1, 0.1, 0.8}, {nan, 0.1, 0.1}, {0.0, 0.7, 0.3}},
             Dtype::f64);
  const std::vector<std::int64_t> labels = {0, 0, 1, 1, 2, 1};
  const auto mistakes = most_confident_mistakes(p, labels, 10);
  REQUIRE(mistakes.size() == 4);
  CHECK(mistakes[0].index == 1);
  CHECK(mistakes[0].label == 0);
  CHECK(mistakes[0].predicted == 1);
  CHECK(mistakes[0].p == 0.8);
  CHECK(mistakes[1].index == 3);
  CHECK(mistakes[2].index == 2);  // a tie between two classes is given to the first
  CHECK(mistakes[3].index == 4);  // NaN is never confident
  CHECK(most_confident_mistakes(p, labels, 2).size() == 2);
  CHECK(most_confident_mistakes(p, labels, 0).empty());
  CHECK_THROWS_AS(most_confident_mistakes(p, {0, 1}, 2), ShapeError);
  CHECK_THROWS_AS(most_confident_mistakes(p, {0, 0, 1, 1, 3, 1}, 2), IndexError);
}
