// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/error.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "invariants.h"
#include "step/example.h"

using namespace yhat;

// The numbers of the examples, from the closed formulas and by hand.
namespace {

Trace run(const char* name, const char* variant = "", const std::vector<std::vector<double>>& logits = {},
          const std::vector<std::int64_t>& labels = {}) {
  step::Request request;
  request.name = name;
  request.variant = variant;
  request.logits = logits;
  request.labels = labels;
  return step::run_example(request);
}

Numbers gradient(const Trace& trace, const std::string& tensor, int pass = 0) {
  Numbers last;
  for (const TraceEvent& e : trace.events) {
    const bool mine = trace.tensors[static_cast<std::size_t>(e.tensor)].name == tensor && e.pass == pass;
    if (mine && e.kind == EventKind::backward) last = e.after;
  }
  return last;
}

const Numbers& value(Trace& trace, const std::string& tensor, int pass = 0) {
  return step::forward_event(trace, tensor, pass).data;
}

void near(const Numbers& a, const Numbers& b, double relative) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= relative * std::abs(b[i]));
}

std::string refusal(const step::Request& request) {
  try {
    step::run_example(request);
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "accepted";
}

constexpr double four_digits = 6e-4;

}  // namespace

TEST_CASE("examples: neuron, its saturated and its dead version") {
  Trace plain = run("neuron");
  near(value(plain, "a"), {0.8176}, four_digits);
  near(gradient(plain, "w"), {0.1219}, four_digits);
  CHECK(gradient(plain, "w") == gradient(plain, "b"));
  Trace saturated = run("neuron", "saturated");
  near(value(saturated, "a"), {0.9820}, four_digits);
  near(step::backward_event(saturated, "a", "z").local.data, {0.01766}, four_digits);
  near(gradient(saturated, "w"), {0.01735}, four_digits);
  near({value(saturated, "e")[0] / gradient(saturated, "z")[0]}, {56.62}, four_digits);
  const Trace dead = run("neuron", "relu");
  CHECK(gradient(dead, "w") == Numbers{0});
  Trace copy = dead;
  CHECK(step::backward_event(copy, "a", "z").reason == "relu: input was negative");
}

TEST_CASE("examples: zero_grad, without and with it") {
  Trace trace = run("zero_grad");
  CHECK(gradient(trace, "w", 0) == Numbers{-8});
  near(gradient(trace, "w", 1), {-12.8}, 1e-12);
  CHECK(gradient(trace, "w", 2) == Numbers{-8});
  near(gradient(trace, "w", 3), {-4.8}, 1e-12);
  Numbers ends;
  for (const TraceEvent& e : trace.events) {
    if (e.kind == EventKind::update && e.rule == "sgd") ends.push_back(e.data[0]);
  }
  near(ends, {1.8, 3.08, 1.8, 2.28}, 1e-12);
}

TEST_CASE("examples: softmax under cross-entropy gives p - y, in separate ops and fused") {
  struct {
    std::vector<double> z;
    std::int64_t label;
    Numbers expected, squared;
    double ratio;
  } const rows[] = {
      {{2, 1, 0.1}, 0, {-0.340999, 0.242433, 0.0985659}, {-0.1218, 0.09665, 0.02511}, 2.73},
      {{2, 1, 0.1}, 2, {0.659001, 0.242433, -0.901434}, {0.1679, -0.03922, -0.1287}, 5.31},
      {{8, 0, -2}, 2, {0.999619, 0.000335335, -0.999955}, {4.257e-4, -3.350e-4, -9.073e-5}, 2574},
      {{0, 0, 0}, 0, {-2.0 / 3, 1.0 / 3, 1.0 / 3}, {-2.0 / 9, 1.0 / 9, 1.0 / 9}, 3},
  };
  const auto length = [](const Numbers& v) {
    double sum = 0;
    for (double e : v) sum += e * e;
    return std::sqrt(sum);
  };
  for (const auto& row : rows) {
    CAPTURE(row.z[0]);
    const Trace cross = run("softmax", "", {row.z}, {row.label});
    near(gradient(cross, "z", 0), row.expected, 1e-5);
    near(gradient(cross, "z", 1), gradient(cross, "z", 0), 1e-12);
    Trace copy = cross;
    CHECK(step::backward_event(copy, "p", "z").micro.size() == 7);  // the stages of the collapse
    const Trace squared = run("mse", "", {row.z}, {row.label});
    near(gradient(squared, "z", 0), row.squared, four_digits);
    near({length(gradient(squared, "p", 0)) / length(gradient(squared, "z", 0))}, {row.ratio}, 1.5e-3);
    Numbers on_logits = row.z;
    on_logits[static_cast<std::size_t>(row.label)] -= 1;
    near(gradient(squared, "z", 1), on_logits, 1e-12);
    CHECK(cross.first_red() == 0);
    CHECK(squared.first_red() == 0);
  }
  Trace standard = run("softmax");
  near(value(standard, "p"), {0.6590, 0.2424, 0.09857}, four_digits);
  const Numbers& j = step::backward_event(standard, "p", "z").local.data;
  near({j[6], j[7], j[8]}, {-0.06496, -0.02390, 0.08885}, four_digits);
  near({gradient(standard, "p")[2]}, {-10.15}, four_digits);
}

TEST_CASE("examples: a batch divides by the number of its samples") {
  const Trace one = run("softmax", "", {{2, 1, 0.1}}, {2});
  const Trace two = run("softmax", "", {{2, 1, 0.1}, {0, 3, -1}}, {2, 1});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(gradient(two, "z")[i] == doctest::Approx(gradient(one, "z")[i] / 2));
    CHECK(gradient(two, "z", 1)[i] == doctest::Approx(gradient(two, "z")[i]));
  }
  CHECK(two.first_red() == 0);
}

TEST_CASE("examples: convolution, exactly") {
  Trace plain = run("conv");
  CHECK(value(plain, "y") == Numbers{411, 456, 501, 636, 681, 726});
  CHECK(gradient(plain, "w") == Numbers{121, 142, 163, 226, 247, 268, 331, 352, 373});
  CHECK(gradient(plain, "x") == Numbers{1, 4, 10, 12, 9, 8, 26, 56, 54, 36, 23, 62, 119, 102, 63, 28, 67, 118, 93, 54});
  const std::vector<MicroStep>& windows = step::backward_event(plain, "y", "x").micro;
  REQUIRE(windows.size() == 7);  // six windows, and the kernel turned
  CHECK(windows[5].grids[0].data == gradient(plain, "x"));
  CHECK(windows[6].grids[0].data == gradient(plain, "x"));
  CHECK(windows[6].say.find("the first row would be 9, 26, 50, 38, 21") != std::string::npos);
  CHECK(step::backward_event(plain, "y", "w").micro.size() == 6);
  Trace strided = run("conv", "strided");
  CHECK(value(strided, "y") == Numbers{128, 241, 184, 441, 681, 453});
  CHECK(gradient(strided, "w") == Numbers{89, 124, 73, 160, 221, 128, 240, 326, 188});
  CHECK(gradient(strided, "x") ==
        Numbers{5, 14, 10, 24, 15, 16, 40, 26, 60, 36, 20, 44, 25, 54, 30, 32, 71, 40, 87, 48});
}

TEST_CASE("examples: pooling with windows that overlap") {
  Trace largest = run("pool");
  CHECK(value(largest, "y") == Numbers{6, 8, 7, 6});
  Numbers expected(25, 0.0);
  expected[2 * 5 + 2] = 5;
  expected[0 * 5 + 4] = 2;
  expected[3 * 5 + 0] = 3;
  CHECK(gradient(largest, "x") == expected);
  const TraceEvent& e = step::backward_event(largest, "y", "x");
  CHECK(e.check.state == NumericCheck::State::not_smooth);
  CHECK(e.reason == "0 where the cell was not the maximum of its window");
  const Trace average = run("pool", "avg");
  CHECK(gradient(average, "x")[12] == doctest::Approx(10.0 / 9));
  CHECK(gradient(average, "x")[0] == doctest::Approx(1.0 / 9));
}

TEST_CASE("examples: a gap of 120 in float32") {
  const double inf = std::numeric_limits<double>::infinity();
  Trace trace = run("gap120");
  CHECK(trace.dtype == "f32");
  CHECK(value(trace, "p") == Numbers{1, 0, 0});
  CHECK(value(trace, "t") == Numbers{0});
  CHECK(value(trace, "l") == Numbers{-inf});
  CHECK(step::forward_event(trace, "l").reason == "log: the first value that is not finite");
  CHECK(value(trace, "L") == Numbers{inf});
  CHECK(gradient(trace, "t") == Numbers{-inf});
  for (double v : gradient(trace, "z")) CHECK(std::isnan(v));
  CHECK(value(trace, "CE", 1) == Numbers{120});
  CHECK(gradient(trace, "z", 1) == Numbers{1, 0, -1});
  CHECK(step::backward_event(trace, "CE", "z", 1).check.state == NumericCheck::State::ok);
  CHECK(trace.expects_red);
  // The library's float32 exp is 0 beyond 87.3: no subnormal numbers.
  Trace beyond = run("gap120", "", {{88, 0, 0}}, {2});
  CHECK(value(beyond, "L") == Numbers{inf});
  CHECK(run("gap120", "", {{87, 0, 0}}, {2}).first_red() == 0);
  CHECK_FALSE(run("gap120", "", {{80, 0, 0}}, {2}).expects_red);
}

TEST_CASE("examples: both bugs, and what is right about them") {
  const Trace a = run("bug", "A");
  near({gradient(a, "z")[2]}, {-0.9014}, four_digits);
  CHECK(gradient(a, "z")[0] == 0);
  CHECK(gradient(a, "z")[1] == 0);
  Trace b = run("bug", "B");
  near(gradient(b, "z"), {0.659001, 0.242433, -0.901434}, 1e-5);
  for (const Trace* trace : std::initializer_list<const Trace*>{&a, &b}) {
    REQUIRE(trace->first_red() > 0);
    const TraceEvent& e = trace->events[static_cast<std::size_t>(trace->first_red() - 1)];
    CHECK(trace->ops[static_cast<std::size_t>(e.op)].name == "softmax");
    CHECK(e.local.differs());
    // The values come from the library's softmax, which must not be seen at work.
    CHECK(std::count_if(trace->ops.begin(), trace->ops.end(), [](const TraceOp& op) { return op.name == "softmax"; }) ==
          1);
  }
}

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("examples: LeNet at module level") {
  Trace trace = run("lenet");
  CHECK(trace.ops.size() == 13);  // twelve modules and the loss
  CHECK(trace.tensors.size() == 25);
  int updates = 0;
  for (const TraceEvent& e : trace.events) {
    updates += e.kind == EventKind::update;
    if (e.kind == EventKind::backward && e.op >= 0) {
      CHECK(e.local.kind == (trace.ops[static_cast<std::size_t>(e.op)].name == "cross_entropy"
                                 ? LocalDerivative::Kind::jacobian
                                 : e.local.kind));
    }
  }
  CHECK(updates == 10);
  CHECK(value(trace, "L")[0] == doctest::Approx(2.303).epsilon(0.05));
  CHECK(gradient(trace, "image").empty());
  CHECK(gradient(trace, "conv1.weight").size() == 150);
  CHECK(trace.first_red() == 0);
}
#endif

TEST_CASE("examples: values that make no sense are refused, with what would") {
  const auto with = [](const char* name, const std::vector<std::vector<double>>& logits,
                       const std::vector<std::int64_t>& labels) {
    step::Request request;
    request.name = name;
    request.logits = logits;
    request.labels = labels;
    return refusal(request);
  };
  CHECK(with("softmax", {{1, 2, 3}}, {3}) == "yhat_step: label 3 (0 to 2: labels count from 0)");
  CHECK(with("softmax", {{1, 2, 3}}, {-1}) == "yhat_step: label -1 (0 to 2: labels count from 0)");
  CHECK(with("softmax", {{1}}, {0}) == "yhat_step: 1 logits (2 to 16)");
  CHECK(with("mse", {std::vector<double>(17, 0.0)}, {0}) == "yhat_step: 17 logits (2 to 16)");
  CHECK(with("softmax", {{1, std::numeric_limits<double>::infinity()}}, {0}) ==
        "yhat_step: logit inf (must be finite)");
  CHECK(with("softmax", {{1, 2}}, {}) == "yhat_step: 1 --logits, 0 --label (one label for each list of logits)");
  CHECK(with("softmax", {{1, 2}, {1, 2, 3}}, {0, 0}) == "yhat_step: lists of 2 and 3 logits (all of one length)");
  CHECK(with("diamond", {{1, 2}}, {0}) == "yhat_step: diamond takes no --logits (--x)");
  CHECK(with("conv", {{1, 2}}, {0}) == "yhat_step: conv takes no --logits (its numbers are fixed)");
  CHECK(with("softmax", {std::vector<double>(16, 0.0)}, {15}) == "accepted");
  CHECK(with("nothing", {}, {}) == "yhat_step: no example 'nothing'; hint: --list names them");
  step::Request request;
  request.name = "conv";
  request.variant = "dilated";
  CHECK(refusal(request) == "yhat_step: variant 'dilated' of conv (strided)");
  request = {};
  request.name = "neuron";
  request.w = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal(request) == "yhat_step: nan (must be finite)");
  request.w = 3;
  CHECK(refusal(request) == "accepted");
}
