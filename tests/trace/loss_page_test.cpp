// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>

#include "golden.h"
#include "step/json.h"
#include "step/loss_lesson.h"
#include "step/loss_stages.h"
#include "step/loss_words.h"
#include "step/numbers.h"
#include "tests/matches.h"

using namespace yhat;
using step::LossLesson;
using test::occurrences;

namespace {

LossLesson lesson(const std::vector<Numbers>& logits = {}, const std::vector<std::int64_t>& labels = {}) {
  step::Request request;
  request.name = "loss";
  request.logits = logits;
  request.labels = labels;
  request.command = "yhat_step loss";
  return step::loss_lesson(request);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("loss page: the text is the golden file, in 80 columns, and answers what the page must answer") {
  const LossLesson l = lesson();
  const std::string text = step::loss_text(l);
  yhat::test::check_golden("loss", text);
  yhat::test::check_columns(text);
  yhat::test::check_columns(step::loss_text(l, true));
  for (const char* part :
       {"Which factor does squared error keep? J", "When does it hurt?", "saturated and wrong", "When would it not?",
        "Without a softmax", "benign start", "The condition that is used", "label smoothing", "NOT equal",
        "a hidden sigmoid at z = 4", "arXiv 2006.07322", "0.1, 0.2, 0.5, 1, 2, 5, 10", "the first value that is not"}) {
    CAPTURE(part);
    CHECK(has(yhat::test::replaced(text, "\\s+", " "), std::string(part)));
  }
  const std::string asked = step::loss_text(l, false, true);
  CHECK(asked.find("All but the true class's") > asked.find("== Answers =="));
  CHECK(occurrences(asked, "numeric   ") == 0);
}

TEST_CASE("loss page: one file that asks for nothing, with the text and JSON in it") {
  const LossLesson l = lesson();
  const std::string page = step::loss_html(l);
  CHECK(page == step::loss_html(l));
  CHECK(page.size() < 300 * 1000);
  CHECK(occurrences(page, "id=\"trace\"") == 1);
  CHECK(occurrences(page, "<script") == 2);
  CHECK(occurrences(page, "<h1") == 1);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  for (const char* no : {" src=", "http:", "https:", "url(", "@import"}) CHECK_FALSE(has(page, no));
  CHECK(occurrences(page, "href=\"") == occurrences(page, "href=\"#"));
  CHECK(has(page, trace::escape(step::loss_text(l))));
  CHECK(has(page, step::loss_json(l)));
  for (const std::string& sentence : step::not_claimed(l)) CHECK(has(page, "<li>" + step::prose_html(sentence)));
  const std::set<std::string> allowed = {"math",    "mi",     "mn",    "mo",     "mrow", "mfrac", "msub",  "msup",
                                         "msubsup", "munder", "mover", "mtable", "mtr",  "mtd",   "mtext", "msqrt"};
  for (const yhat::test::Match& element : yhat::test::matches(page, "<(m[a-z]+)[ >]")) {
    const std::string& tag = element[1];
    CHECK((allowed.count(tag) || tag == "meta" || tag == "main"));
  }
  std::set<std::string> ids;
  for (const yhat::test::Match& id : yhat::test::matches(page, " id=\"([^\"]+)\"")) CHECK(ids.insert(id[1]).second);
}

TEST_CASE("loss page: every key in the page and its sentences has a number in every case") {
  const LossLesson l = lesson({{1, 2}}, {1});
  const std::string page = step::loss_html(l);
  const auto json = trace::Json::parse(step::loss_json(l));
  CHECK(json["schema"] == "yhat.trace/1");
  CHECK(json["page"] == "loss");
  REQUIRE(json["cases"].size() == 5);
  CHECK(json["cases"][4]["block"] == "2-1");
  REQUIRE(json["sweeps"][0]["series"]["p"].size() == 81);
  CHECK(json["sweeps"][0]["series"]["ce.norm"][80][0] == l.sweep[80].at("ce.norm"));
  CHECK(json["curves"].size() == 4);
  CHECK(occurrences(page, "<div class=\"block\"") == 2);
  CHECK(json["stages"]["2-1"].size() == 7);
  for (const step::LossCase& c : l.starts) {
    for (const step::Stage& s : step::stages_of(c)) CHECK_FALSE(has(step::fill(s.say, c), "{"));
  }
  const std::vector<yhat::test::Match> keys = yhat::test::matches(page, "data-(n|bar|length|ok)=\"([^\"]+)\"");
  for (const yhat::test::Match& key : keys) {
    CAPTURE(key[2]);
    CHECK_NOTHROW(l.starts[1].at(key[2]));  // the largest block has three classes
  }
  CHECK(keys.size() > 150);
}

TEST_CASE("loss page: what is said of J holds for its numbers") {
  const step::LossCase right = step::take_apart("", "", {2, 1, 0.1}, 2);
  const auto said = [](const step::LossCase& c) { return step::columns_of(c)[0].stages[0].note; };
  CHECK(said(right).ends_with(" It is symmetric; rows and columns sum to 0."));
  for (const char* broken : {"J.sums", "J.closed"}) {
    step::LossCase wrong = right;
    for (auto& [name, values] : wrong.numbers) {
      if (name == broken) values = {1e-3};
    }
    CHECK(said(wrong) == "Asked of the engine, one backward pass per row.");
  }
}

TEST_CASE("loss page: two classes or sixteen, sure or hopeless, every number finds its place") {
  Numbers many(16, 0.25);
  many[7] = -3.5;
  for (const auto& [z, label] : {std::pair(Numbers{2000, 0, 0}, 1), {Numbers{-1, 1}, 0}, {many, 7}}) {
    const LossLesson l = lesson({z}, {label});
    const std::string text = step::loss_text(l);
    yhat::test::check_columns(text);
    const std::string page = step::loss_html(l);
    CHECK(page.size() < 300 * 1000);
    const bool hopeless = z[0] == 2000;
    CHECK(has(text, "DO NOT agree (RED)") == hopeless);
    CHECK(has(text, "-Infinity, 0)") == hopeless);
    CHECK(has(page, "data-ok=\"ce.ok\">RED") == hopeless);
    const auto mine = trace::Json::parse(step::loss_json(l))["cases"][4]["n"];
    CHECK(mine.contains("J") == (z.size() <= 8));
    if (hopeless) CHECK(mine["ce.up"][1] == "-Infinity");
  }
}
