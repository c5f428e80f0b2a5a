// SPDX-License-Identifier: MIT
#include "manifest.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "predictions.h"
#include "records.h"

using namespace yhat::labs;
using nlohmann::json;

namespace {

json good() {
  return json::parse(R"({
    "schema": 1, "lab": "97", "title": "T", "points": 3, "minutes": 10,
    "holes": [{"id": "a", "file": "a.cpp", "function": "f", "signature": "int", "todo": "do", "remove": ["h"]},
              {"id": "b", "file": "b.cpp", "function": "A::g", "starter_body": ["return", "1;"]}],
    "checks": [{"id": "97.1", "name": "97.1 one", "points": 1, "holes": ["a"], "seconds": 2, "stack_kib": 256},
               {"id": "97.2", "name": "97.2 two", "points": 2, "holes": ["a", "b"], "requires": ["97.1"],
                "visibility": "hidden", "detail": "verdict", "on_timeout": "m"}],
    "messages": {"m": "Message {0}."},
    "mutants": [{"id": "x", "hole": "a", "body": "return 2;", "message": "m", "must_fail": ["97.1"], "may_fail": ["97.2"]},
                {"id": "y", "edits": [{"hole": "a", "body": "1"}, {"hole": "b", "body": ["2", "3"]}], "message": "sign",
                 "must_fail": ["97.2"]}],
    "accept": [{"id": "z", "hole": "b", "body": "return 1 + 0;"}],
    "predict": {"question": "?", "answers": {"n": {"value": 2, "tol": 0.1}, "word": {"value": "plus"}}},
    "hints": {"97.1": ["1", "2", "3"]}, "demo": "demo.cpp"
  })");
}

Manifest parsed(const json& text) { return parse_manifest(text.dump(), "lab.json", "."); }

std::string mistake(const json& text) {
  try {
    parsed(text);
  } catch (const ManifestError& error) {
    return error.what();
  }
  return "";
}

std::string mistake_at(const std::string& pointer, const json& value) {
  json text = good();
  text[json::json_pointer(pointer)] = value;
  return mistake(text);
}

}  // namespace

TEST_CASE("a manifest is read whole") {
  const Manifest m = parsed(good());
  CHECK(m.lab == "97");
  CHECK(m.holes.size() == 2);
  CHECK(*m.holes[1].starter_body == "return\n1;");
  CHECK(m.checks[0].stack_kib == 256);
  CHECK(m.checks[1].requires_ids == std::vector<std::string>{"97.1"});
  CHECK(m.mutants[1].edits[1].body == "2\n3");
  CHECK(m.answers[0].number == 2.0);
  CHECK(m.answers[1].value == "plus");
  CHECK(m.editable_files() == std::vector<std::string>{"a.cpp", "b.cpp"});
  CHECK(agrees(m.answers[0], "2.05"));
  CHECK_FALSE(agrees(m.answers[0], "2.2"));
  CHECK_FALSE(agrees(m.answers[0], "two"));
  CHECK(agrees(m.answers[1], " plus"));
}

TEST_CASE("each mistake in a manifest is named with its JSON path") {
  CHECK(mistake(good()).empty());
  CHECK(mistake_at("/extra", 1) == "lab.json: /extra: unknown key");
  CHECK(mistake_at("/checks/0/time", 1) == "lab.json: /checks/0/time: unknown key");
  CHECK(mistake_at("/schema", 2) == "lab.json: /schema: must be 1");
  CHECK(mistake_at("/points", 4) == "lab.json: /points: is 4, the checks sum to 3");
  CHECK(mistake_at("/points", "3") == "lab.json: /points: must be a number");
  CHECK(mistake_at("/holes/1/id", "a") == "lab.json: /holes/1/id: \"a\" is there twice");
  CHECK(mistake_at("/holes/0/file", "../a.cpp") == "lab.json: /holes/0/file: must lie in the source tree");
  CHECK(mistake_at("/checks/1/id", "97.1").find("/checks/1/id: \"97.1\" is there twice") != std::string::npos);
  CHECK(mistake_at("/checks/1/name", "97.2 a,b").find("/checks/1/name: may contain letters") != std::string::npos);
  CHECK(mistake_at("/checks/1/name", "two").find("/checks/1/name: must begin with \"97.2 \"") != std::string::npos);
  CHECK(mistake_at("/checks/0/holes/0", "q") == "lab.json: /checks/0/holes: no hole \"q\"");
  CHECK(mistake_at("/checks/1/requires/0", "9") == "lab.json: /checks/1/requires: no check \"9\"");
  CHECK(mistake_at("/checks/1/on_timeout", "q") == "lab.json: /checks/1/on_timeout: no message \"q\"");
  CHECK(mistake_at("/checks/0/seconds", 0) == "lab.json: /checks/0/seconds: must be > 0");
  CHECK(mistake_at("/checks/1/detail", "some") ==
        "lab.json: /checks/1/detail: must be one of full, no-expected, verdict");
  CHECK(mistake_at("/mutants/0/message", "q") == "lab.json: /mutants/0/message: no message \"q\"");
  CHECK(mistake_at("/mutants/0/must_fail", json::array()) == "lab.json: /mutants/0/must_fail: must name a check");
  CHECK(mistake_at("/mutants/0/must_fail/0", "7") == "lab.json: /mutants/0/must_fail: no check \"7\"");
  CHECK(mistake_at("/mutants/0/body_file", "x.body") == "lab.json: /mutants/0: needs either \"body\" or \"body_file\"");
  CHECK(mistake_at("/mutants/1/id", "x") == "lab.json: /mutants/1/id: \"x\" is there twice");
  CHECK(mistake_at("/accept/0/message", "m") == "lab.json: /accept/0/message: unknown key");
  CHECK(mistake_at("/hints/7", json::array()) == "lab.json: /hints/7: no check \"7\"");
  json without = good();
  without["mutants"][0].erase("message");
  CHECK(mistake(without) == "lab.json: /mutants/0: lacks \"message\"");
  CHECK_THROWS_AS(parse_manifest("{", "lab.json", "."), ManifestError);
}

TEST_CASE("what is handed out tells neither mutants nor answers nor hidden checks") {
  const TemporaryFolder folder;
  write_file(folder.path() / "lab.json", good().dump());
  const Manifest m = read_manifest(folder.path() / "lab.json");
  const json shown = json::parse(public_manifest(m, {{"a", "yhat::f"}}));
  CHECK_FALSE(shown.contains("mutants"));
  CHECK_FALSE(shown.contains("accept"));
  CHECK(shown["checks"].size() == 1);
  CHECK(shown["points"] == 1);
  CHECK(shown["holes"][0]["symbol"] == "yhat::f");
  CHECK_FALSE(shown["holes"][1].contains("starter_body"));
  CHECK(shown["predict"]["answers"]["n"] == json::object());
  CHECK(mistake(shown).empty());
  CHECK(json::parse(empty_predictions(m))["predictions"]["n"].is_null());
}

TEST_CASE("a demo's measured values are found among its lines") {
  const auto values = measured_in("hello\nmeasured a = 1.5\nmeasured b = + -\nnot measured c = 2\n");
  CHECK(values.size() == 2);
  CHECK(values.at("a") == "1.5");
  CHECK(values.at("b") == "+ -");
}

TEST_CASE("a packet that is no record is none") {
  CHECK(parse_record("{\"k\":\"end\",\"asserts\":3,\"ok\":true}").asserts == 3);
  for (const char* nonsense : {"", "{", "[]", "7", "{\"k\":7}", "{\"k\":\"end\",\"pid\":\"x\"}", "\xff"}) {
    CAPTURE(nonsense);
    CHECK(parse_record(nonsense).kind.empty());
  }
}
