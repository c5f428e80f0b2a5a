// SPDX-License-Identifier: MIT
#include "slide_audit/claims.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/tables.h"
#include "vgg/figures.h"

using namespace yhat;
using demo::Claim;
using demo::Verdict;

namespace {

const std::vector<Claim>& all_claims() {
  static const std::vector<Claim> claims = demo::claims();
  return claims;
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("lecture 19, slide_audit: 37 claims, and the verdict on each") {
  const std::map<int, Verdict> others = {
      {5, Verdict::qualified}, {6, Verdict::qualified},  {7, Verdict::restored},   {8, Verdict::qualified},
      {9, Verdict::restored},  {10, Verdict::qualified}, {12, Verdict::qualified}, {17, Verdict::restored},
      {21, Verdict::wrong},    {24, Verdict::wrong},     {26, Verdict::wrong},     {27, Verdict::wrong},
      {28, Verdict::wrong},    {30, Verdict::wrong},     {31, Verdict::qualified}, {32, Verdict::qualified}};
  REQUIRE(all_claims().size() == 37);
  for (std::size_t i = 0; i < 37; ++i) {
    const Claim& c = all_claims()[i];
    CAPTURE(c.number);
    CAPTURE(c.computed);
    CHECK(c.number == static_cast<int>(i) + 1);
    CHECK(!c.stated.empty());
    CHECK((!c.computed.empty() || !c.why.empty()));
    const auto other = others.find(c.number);
    CHECK(std::string(demo::name_of(c.verdict)) ==
          demo::name_of(other == others.end() ? Verdict::right : other->second));
  }
}

TEST_CASE("lecture 19, slide_audit: the figures behind what is wrong on the slide") {
  const auto computed = [](int number, const char* figure) {
    CAPTURE(number);
    CHECK(says(all_claims()[static_cast<std::size_t>(number - 1)].computed, figure));
  };
  computed(17, "34,848");
  computed(17, "34,944");
  computed(18, "307,200");
  computed(19, "884,736");
  computed(20, "663,552 + 384");
  computed(20, "442,368 + 256");
  computed(21, "37,748,736");
  computed(22, "16,777,216");
  computed(22, "4,096,000");
  computed(23, "60,965,224");
  computed(23, "60,954,656");
  computed(24, "290,400");
  computed(25, "186,624 64,896 64,896 43,264 4,096 4,096 1,000");
  computed(26, "659,272");
  computed(26, "622,312");
  computed(27, "227 -> 55 conv1 (stride 4), 55 -> 27 pool1, 27 -> 13 pool2, 13 -> 6 pool5");
  computed(28, "34,944 307,456 885,120 663,936 442,624");
  computed(28, "290,400 186,624 64,896 64,896 43,264");
  computed(29, "48+48 128+128 192+192 192+192 128+128 2048+2048 2048+2048");
  computed(30, "58,631,144 (96.17 %)");
  computed(35, "81.48 %");
  computed(36, "x 20.56");
  computed(36, "x 10.78");
  computed(36, "x 2.27");
  computed(36, "x 21.36");
  const std::vector<Claim> sources = demo::claims_of_sources();
  REQUIRE(sources.size() == 3);
  for (const Claim& c : sources) CHECK(c.verdict == Verdict::wrong);
  CHECK(sources[0].computed == "conv3 1.45 %, conv4 1.09 %.");
  CHECK(says(sources[1].computed, "= 2178 crops"));
  CHECK(says(sources[2].computed, "15,237,608 values, 58.13 MiB"));
}

TEST_CASE("lecture 19, slide_audit: the figures behind losses and softmax") {
  const auto computed = [](int number, const char* figure) {
    CAPTURE(number);
    CAPTURE(all_claims()[static_cast<std::size_t>(number - 1)].computed);
    CHECK(says(all_claims()[static_cast<std::size_t>(number - 1)].computed, figure));
  };
  computed(4, "99.9 % and 99.5 %");
  computed(5, "1.845791353 = 1.62");
  computed(5, "0.017345 with squared error, 0.982014 with cross-entropy");
  computed(6, "1.75 = H(y) 1.5 + KL 0.25 bits");
  computed(7, "4.018150");
  computed(8, "but 2 p - y");
  computed(9, "55.598150 x 0.017662706 = 0.982013790 = a - y");
  computed(10, "56.6 times more");
  computed(11, "(0.090031, 0.244728, 0.665241)");
  computed(12, "745.13");
  computed(31, "alexnet_2012 91.91 / 3.83 %");
  computed(32, "4.7e+17 FLOP");
  computed(37, "D 138,357,544");
}

TEST_CASE("lecture 24, slide_audit: 90 to 95 % of the work and 5 % of the parameters in convolutions: AlexNet only") {
  const auto shares_of = [](const std::string& network) {
    for (const demo::Shares& s : demo::convolution_shares()) {
      if (s.network == network) return s;
    }
    return demo::Shares{};
  };
  const auto check = [&](const char* network, double work, double parameters, bool as_stated) {
    CAPTURE(network);
    const demo::Shares s = shares_of(network);
    CHECK(std::abs(s.work - work) <= 0.005);
    CHECK(std::abs(s.parameters - parameters) <= 0.005);
    CHECK(s.as_stated() == as_stated);
  };
  check("alexnet_2012", 91.91, 3.83, true);
  check("vgg16_D", 99.20, 10.64, false);
  check("lenet5_modern", 85.85, 4.17, false);
  CHECK(demo::convolution_shares().size() == 11);
}

TEST_CASE("verdicts follow from what holds") {
  CHECK(demo::judged(true) == Verdict::right);
  CHECK(demo::judged(false) == Verdict::wrong);
  CHECK(demo::judged(true, false) == Verdict::qualified);
  CHECK(demo::judged(false, true) == Verdict::wrong);
  CHECK(demo::judged_formula(false, true) == Verdict::restored);
  CHECK(demo::judged_formula(true, true) == Verdict::right);
  CHECK(demo::judged_formula(false, false) == Verdict::wrong);
}
