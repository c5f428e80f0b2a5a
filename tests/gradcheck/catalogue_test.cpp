// SPDX-License-Identifier: MIT
// Every op's gradient on every case of the catalogue. No op has a tolerance of its own.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catalogue.h"
#include "tests/matches.h"

using namespace yhat;
using namespace yhat::test;

namespace {

struct Tally {
  std::size_t first = 0, second = 0, third = 0;
  double worst = 0;
  std::string where;
};

Tally check_group(const std::string& group, std::uint64_t seed = 1) {
  Tally tally;
  CAPTURE(seed);
  for (const Op& op : catalogue()) {
    if (op.group != group || op.highest_order == 0) continue;
    CAPTURE(op.name);
    const Samples samples = op.cases();
    std::size_t first = 0, second = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const int order = order_of(op, i, samples.size());
      Case c = draw(op, samples[i]);
      const GradcheckReport report = gradcheck(c.f, c.inputs, {.order = order, .seed = seed, .name = c.name});
      CHECK_MESSAGE(report.ok, report.message);
      if (report.worst_ratio > tally.worst) {
        tally.worst = report.worst_ratio;
        tally.where = report.message;
      }
      ++first;
      second += order >= 2;
      tally.third += order >= 3;
    }
    CHECK(first >= op.first);
    CHECK(second >= op.second);
    tally.first += first;
    tally.second += second;
  }
  return tally;
}

void run_group(const std::string& group) {
  const Tally tally = check_group(group);
  CHECK(tally.first > 0);
  CHECK(tally.worst < 0.5);
  MESSAGE(fmt::format("{}: {} cases of order 1, {} of order 2, {} of order 3, {}", group, tally.first, tally.second,
                      tally.third, tally.where));
}

const std::vector<std::string> groups = {"element by element", "two tensors", "reductions", "shapes",        "index",
                                         "products",           "convolution", "pooling",    "normalisation", "losses"};

}  // namespace

TEST_CASE("gradcheck of all ops: element by element") { run_group("element by element"); }
TEST_CASE("gradcheck of all ops: two tensors") { run_group("two tensors"); }
TEST_CASE("gradcheck of all ops: reductions") { run_group("reductions"); }
TEST_CASE("gradcheck of all ops: shapes") { run_group("shapes"); }
TEST_CASE("gradcheck of all ops: index") { run_group("index"); }
TEST_CASE("gradcheck of all ops: products") { run_group("products"); }
TEST_CASE("gradcheck of all ops: convolution") { run_group("convolution"); }
TEST_CASE("gradcheck of all ops: pooling") { run_group("pooling"); }
TEST_CASE("gradcheck of all ops: normalisation") { run_group("normalisation"); }
TEST_CASE("gradcheck of all ops: losses") { run_group("losses"); }

TEST_CASE("gradcheck raises no false alarm whatever its seed") {
  for (std::uint64_t seed = 2; seed <= 10; ++seed) {
    for (const std::string& group : groups) check_group(group, seed);
  }
}

TEST_CASE("the catalogue is large enough, and each of its groups is run") {
  std::size_t first = 0, second = 0;
  std::vector<std::size_t> sizes;
  std::set<std::string> names, third;
  for (const Op& op : catalogue()) {
    CAPTURE(op.name);
    CHECK(std::find(groups.begin(), groups.end(), op.group) != groups.end());
    CHECK(names.insert(op.name).second);
    CHECK(!op.formula.empty());
    const Samples samples = op.cases();
    CHECK(!samples.empty());
    std::set<std::string> sample_names;
    for (const Sample& sample : samples) CHECK_MESSAGE(sample_names.insert(sample.name).second, sample.name);
    if (op.highest_order == 0) continue;
    first += samples.size();
    sizes.push_back(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const int order = order_of(op, i, samples.size());
      second += order >= 2;
      if (order >= 3) third.insert(op.name);
    }
  }
  std::sort(sizes.begin(), sizes.end());
  CHECK(first >= 2700);
  CHECK(second >= 1000);
  CHECK(sizes[sizes.size() / 2] >= 40);
  for (const char* name : {"exp", "tanh", "sigmoid", "pow", "mul"}) CHECK_MESSAGE(third.count(name) == 1, name);
  MESSAGE(fmt::format("{} cases of order 1, {} of order 2, median {} per op", first, second, sizes[sizes.size() / 2]));
}

// --- Nothing is left out ---

namespace {

struct Names : Observer {
  void forward(const ForwardEvent& event) override { seen.insert(event.op); }
  std::set<std::string> seen;
};

std::set<std::string> names_seen(const Op& op) {
  Names names;
  const Samples samples = op.cases();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Case c = draw(op, samples[i]);
    const Observe watching(names);
    if (op.highest_order == 0) {
      for (const Tensor& y : c.f(c.inputs)) CHECK_MESSAGE(y.requires_grad() == (op.formula != "no gradient"), c.name);
    } else {
      (void)gradcheck(c.f, c.inputs, {.order = order_of(op, i, samples.size()), .max_elements = 1});
    }
  }
  return names.seen;
}

}  // namespace

TEST_CASE("the catalogue lists every op that is seen, and each row sees its own") {
  std::set<std::string> listed, seen;
  for (const Op& op : catalogue()) listed.insert(op.ops.begin(), op.ops.end());
  for (const Op& op : catalogue()) {
    CAPTURE(op.name);
    const std::set<std::string> here = names_seen(op);
    for (const std::string& name : op.ops) CHECK_MESSAGE(here.count(name) == 1, name);
    seen.insert(here.begin(), here.end());
  }
  for (const std::string& name : seen) CHECK_MESSAGE(listed.count(name) == 1, name);
}

TEST_CASE("the catalogue lists every op that the sources record") {
  namespace fs = std::filesystem;
  std::set<std::string> listed;
  for (const Op& op : catalogue()) listed.insert(op.ops.begin(), op.ops.end());
  std::size_t found = 0;
  for (const char* folder : {"core", "layers", "losses", "optim", "models", "data", "trace"}) {
    const fs::path root = fs::path(YHAT_TEST_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      for (const yhat::test::Match& op : yhat::test::matches(text, R"re(\brecord\(\s*"(\w+)")re")) {
        CHECK_MESSAGE(listed.count(op[1]) == 1, op[1], " in ", entry.path().string());
        ++found;
      }
    }
  }
  CHECK(found > 40);
}
