// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/files/support.h"

using namespace yhat;

namespace {}  // namespace

TEST_CASE("metrics are on disk after each row and read back exactly") {
  const std::string path = "metrics_csv_test.csv";
  std::ofstream(path) << "older\n";
  {
    MetricsCsv csv(path);
    CHECK(yhat::test::read_text(path) == "older\n");  // kept until there is something to put in its place
    csv.row({.epoch = 1, .step = 63, .split = "train", .loss = 0.1, .accuracy = 1.0 / 3, .lr = 1e-5, .seconds = 2.5});
    CHECK(yhat::test::read_text(path) ==
          "epoch,step,split,loss,accuracy,lr,seconds\n1,63,train,0.1,0.3333333333333333,1e-05,2.5\n");
    csv.row({.epoch = 2, .step = 126, .split = "a,\"b\"", .loss = 7, .accuracy = 0, .lr = 1e6});
  }
  CHECK(yhat::test::read_text(path) ==
        "epoch,step,split,loss,accuracy,lr,seconds\n1,63,train,0.1,0.3333333333333333,1e-05,2.5\n"
        "2,126,\"a,\"\"b\"\"\",7,0,1000000,\n");
  std::filesystem::remove(path);
}

TEST_CASE("metrics that cannot be written are an IoError with the path") {
  CHECK_THROWS_WITH_AS(MetricsCsv("no/such/folder/m.csv"),
                       "MetricsCsv: no/such/folder/m.csv: cannot be written: No such file or directory", IoError);
}
