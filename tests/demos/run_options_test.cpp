// SPDX-License-Identifier: MIT
#include "support/run_options.h"

#include <doctest/doctest.h>
#include <yhat/build_info.h>
#include <yhat/parallel.h>

#include <string>

TEST_CASE("the banner says how many threads there are, and where a build has none") {
  const int before = yhat::num_threads();
  yhat::set_num_threads(2);
  CHECK(yhat::build_info().threads == (yhat::num_threads() == 2));
  const demo::CommandLine line("lenet", "trains");
  const auto first_fact = [&](bool no_timing) {
    return demo::banner({.no_timing = no_timing}, line, {}).front().second;
  };
  const std::string threads =
      yhat::num_threads() == 2 ? " kernels, 2 threads" : " kernels, 1 thread (built without threads)";
  CHECK(first_fact(false).ends_with(threads));
  CHECK(first_fact(true).ends_with(" kernels"));
  yhat::set_num_threads(before);
}
