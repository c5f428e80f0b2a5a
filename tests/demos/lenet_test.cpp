// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "lenet/then_and_now.h"

TEST_CASE("lecture 17, lenet: the demo says which LeNet-5 it trains, with both networks' figures") {
  const demo::Facts facts = demo::lenet_then_and_now();
  REQUIRE(facts.size() == 2);
  CHECK(facts[0].second.find("; 61,706 parameters, 416,520 multiply-accumulates") != std::string::npos);
  CHECK(facts[1].second.find("; 60,000 parameters, 340,908 connections") != std::string::npos);
}
