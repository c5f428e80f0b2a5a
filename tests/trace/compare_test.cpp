// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>
#include <yhat/error.h>
#include <yhat/ops.h>
#include <yhat/recorder.h>

#include <cstdio>
#include <fstream>
#include <functional>

#include "golden.h"
#include "invariants.h"
#include "mutants.h"
#include "step/example.h"
#include "step/json.h"
#include "step/output.h"

using namespace yhat;
using trace::Json;

namespace {

Json json_of(const std::string& name, const std::string& variant = "") {
  return trace::trace_json(yhat::test::trace_of(name, variant));
}

std::string text_of(const trace::Difference& d) {
  std::string text;
  for (const std::string& line : d.lines) text += line + "\n";
  return text;
}

// The diamond after a change, compared with the diamond.
std::string changed(const std::function<void(Json&)>& change) {
  const Json reference = json_of("diamond");
  Json mine = reference;
  change(mine);
  return text_of(trace::compare(reference, mine));
}

struct File {
  explicit File(const std::string& content) { std::ofstream(path, std::ios::binary) << content; }
  ~File() { std::remove(path.c_str()); }
  std::string path = "compare_test_" + std::to_string(getpid()) + ".json";  // several of these tests may run at once
};

std::string refusal(const std::string& content) {
  const File file(content);
  try {
    trace::read_trace(file.path);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("compare: a run is equal to itself, also with NaN and with tensors that were only summarised") {
  for (const char* name : {"diamond", "zero_grad", "conv", "gap120"}) {
    CAPTURE(name);
    const trace::Difference d = trace::compare(json_of(name), json_of(name));
    CHECK(d.equal);
    CHECK(d.step == 0);
    CHECK(d.lines[0].starts_with("no difference in "));
  }
  Json nothing = json_of("diamond");
  nothing["events"] = Json::array();
  CHECK_FALSE(trace::compare(json_of("diamond"), nothing).equal);
  const auto large = [](double last) {
    Recorder recorder;
    const Observe on(recorder);
    Numbers v(300, 0.25);
    v[7] = last;
    sum(exp(from_values(std::span<const double>(v), {300}, Dtype::f64).requires_grad_(true).label("x"))).backward();
    return trace::trace_json(recorder.trace());
  };
  CHECK(trace::compare(large(1), large(1)).step == 0);
  CHECK(text_of(trace::compare(large(1), large(2))).find("max: expected 1, yours 2") == std::string::npos);
  CHECK(text_of(trace::compare(large(1), large(2))).find("mean: expected") != std::string::npos);
}

TEST_CASE("compare: a kernel that is not turned, in the words of the terminal") {
  const yhat::test::Mutant m = yhat::test::kernel_not_turned();
  yhat::test::check_golden("kernel_not_turned",  // docs/stepping.md shows it
                           text_of(trace::compare(trace::trace_json(m.right), trace::trace_json(m.wrong))));
}

TEST_CASE("compare: what differs decides the verdict") {
  const auto event = [](Json& j, int k) -> Json& { return j["events"][static_cast<std::size_t>(k - 1)]; };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  const std::string value = changed([&](Json& j) { event(j, 1)["data"] = {3.0}; });
  CHECK(has(value, "step 1 of 11, value x\n  value         expected 2, yours 3\n"));
  CHECK(has(value, "x starts from other numbers"));
  const std::string forward = changed([&](Json& j) { event(j, 3)["out"] = {13.0}; });
  CHECK(has(forward, "step 3 of 11, forward mul (2)"));
  CHECK(has(forward, "the forward of mul is wrong"));
  const std::string vjp = changed([&](Json& j) { event(j, 9)["contrib"] = event(j, 9)["after"] = {6.0}; });
  CHECK(has(vjp, "  upstream      equal\n  contribution  expected 5, yours 6\n"));
  CHECK(has(vjp, "the vjp of mul for y is wrong"));
  const std::string sum = changed([&](Json& j) { event(j, 10)["after"] = {2.0}; });
  INFO(sum);
  CHECK(has(sum, "replaces (=)"));
  const std::string missing = changed([&](Json& j) { j["events"].erase(9); });
  CHECK(has(missing, "step 10 of 10, backward mul -> x"));
  CHECK(has(missing, "backward mul (2) -> y is missing"));
  const std::string extra = changed([&](Json& j) { j["events"].insert(j["events"].begin() + 3, event(j, 3)); });
  CHECK(has(extra, "forward mul (2) is extra"));
  CHECK(has(changed([&](Json& j) { j["events"].erase(10); }), "yours ends here; backward mul -> x is missing"));
  CHECK(has(changed([&](Json& j) { j["events"].push_back(event(j, 11)); }), "the reference ends before it"));
  CHECK(has(changed([&](Json& j) { j["tensors"][0]["shape"] = {1}; }), "expected [], yours [1]"));
  CHECK(
      has(changed([&](Json& j) { event(j, 9)["before"] = {0.0}; }), "before        expected none (-), yours has one"));
}

TEST_CASE("compare: equal means within rounding, by dtype") {
  const auto off = [](double by, const char* dtype) {
    const Json reference = json_of("neuron");
    Json mine = reference;
    mine["engine"]["dtype"] = dtype;
    Json& last = mine["events"].back()["after"];
    last[0] = last[0].get<double>() * (1 + by);
    return trace::compare(reference, mine).step;
  };
  CHECK(off(0.9e-9, "f64") == 0);
  CHECK(off(1.2e-9, "f64") == 18);
  CHECK(off(0.9e-4, "f32") == 0);
  CHECK(off(1.2e-4, "f32") == 18);
}

TEST_CASE("compare: the page of the second run marks the step") {
  const yhat::test::Mutant m = yhat::test::overwriting();
  const File mine(trace::to_json(m.wrong));
  const std::string reference = "reference_of_" + mine.path;
  trace::write_file("test", reference, trace::to_json(m.right));
  const trace::Comparison c = trace::compare_files(reference, mine.path);
  std::remove(reference.c_str());
  CHECK_FALSE(c.equal);
  CHECK(c.text.find("step 10 of 11") != std::string::npos);
  CHECK(c.html.find("href=\"#step=10\"") != std::string::npos);
  CHECK(c.html.find("Compared with the reference") != std::string::npos);
  CHECK(trace::to_html(trace::read_trace(mine.path)) == trace::to_html(m.wrong));  // a page can be made from the file
}

TEST_CASE("compare: files that are no traces, of another schema, or with markup of their own, are refused") {
  CHECK(refusal("{").find(".json: not JSON (parse error at line 1, column 2: ") != std::string::npos);
  CHECK(refusal("{").find("json.exception") == std::string::npos);
  CHECK(refusal("[]").find("schema '' (must be yhat.trace/1)") != std::string::npos);
  CHECK(refusal("{\"schema\": \"yhat.trace/2\"}").find("schema 'yhat.trace/2' (must be yhat.trace/1)") !=
        std::string::npos);
  CHECK(refusal("{\"schema\": \"yhat.trace/1\", \"page\": \"loss\"}").find("page 'loss' has no steps") !=
        std::string::npos);
  CHECK(refusal("{\"schema\": \"yhat.trace/1\"}").find("not a trace (key 'page' not found)") != std::string::npos);
  const Json good = json_of("diamond");
  CHECK(refusal(good.dump()) == "accepted");
  const auto with = [&](const std::string& markup) {
    Json bad = good;
    bad["events"][9]["subst"]["rule"] = markup;
    return refusal(bad.dump());
  };
  CHECK(with("<math><mi class=\"a\">x</mi></math>") == "accepted");
  for (const char* markup : {"<img src=x onerror=alert(1)>", "<math><mi onclick=\"alert(1)\">x</mi></math>", "<math",
                             "<math><script>alert(1)</script></math>", "<math href=\"#\"></math>", "<mi class=\"a>",
                             "<mi class=\"a\"onclick=\"b\">"}) {
    CAPTURE(markup);
    CHECK(with(markup).find("step 10: the formula is not MathML") != std::string::npos);
  }
  Json far = good;
  far["events"][3]["tensor"] = 99;
  CHECK(refusal(far.dump()).find("tensor 99 (there are 5)") != std::string::npos);
  CHECK_THROWS_AS(trace::read_trace("no_such_file.json"), IoError);
}

TEST_CASE("compare: a trace whose numbers cannot be read is refused, not called different") {
  const Json good = json_of("diamond");
  const auto after = [&](const std::function<void(Json&)>& change) {
    Json bad = good;
    change(bad);
    return refusal(bad.dump());
  };
  const struct {
    std::function<void(Json&)> change;
    const char* says;
  } bad[] = {
      {[](Json& j) { j["events"] = Json::array(); }, "no events (nothing was recorded)"},
      {[](Json& j) { j["events"][8]["contrib"] = "5"; }, "step 9: contrib is \"5\" (must be a list of numbers)"},
      {[](Json& j) { j["events"][8]["contrib"] = {"five"}; }, "step 9: contrib: \"five\" is no number"},
      {[](Json& j) {
         j["events"][8]["contrib"] = {5, 5};
       },
       "step 9: contrib has 2 numbers, the shape is []"},
      {[](Json& j) { j["events"][8].erase("contrib"); }, "not a trace (key 'contrib' not found)"},
      {[](Json& j) {
         j["events"][8]["after"] = {{"min", 0}};
       },
       "not a trace (key 'heat' not found)"},
      {[](Json& j) { j["events"][8]["op"] = 1e30; }, "op 1e+30 (must be an integer)"},
      {[](Json& j) { j["events"][8]["from"] = 2.5; }, "tensor 2.5 (must be an integer)"},
      {[](Json& j) { j["ops"][0]["in"][0] = -2; }, "tensor -2 (there are 5)"},
      {[](Json& j) { j["tensors"][0]["shape"] = {1e30}; }, "size 1e+30 (must be an integer)"},
      {[](Json& j) { j["layout"]["w"] = 1e30; }, "place 1e+30 (must be an integer)"},
      {[](Json& j) { j["layout"]["nodes"][0]["id"] = 7; }, "tensor 7 (there are 5)"},
  };
  for (const auto& b : bad) {
    const std::string said = after(b.change);
    CAPTURE(said);
    CHECK(said.find(b.says) != std::string::npos);
  }
}

TEST_CASE("compare: the file that cannot be read is the one that is named") {
  Json broken = json_of("diamond");
  broken["events"][8].erase("contrib");
  const File mine(json_of("diamond").dump());
  const std::string reference = "reference_of_" + mine.path;
  trace::write_file("test", reference, broken.dump());
  const auto refused = [](const std::string& a, const std::string& b) -> std::string {
    try {
      trace::compare_files(a, b);
    } catch (const FormatError& error) {
      return error.path();
    }
    return "nothing";
  };
  CHECK(refused(reference, mine.path) == reference);
  CHECK(refused(mine.path, reference) == reference);
  std::remove(reference.c_str());
}
