// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <yhat/yhat.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "tests/matches.h"
#include "trace/plot_extras.h"

using namespace yhat;
using test::occurrences;

namespace {

/// Whether every element that is opened is closed, in order. Elements without content are known by name.
std::string unbalanced(const std::string& html) {
  std::vector<std::string> open;
  for (const yhat::test::Match& tag : yhat::test::matches(html, "<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>")) {
    const std::string& name = tag[2];
    if (name == "meta" || name == "img" || tag[3].ends_with('/')) continue;
    if (tag[1].empty()) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "</" + name + ">";
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back();
}

Report example() {
  const std::string evil = "<script>alert('x')</script> & \"co\"";
  ConfusionMatrix m({"T-shirt", evil});
  m.add({0, 0, 1}, {0, 1, 1});
  Report report("A run of " + evil, evil);
  report.tiles({{"top-1 error", "15.2 %", evil}, {evil, evil}});
  report.section("Curves", evil).facts({{evil, evil}});
  report.plots({{.title = evil,
                 .x_label = "epoch",
                 .y_label = "loss",
                 .series = {{evil, {1, 2, 3}, {2.3, 1.1, 0.9}}, {"test", {1, 2, 3}, {2.4, 1.3, 1.2}, 1, true}}},
                {.title = "gradient",
                 .x_label = "step",
                 .y_label = "norm",
                 .series = {{"a", {0, 1}, {1, 1e-9}}},
                 .log_y = true}});
  report.table({evil, {evil, "n"}, {{evil, "1"}}, true}).confusion(m);
  report.section("Samples").pictures({{{1, 1, 1, {7}}, evil, evil, {evil}, {{evil, 0.75, true}, {"Bag", 0.25}}}});
  return report;
}

}  // namespace

TEST_CASE("a report is one page without scripts that loads nothing, and text in it stays text") {
  const std::string html = example().html();
  CHECK(html.rfind("<!doctype html>\n", 0) == 0);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("http://") == std::string::npos);
  CHECK(html.find("https://") == std::string::npos);
  CHECK(html.find("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"") != std::string::npos);
  CHECK(html.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;") != std::string::npos);
  CHECK(occurrences(html, "src=\"") == 1);
  CHECK(occurrences(html, "src=\"data:image/png;base64,") == 1);
  CHECK(unbalanced(html).empty());
  CHECK(html.find("prefers-color-scheme: dark") != std::string::npos);
  CHECK(html.find("@media print") != std::string::npos);
  CHECK(html == example().html());
}

TEST_CASE("the confusion matrix of a report has its counts, the diagonal marked") {
  const std::string html = example().html();
  CHECK(occurrences(html, " diagonal\"") == 2);
  CHECK(html.find("title=\"T-shirt taken for T-shirt: 1 of 2\">1</td>") != std::string::npos);
}

TEST_CASE("a plot says in words what it shows, and its points say their numbers") {
  const std::string svg =
      plot_svg({.title = "Loss",
                .x_label = "epoch",
                .y_label = "loss",
                .series = {{"train", {1, 2, 3}, {2.5, 1, 0.5}}, {"test", {1, 2, 3}, {2, 1.5, 1}, 1}}},
               "p1");
  CHECK(svg.find("<title id=\"p1\">Loss: loss over epoch; train from 2.5 to 0.5; test from 2 to 1</title>") !=
        std::string::npos);
  CHECK(svg.find("<title>train, epoch 2: 1</title>") != std::string::npos);
  CHECK(unbalanced(svg).empty());
  CHECK(occurrences(svg, "<path ") == 2);
}

TEST_CASE("points without a place on the axes interrupt a curve") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = plot_svg({.title = "t",
                                    .x_label = "x",
                                    .y_label = "y",
                                    .series = {{"a", {0, 1, 2, 3, 4}, {1, 0.1, nan, 0.01, 0}}},
                                    .log_y = true},
                                   "p");
  CHECK(occurrences(svg, "class=\"dot\"") == 3);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  const std::string path = svg.substr(svg.find(" d=\""), 60);
  CHECK(occurrences(path.substr(0, path.find("\"/>")), "M") == 2);  // pen up once
  for (const double y : {nan, std::numeric_limits<double>::infinity()}) {
    const std::string empty =
        plot_svg({.title = "t", .x_label = "x", .y_label = "y", .series = {{"a", {0}, {y}}, {"b", {}, {}}}}, "p");
    CHECK(empty.find("no finite values") != std::string::npos);
  }
  const std::string flat = plot_svg({.title = "t", .x_label = "x", .y_label = "y", .series = {{"a", {1}, {5}}}}, "p");
  CHECK(flat.find("nan") == std::string::npos);
}

TEST_CASE("a plot points at a point, has a movable line, and spreads counts by their logarithm") {
  const std::string svg =
      plot_svg({.title = "t", .x_label = "steps", .y_label = "y", .series = {{"a", {0, 9, 99}, {0, 1, 2}}}}, "p",
               {.marks = {{9, 1, "<here>"}}, .log_x = true, .here = 99});
  CHECK(unbalanced(svg).empty());
  CHECK(svg.find("; &lt;here&gt; at 9, 1</title>") != std::string::npos);
  double lo = 0, hi = 0, left = 0, right = 0;
  const std::size_t at = svg.find(" data-x=\"");
  REQUIRE(std::sscanf(svg.c_str() + at, " data-x=\"%lf %lf %lf %lf\"", &lo, &hi, &left, &right) == 4);
  CHECK((lo == 0 && hi == 99));
  const std::string middle = fmt::format("cx=\"{:.1f}\"", (left + right) / 2);  // log(1 + 9) is half of log(1 + 99)
  CHECK(svg.find("<circle class=\"mark\" " + middle) != std::string::npos);
  CHECK(svg.find(fmt::format("translate({:.1f} 0)", right)) != std::string::npos);
  for (const char* tick : {">0<", ">1<", ">2<", ">5<", ">10<", ">50<"}) CHECK(svg.find(tick) != std::string::npos);
}

TEST_CASE("ticks are round numbers within the axis") {
  CHECK(axis_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(axis_ticks(1, 8, 8) == std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(axis_ticks(-1, 1, 2) == std::vector<double>{-1, 0, 1});
  CHECK(axis_ticks(5, 5, 5).empty());
  for (const double scale : {1e-9, 0.003, 1.0, 7.0, 12345.0}) {
    CAPTURE(scale);
    const std::vector<double> ticks = axis_ticks(-0.3 * scale, 0.9 * scale, 5);
    CHECK(ticks.size() >= 3);
    CHECK(ticks.size() <= 8);
    CHECK(ticks.front() >= -0.3 * scale * (1 + 1e-9));
    CHECK(ticks.back() <= 0.9 * scale * (1 + 1e-9));
    for (const double t : ticks) CHECK((t == 0 || std::abs(t) > 1e-3 * scale));  // zero is zero
  }
}

TEST_CASE("a report is written as a whole, and what stood there stays if it cannot be") {
  const std::string path = "report_test.html";
  std::ofstream(path) << "older";
  example().write(path);
  std::ifstream in(path, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == example().html());
  std::filesystem::remove(path);
  CHECK_THROWS_AS(example().write("no/such/folder/r.html"), IoError);
}

TEST_CASE("the peak of memory is at least what is held") {
  const Tensor x = ones({1 << 22});
  CHECK(x.size() == 1 << 22);
  const std::int64_t peak = peak_memory();
  CHECK((peak == 0 || peak > (1 << 24)));
}
