// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/ops.h>

#include <yhat/recorder.h>

#include <clocale>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "golden.h"
#include "invariants.h"
#include "step/example.h"
#include "step/formula.h"
#include "step/json.h"
#include "step/numbers.h"
#include "step/output.h"
#include "step/stepper.h"
#include "tests/files/support.h"

using namespace yhat;
using trace::show;
using trace::show_full;

namespace {

using yhat::test::available;
using yhat::test::trace_of;

// The process in a locale with a decimal comma: an installed one, or one that is made for the occasion. `found` is
// false where there is neither.
class CommaLocale {
 public:
  CommaLocale() {
    for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8"}) found = found || has_comma(name);
    if (found) return;
    const std::string make = "localedef -i de_DE -f UTF-8 '" + (folder_ / "de_DE.UTF-8") + "' >/dev/null 2>&1";
    if (std::system(make.c_str()) != 0) return;
    setenv("LOCPATH", folder_.path().c_str(), 1);
    found = has_comma("de_DE.UTF-8");
  }
  ~CommaLocale() {
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;

  bool found = false;

 private:
  static bool has_comma(const char* name) {
    return std::setlocale(LC_ALL, name) && std::string(std::localeconv()->decimal_point) == ",";
  }
  yhat::test::TempFolder folder_;
};

}  // namespace

TEST_CASE("step-through: the text of every example is the golden file, in 80 columns of ASCII") {
  for (const step::Example& example : step::examples()) {
    if (!available(example)) continue;
    std::vector<std::string> variants(example.variants.begin(), example.variants.end());
    variants.emplace_back();
    for (const std::string& variant : variants) {
      const std::string name = example.name + (variant.empty() ? "" : "_" + variant);
      CAPTURE(name);
      const Trace made = trace_of(example.name, variant);
      const std::string text = trace::render_all(made, {});
      yhat::test::check_golden(name, text);
      yhat::test::check_columns(text);
      yhat::test::check_columns(trace::render_all(made, {.full = true}));
      yhat::test::check_columns(trace::render_all(made, {.ask = true}));
    }
  }
}

// One list for C++ and for the page's script: tests/web reads it too.
TEST_CASE("step-through: numbers with 4 digits and in full") {
  const auto list =
      trace::Json::parse(yhat::test::read_text(std::string(YHAT_TEST_SOURCE_DIR) + "/tests/trace/numbers.json"));
  REQUIRE(list.size() > 30);
  for (const auto& row : list) {
    const double value = trace::numbers_of(trace::Json::array({row["value"]}))->at(0);
    CAPTURE(value);
    CHECK(show(value) == row["four"].get<std::string>());
    CHECK(show_full(value) == row["full"].get<std::string>());
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(show(-nan) == "NaN");
  CHECK(show_full(-nan) == "NaN");
}

TEST_CASE("step-through: a locale with a decimal comma changes no byte") {
  Recorder large({.title = "a tensor that is summarised, with a picture"});
  {
    const Observe on(large);
    sum(exp(arange(0, 300, 1, Dtype::f64) / 300).requires_grad_(true).label("x")).backward();
  }
  const auto all = [&] {
    std::string text;
    for (const Trace& t : {trace_of("neuron"), trace_of("conv"), trace_of("gap120"), large.trace()}) {
      text += trace::to_json(t) + trace::to_html(t) + trace::to_dot(t) + trace::render_all(t, {.full = true});
      text += trace::to_html(trace::Json::parse(trace::to_json(t)));  // numbers that were read
    }
    return text + show(0.123456) + show_full(0.1);
  };
  const std::string plain = all();
  const CommaLocale comma;
  if (!comma.found) {
    MESSAGE("skipped: no locale with a decimal comma, and localedef cannot make one");
    return;
  }
  CHECK(all() == plain);
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
  const Trace made = step::run_example(request);
  const std::string text = trace::render_all(made, {.ask = true});
  const std::size_t question = text.find("predict   Is 5 the gradient of y?");
  const std::size_t answers = text.find("\nAnswers\n");
  REQUIRE(question != std::string::npos);
  REQUIRE(answers != std::string::npos);
  CHECK(text.find("Not yet: y is used twice") > answers);
  CHECK(text.find("y 6 [?]") < answers);                          // the number is kept back,
  CHECK(text.find("5 += 1 * 2") > answers);                       // also in the card,
  CHECK(text.find("numbers   5 += 1 * 2") != std::string::npos);  // and told at the end

  const auto session = [&](const std::string& typed) {
    std::istringstream in(typed);
    std::ostringstream out;
    step::step_through(made, in, out, {{.ask = true}, false});
    return out.str();
  };
  CHECK(session("g 10\n").find("5 += 1 * 2") == std::string::npos);
  CHECK(session("g 10\nt\n").find("?") != std::string::npos);
  CHECK(session("g 10\nr\n").find("5 += 1 * 2") != std::string::npos);
  CHECK(session("g 10\nn\n").find("y 6 [7]") != std::string::npos);  // the next step tells it too
}

TEST_CASE("step-through: each example asks 4 to 6 questions, among them the ones of the course") {
  struct {
    const char *example, *variant, *ask, *answer;
  } const wanted[] = {
      {"diamond", "", "Is 5 the gradient of y?", "Not yet: y is used twice; a's contribution is still to come."},
      {"diamond", "", "Why `+=`, not `=`?",
       "Every path from y to c counts. `=` leaves 2, and dL/dx = 6 instead of 21."},
      {"zero_grad", "", "What will the gradient be?", "-8 + -4.8 = -12.8: nobody removed the first."},
      {"softmax", "", "Which entry is negative, why?", "The true class: only there y = 1 is subtracted."},
      {"softmax", "", "Which entries of J matter?", "One row: the upstream is zero elsewhere."},
      {"mse", "very_wrong", "More wrong: larger gradient?", "No: J shrinks faster than p - y grows."},
      {"conv", "", "What overlaps window 1?", "Columns 1 and 2 of rows 0-2: they are added to."},
      {"pool", "", "(2,2): why 5?", "It won two windows: 1 + 4."},
      {"bug", "A", "Which entries are wrong?", "All but the true class: so it half works."},
  };
  for (const auto& w : wanted) {
    CAPTURE(w.ask);
    step::Request request;
    request.name = w.example;
    request.variant = w.variant;
    bool found = false;
    const auto look = [&](const std::optional<Question>& q) {
      found = found || (q && q->ask == w.ask && q->answer == w.answer);
    };
    for (const TraceEvent& e : step::run_example(request).events) {
      look(e.question);
      for (const MicroStep& m : e.micro) look(m.question);
    }
    CHECK(found);
  }
  for (const step::Example& example : step::examples()) {
    if (!available(example)) continue;
    CAPTURE(example.name);
    step::Request request;
    request.name = example.name;
    int questions = 0;
    for (const TraceEvent& e : step::run_example(request).events) {
      questions += e.question.has_value();
      for (const MicroStep& m : e.micro) questions += m.question.has_value();
    }
    CHECK((questions >= 4 && questions <= 6));
  }
}
