// SPDX-License-Identifier: MIT
#include "invariants.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace yhat::test {
namespace {

bool same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || a == b; }
bool near(double a, double b, double tolerance) {
  return same(a, b) || std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

template <class Near>
bool equal(const Numbers& a, const Numbers& b, Near close) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), close);
}

void check_ids(const Trace& trace) {
  const auto tensors = static_cast<int>(trace.tensors.size());
  for (const TraceOp& op : trace.ops) {
    CHECK((op.output >= 0 && op.output < tensors));
    for (int t : op.inputs) CHECK((t >= -1 && t < tensors));
  }
  for (const TraceEvent& e : trace.events) {
    REQUIRE((e.tensor >= 0 && e.tensor < tensors));
    const auto n = static_cast<std::size_t>(trace.tensors[static_cast<std::size_t>(e.tensor)].shape.numel());
    const bool carries_value =
        e.kind == EventKind::value || e.kind == EventKind::forward || e.kind == EventKind::update;
    if (carries_value) CHECK(e.data.size() == n);
    if (e.kind == EventKind::backward) {
      const TraceOp& op = trace.ops.at(static_cast<std::size_t>(e.op));
      CHECK(op.inputs.at(static_cast<std::size_t>(e.input)) == e.tensor);
      CHECK((e.contribution.size() == n && e.after.size() == n));
      CHECK(static_cast<std::int64_t>(e.upstream.size()) ==
            trace.tensors[static_cast<std::size_t>(op.output)].shape.numel());
    }
  }
}

void check_sums(const Trace& trace, const TraceEvent& e) {
  const bool f32 = trace.dtype == "f32";
  for (std::size_t i = 0; i < e.after.size(); ++i) {
    double expected = e.contribution[i];
    if (e.before) {
      const double b = (*e.before)[i];
      expected = f32 ? static_cast<double>(static_cast<float>(b) + static_cast<float>(expected)) : b + expected;
    }
    CHECK(same(e.after[i], expected));
  }
}

// upstream times the local derivative is the contribution.
void check_local(const Trace& trace, const TraceEvent& e) {
  using Kind = LocalDerivative::Kind;
  const LocalDerivative& local = e.local;
  const double tolerance = trace.dtype == "f32" ? 1e-6 : 1e-12;
  const auto close = [&](double a, double b) { return near(a, b, tolerance); };
  if (!local.closed.empty() && !trace.expects_red) CHECK(equal(local.data, local.closed, close));
  if (local.kind == Kind::rule) return;
  Numbers product(e.contribution.size(), 0.0);
  if (local.kind == Kind::jacobian) {
    for (std::size_t c = 0; c < product.size(); ++c) {
      for (std::size_t r = 0; r < e.upstream.size(); ++r)
        product[c] += e.upstream[r] * local.data[r * product.size() + c];
    }
  } else {
    for (std::size_t i = 0; i < product.size(); ++i) product[i] = e.upstream[i] * local.data[i];
  }
  const bool finite = std::all_of(e.upstream.begin(), e.upstream.end(), [](double v) { return std::isfinite(v); });
  if (finite) CHECK(equal(product, e.contribution, close));
}

void check_softmax(const Trace& trace, const TraceEvent& e) {
  if (trace.ops[static_cast<std::size_t>(e.op)].name != "softmax" || e.local.kind != LocalDerivative::Kind::jacobian ||
      trace.expects_red)
    return;
  const auto n = static_cast<std::size_t>(e.local.rows);
  const double tolerance = trace.dtype == "f32" ? 1e-6 : 1e-15;
  for (std::size_t r = 0; r < n; ++r) {
    double row = 0;
    double column = 0;
    for (std::size_t c = 0; c < n; ++c) {
      row += e.local.data[r * n + c];
      column += e.local.data[c * n + r];
      CHECK(std::abs(e.local.data[r * n + c] - e.local.data[c * n + r]) <= tolerance);
    }
    CHECK(std::abs(row) <= tolerance);
    CHECK(std::abs(column) <= tolerance);
  }
}

void check_order(const Trace& trace) {
  std::set<int> made;
  std::map<std::pair<int, int>, int> parts;  // pass and tensor -> contributions so far
  std::set<std::pair<int, int>> passed;
  for (const TraceEvent& e : trace.events) {
    if (e.kind == EventKind::value) made.insert(e.tensor);
    if (e.kind == EventKind::forward) {
      for (int t : trace.ops[static_cast<std::size_t>(e.op)].inputs) CHECK((t < 0 || made.count(t)));
      made.insert(e.tensor);
    }
    if (e.kind != EventKind::backward) continue;
    CHECK(e.part == ++parts[{e.pass, e.tensor}]);
    CHECK(e.part <= e.parts);
    CHECK(!passed.count({e.pass, e.tensor}));  // nothing arrives after a node has been passed
    const int output = trace.ops[static_cast<std::size_t>(e.op)].output;
    passed.insert({e.pass, output});
    CHECK(e.repeatable);
  }
  for (const TraceEvent& e : trace.events) {
    if (e.kind == EventKind::backward) CHECK(e.parts == parts[{e.pass, e.tensor}]);
  }
}

}  // namespace

void check_invariants(const Trace& trace) {
  check_ids(trace);
  check_order(trace);
  for (const TraceEvent& e : trace.events) {
    CAPTURE(e.tensor);
    if (e.kind == EventKind::backward || e.kind == EventKind::stored) check_sums(trace, e);
    if (e.kind != EventKind::backward) continue;
    check_local(trace, e);
    check_softmax(trace, e);
    // The last micro-step ends where the event ends.
    if (!e.micro.empty()) {
      const Numbers& end = e.micro.back().grids.at(0).data;
      CHECK(equal(end, e.contribution,
                  [&](double a, double b) { return near(a, b, trace.dtype == "f32" ? 1e-6 : 1e-12); }));
    }
  }
  for (const TraceEvent& e : trace.events) {
    if (e.kind != EventKind::forward || e.micro.empty()) continue;
    const Numbers& end = e.micro.back().grids.at(0).data;
    CHECK(equal(end, e.data, [&](double a, double b) { return near(a, b, trace.dtype == "f32" ? 1e-6 : 1e-12); }));
  }
  if (!trace.expects_red) CHECK(trace.first_red() == 0);
}

}  // namespace yhat::test

TEST_CASE("step-through: the invariants hold for every example and variant") {
  for (const yhat::step::Example& example : yhat::step::examples()) {
    if (!yhat::test::available(example)) continue;
    std::vector<std::string> variants(example.variants.begin(), example.variants.end());
    variants.emplace_back();
    for (const std::string& variant : variants) {
      CAPTURE(example.name);
      CAPTURE(variant);
      yhat::step::Request request;
      request.name = example.name;
      request.variant = variant;
      const yhat::Trace trace = yhat::step::run_example(request);
      yhat::test::check_invariants(trace);
      CHECK(trace.expects_red == (std::string(example.name) == "bug" || std::string(example.name) == "gap120"));
      if (std::string(example.name) == "lenet" || std::string(example.name) == "gap120") continue;
      request.dtype = yhat::Dtype::f32;
      yhat::test::check_invariants(yhat::step::run_example(request));
    }
  }
}
