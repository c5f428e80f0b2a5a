// SPDX-License-Identifier: MIT
#include "support/tables.h"

#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "tests/near.h"

using namespace yhat;
using near::error_of;

TEST_CASE("figures as they are quoted: rounded or truncated to their digits") {
  CHECK(demo::quotes("35 K", {34'848}));
  CHECK(demo::quotes("35 K", {34'944}));
  CHECK(demo::quotes("34 K", {34'848}));
  CHECK(!demo::quotes("36 K", {34'848}));
  CHECK(demo::quotes("884 K", {884'736}));
  CHECK(demo::quotes("885 K", {884'736}));
  CHECK(demo::quotes("0.65 M", {659'272}));
  CHECK(demo::quotes("0.66 M", {659'272}));
  CHECK(!demo::quotes("0.63 M", {659'272}));
  CHECK(demo::quotes("253,440", {253'440}));
  CHECK(!demo::quotes("253,440", {290'400}));
  CHECK(demo::quotes("87 M", {1, 87'400'000}));
  CHECK(!demo::quotes("87 M", {}));
  for (const char* text : {"", "about 3", "-1", "3 G"}) {
    CHECK(error_of<ArgumentError>([&] { demo::quotes(text, {1}); }) ==
          std::string("quotes: '") + text + "' (a number, and K or M)");
  }
}

TEST_CASE("rows of tables by name and type, shares, and bounds instead of rounding errors") {
  const Summary net = summary(lenet5_description());
  CHECK(demo::row_of(net, "conv2").info.weights == 2'400);
  CHECK(error_of<ArgumentError>([&] { demo::row_of(net, "conv9"); }) == "row_of: no layer 'conv9' in lenet5_modern");
  CHECK(demo::rows_of_type(net, "fc").size() == 3);
  CHECK(demo::rows_of_type(net, "lrn").empty());
  CHECK(demo::share(1, 8) == 12.5);
  CHECK(demo::mebibytes(1 << 20) == 4);
  CHECK(demo::sizes({96, 55, 55}) == "96x55x55");
  CHECK(demo::count(0) == "-");
  CHECK(demo::within(0, 1e-14) == "< 1e-14");
  CHECK(demo::within(2e-3, 1e-14) == "2.0e-03");
  CHECK(demo::alexnet_slide().size() == 9);
}
