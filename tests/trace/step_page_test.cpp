// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/error.h>
#include <yhat/ops.h>
#include <yhat/recorder.h>

#include <cstdio>
#include <fstream>
#include <limits>
#include <set>

#include "invariants.h"
#include "step/example.h"
#include "step/json.h"
#include "step/layout.h"
#include "step/output.h"
#include "tests/matches.h"

using namespace yhat;
using test::occurrences;
using test::trace_of;

TEST_CASE("step-through: layouts go left to right without overlaps, inside the canvas, the same every time") {
  for (const step::Example& example : step::examples()) {
    if (!yhat::test::available(example)) continue;
    CAPTURE(example.name);
    const Trace trace = trace_of(example.name);
    const trace::Layout layout = trace::lay_out(trace);
    REQUIRE(layout.boxes.size() == trace.tensors.size());
    const auto box = [&](int t) { return layout.boxes[static_cast<std::size_t>(t)]; };
    for (const trace::Wire& w : layout.wires) {
      CHECK(box(w.from).x + box(w.from).w < box(w.to).x);
      CHECK(w.pts.front().first == box(w.from).x + box(w.from).w);
      CHECK(w.pts.back().first == box(w.to).x);
      for (std::size_t i = 1; i < w.pts.size(); ++i) CHECK(w.pts[i - 1].first < w.pts[i].first);
    }
    for (const trace::Box& a : layout.boxes) {
      CHECK((a.x >= 0 && a.y >= 0 && a.x + a.w <= layout.w && a.y + a.h <= layout.h));
      for (const trace::Box& b : layout.boxes) {
        if (a.tensor >= b.tensor) continue;
        const bool apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        CHECK(apart);
      }
    }
    CHECK(trace::to_svg(trace::trace_json(trace)) == trace::to_svg(trace::trace_json(trace_of(example.name))));
  }
  CHECK(trace::crossings(trace::lay_out(trace_of("neuron"))) == 0);
  CHECK(trace::crossings(trace::lay_out(trace_of("diamond"))) == 0);
  CHECK(trace::crossings(trace::lay_out(trace_of("softmax"))) <= 1);
  CHECK(trace::crossings(trace::lay_out(trace_of("mse"))) <= 3);  // three graphs that share both leaves
  if (yhat::test::available(step::examples()[7])) CHECK(trace::crossings(trace::lay_out(trace_of("lenet"))) == 0);
}

TEST_CASE("step-through: the parameters of LeNet enter from above") {
  for (const step::Example& example : step::examples()) {
    if (std::string(example.name) != "lenet" || !yhat::test::available(example)) continue;
    const Trace trace = trace_of("lenet");
    const trace::Layout layout = trace::lay_out(trace);
    for (const trace::Wire& w : layout.wires) {
      const TraceTensor& from = trace.tensors[static_cast<std::size_t>(w.from)];
      if (from.role != "param") continue;
      CAPTURE(from.name);
      CHECK(layout.boxes[static_cast<std::size_t>(w.from)].y < layout.boxes[static_cast<std::size_t>(w.to)].y);
    }
  }
}

TEST_CASE("step-through: the graph for Graphviz") {
  CHECK(trace::to_dot(trace_of("diamond")) ==
        "digraph \"diamond: y = 3x, a = 2y, b = 5y, c = a + b\" {\n"
        "  rankdir=LR;\n"
        "  node [shape=box, fontname=\"sans-serif\"];\n"
        "  t0 [label=\"x\", style=rounded];\n"
        "  o0 [label=\"y = 3*x\"];\n"
        "  o1 [label=\"a = 2*y\"];\n"
        "  o2 [label=\"b = 5*y\"];\n"
        "  o3 [label=\"c = a + b\"];\n"
        "  t0 -> o0 [label=\"[]\"];\n"
        "  o0 -> o1 [label=\"[]\"];\n"
        "  o0 -> o2 [label=\"[]\"];\n"
        "  o1 -> o3 [label=\"[]\"];\n"
        "  o2 -> o3 [label=\"[]\"];\n"
        "}\n");
}

TEST_CASE("step-through: a page is one file that asks for nothing") {
  for (const step::Example& example : step::examples()) {
    if (!yhat::test::available(example)) continue;
    CAPTURE(example.name);
    const std::string page = trace::to_html(trace_of(example.name));
    CHECK(page.size() < (std::string(example.name) == "lenet" ? 1000 * 1000 : 300 * 1000));
    CHECK(occurrences(page, "id=\"trace\"") == 1);
    CHECK(occurrences(page, "<script") == 2);
    CHECK(occurrences(page, "</script>") == 2);
    CHECK(page.find(" src=") == std::string::npos);
    CHECK(page.find("http:") == std::string::npos);
    CHECK(page.find("https:") == std::string::npos);
    CHECK(page.find("url(") == page.find("url(#"));
    CHECK(occurrences(page, "href=\"") == occurrences(page, "href=\"#"));
    CHECK(page.find("default-src 'none'") != std::string::npos);
    CHECK(occurrences(page, "<h1") == 1);
    CHECK(page == trace::to_html(trace_of(example.name)));
    const std::set<std::string> allowed = {"math",    "mi",     "mn",    "mo",     "mrow", "mfrac", "msub",  "msup",
                                           "msubsup", "munder", "mover", "mtable", "mtr",  "mtd",   "mtext", "msqrt"};
    for (const yhat::test::Match& element : yhat::test::matches(page, "<(m[a-z]+)[ >]")) {
      const std::string& tag = element[1];
      CHECK((allowed.count(tag) || tag == "meta" || tag == "main" || tag == "marker"));
    }
  }
}

TEST_CASE("step-through: the trace in the page is the JSON, with every step and its text") {
  const Trace trace = trace_of("diamond");
  const auto json = trace::Json::parse(trace::to_json(trace));
  CHECK(json["schema"] == "yhat.trace/1");
  CHECK(json["page"] == "stepper");
  REQUIRE(json["events"].size() == 11);
  CHECK(json["events"][9]["before"] == trace::Json({5.0}));
  CHECK(json["events"][8]["before"].is_null());
  CHECK(json["events"][9]["after"] == trace::Json({7.0}));
  CHECK(json["events"][9]["local"]["kind"] == "scalar");
  CHECK(json["events"][9]["part"] == trace::Json({2, 2}));
}

TEST_CASE("step-through: the text of each step is the same in the page and in the terminal") {
  for (const step::Example& example : step::examples()) {
    if (!yhat::test::available(example)) continue;
    CAPTURE(example.name);
    const Trace trace = trace_of(example.name);
    const auto json = trace::trace_json(trace);
    REQUIRE(json["events"].size() == trace.events.size());
    for (int k = 1; k <= static_cast<int>(trace.events.size()); ++k) {
      CHECK(json["events"][static_cast<std::size_t>(k - 1)]["text"] == trace::render_step(trace, k, {}));
    }
  }
}

TEST_CASE("step-through: a hostile name stays text in page, JSON and graph") {
  const std::string name = "</script><img src=x onerror=alert(1)>\"\\";
  Recorder recorder({.title = name});
  {
    const Observe on(recorder);
    exp(tensor(1, Dtype::f64).requires_grad_(true).label(name)).label("'<b>").backward();
  }
  const std::string page = trace::to_html(recorder.trace());
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("<b>'") == std::string::npos);
  CHECK(occurrences(page, "</script>") == 2);
  CHECK(trace::Json::parse(trace::to_json(recorder.trace()))["tensors"][0]["name"] == name);
  CHECK(trace::to_dot(recorder.trace()).find("alert(1)>\\\"\\\\\"") != std::string::npos);
}

TEST_CASE("step-through: numbers that JSON has no word for, and the ends of double, survive") {
  const double values[] = {std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(),
                           -0.0,
                           1e-320,
                           1e308};
  const auto json = trace::Json::parse(trace::dump(trace::json_numbers({std::begin(values), std::end(values)})));
  CHECK(json[0] == "NaN");
  CHECK(json[1] == "Infinity");
  CHECK(json[2] == "-Infinity");
  CHECK(std::signbit(json[3].get<double>()));
  CHECK(json[4].get<double>() == 1e-320);
  CHECK(json[5].get<double>() == 1e308);
}

TEST_CASE("step-through: a large tensor is written as a summary with a picture") {
  Numbers values(300, 0.0);
  values[7] = 3;
  values[8] = std::numeric_limits<double>::quiet_NaN();
  const trace::Json json = trace::json_tensor(values, {3, 10, 10});
  CHECK(json["max"] == 3.0);
  CHECK(json["zeros"] == 298);
  CHECK(json["nonfinite"] == 1);
  CHECK(json["heat"]["rows"] == 10);
  CHECK(json["heat"]["data"].size() == 100);
  CHECK(trace::json_tensor(Numbers(256, 1.0), {256}).is_array());
}

TEST_CASE("step-through: over a limit nothing is written, and an old file stays") {
  Recorder recorder;
  {
    const Observe on(recorder);
    Tensor x = tensor(1, Dtype::f64).requires_grad_(true);
    for (int i = 0; i < 250; ++i) x = x * 1.0;
  }
  const std::string path = "step_page_limit.html";
  std::ofstream(path) << "old";
  CHECK_THROWS_WITH_AS(recorder.save_html(path),
                       "trace: 251 boxes (at most 200); record at module level or use a smaller input", ArgumentError);
  CHECK_THROWS_AS(recorder.save_json(path), ArgumentError);
  CHECK_THROWS_AS(recorder.save_dot(path), ArgumentError);
  CHECK_THROWS_AS(recorder.print(), ArgumentError);
  std::ifstream in(path);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == "old");
  in.close();
  std::remove(path.c_str());
}

TEST_CASE("step-through: a file is written as a whole") {
  Recorder recorder;
  {
    const Observe on(recorder);
    exp(tensor(1, Dtype::f64).requires_grad_(true)).backward();
  }
  const std::string path = "step_page_test.html";
  recorder.save_html(path);
  std::ifstream in(path, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == trace::to_html(recorder.trace()));
  in.close();
  std::remove(path.c_str());
  CHECK_THROWS(recorder.save_html("no/such/folder/page.html"));
}
