// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/ops.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "step/example.h"
#include "step/formula.h"
#include "step/numbers.h"
#include "step/output.h"
#include "step/stepper.h"

using namespace yhat;
using trace::show;
using trace::show_full;

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// To write the files anew after a wanted change: YHAT_WRITE_GOLDEN=1.
void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(YHAT_TEST_SOURCE_DIR) + "/tests/trace/golden/" + name + ".txt";
  if (std::getenv("YHAT_WRITE_GOLDEN")) std::ofstream(path, std::ios::binary) << text;
  CHECK(text == read(path));
}

std::string piped(const char* example, const std::string& variant = "") {
  step::Request request;
  request.name = example;
  request.variant = variant;
  return trace::render_all(step::run_example(request), {});
}

}  // namespace

TEST_CASE("step-through: the text of every example is the golden file, in 80 columns of ASCII") {
  for (const step::Example& example : step::examples()) {
    std::vector<std::string> variants(example.variants.begin(), example.variants.end());
    variants.emplace_back();
    for (const std::string& variant : variants) {
      const std::string name = example.name + (variant.empty() ? "" : "_" + variant);
      CAPTURE(name);
      const std::string text = piped(example.name, variant);
      check_golden(name, text);
      std::istringstream lines(text);
      std::string line;
      while (std::getline(lines, line)) {
        CHECK(line.size() <= 80);
        for (char c : line) CHECK((c >= 32 && c < 127));
      }
    }
  }
}

TEST_CASE("step-through: numbers with 4 digits and in full") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  struct {
    double value;
    const char *four, *full;
  } const table[] = {
      {1234.5, "1234", "1234.5"},
      {1235.5, "1236", "1235.5"},
      {9999.5, "1.000e4", "9999.5"},
      {-0.0, "0", "-0"},
      {0.0, "0", "0"},
      {1e-320, "1.000e-320", "1e-320"},
      {nan, "NaN", "NaN"},
      {-nan, "NaN", "NaN"},
      {inf, "Infinity", "Infinity"},
      {-inf, "-Infinity", "-Infinity"},
      {7, "7", "7"},
      {0.5, "0.5", "0.5"},
      {0.99996, "1.000", "0.99996"},
      {4.257e-4, "4.257e-4", "4.257e-4"},
      {-22026.465794806718, "-2.203e4", "-22026.465794806718"},
      {0.001, "0.001", "0.001"},
      {0.1f, "0.1", "0.10000000149011612"},
      {1.0 / 3.0, "0.3333", "0.3333333333333333"},
      {123456789, "1.235e8", "123456789"},
      {1e16, "1.000e16", "1e16"},
      {1.5e300, "1.500e300", "1.5e300"},
      {7 + 1e-12, "7", "7.000000000001"},
  };
  for (const auto& row : table) {
    CHECK(show(row.value) == row.four);
    CHECK(show_full(row.value) == row.full);
  }
}

TEST_CASE("step-through: the stepper obeys its commands and stops at the end of input") {
  step::Request request;
  request.name = "diamond";
  const Trace made = step::run_example(request);
  const auto session = [&](const std::string& typed) {
    std::istringstream in(typed);
    std::ostringstream out;
    step::step_through(made, in, out, {});
    return out.str();
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(has(session(""), "[1/11]"));
  CHECK(has(session("\n"), "[2/11]"));
  CHECK(has(session("n\r\np\r\n"), "[1/11]"));
  CHECK(has(session("p\n"), "this is the first step"));
  CHECK(has(session("g 10\n"), "5 += 1 * 2"));
  CHECK(has(session("g 11\nn\n"), "this is the last step"));
  CHECK(has(session("g 12\n"), "there are steps 1 to 11"));
  CHECK(has(session("g x\n"), "there are steps 1 to 11"));
  CHECK(has(session("b\n"), "[7/11]"));
  CHECK(has(session("] y\n] y\n"), "[9/11]"));
  CHECK(has(session("] nobody\n"), "no later step touches 'nobody'"));
  CHECK(has(session("g 10\nr\n"), "Every path from y to c counts"));
  CHECK(has(session("t\n"), "gradient"));
  CHECK(has(session("what\n"), "'what' is no command"));
  CHECK(has(session("g 10\nd\n"), "adds      2"));
  CHECK_FALSE(has(session("q\nn\n"), "[2/11]"));
  CHECK_FALSE(has(session("n\n"), "\033"));
  std::istringstream in("n\n");
  std::ostringstream coloured;
  step::step_through(made, in, coloured, {{}, true});
  CHECK(has(coloured.str(), "\033[1;34m[1/11]"));
}

TEST_CASE("step-through: formulas are the same tree as text and as MathML") {
  using namespace trace;
  const Expr e = row({derivative("L", "w1"), symbol("="), number(-0.5), symbol("times"), super(name("x"), number(2))});
  CHECK(to_text(e) == "dL/dw1 = -0.5 * x^2");
  const std::string math = to_mathml(e);
  CHECK(math.find("<mfrac>") != std::string::npos);
  CHECK(math.find("<mn data-v=\"-0.5\">\xe2\x88\x92"
                  "0.5</mn>") != std::string::npos);
  CHECK(to_mathml(name("</script><b>")).find("<b>") == std::string::npos);
  CHECK(to_text(fraction(row({name("a"), symbol("+"), name("b")}), name("c"))) == "(a + b)/c");
}

TEST_CASE("step-through: questions without answers, answers at the end") {
  step::Request request;
  request.name = "diamond";
  const std::string text = trace::render_all(step::run_example(request), {false, true, false});
  const std::size_t question = text.find("predict   Is 5 the gradient of y?");
  const std::size_t answers = text.find("\nAnswers\n");
  REQUIRE(question != std::string::npos);
  REQUIRE(answers != std::string::npos);
  CHECK(text.find("Not yet: y is used twice") > answers);
}
