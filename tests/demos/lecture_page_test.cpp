// SPDX-License-Identifier: MIT
// docs/lecture.md against the sources: what it names exists, and says what it says.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "slide_audit/claims.h"
#include "tests/matches.h"

namespace fs = std::filesystem;

namespace {

const fs::path root = YHAT_TEST_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

using Row = std::vector<std::string>;

/// The tables of a page: the cells of every row that begins with a number, by the heading above it.
std::map<std::string, std::vector<Row>> numbered_rows(const std::string& page) {
  std::map<std::string, std::vector<Row>> tables;
  std::string heading;
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("## ", 0) == 0) heading = line.substr(3);
    if (yhat::test::whole_match(line, R"(\| \d+ \|.*\|)").empty()) continue;
    Row cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) {
      const std::size_t first = cell.find_first_not_of(' ');
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
    }
    tables[heading].push_back(cells);
  }
  return tables;
}

/// What stands between backticks.
std::string quoted(const std::string& cell) {
  return cell.size() > 2 && cell.front() == '`' && cell.back() == '`' ? cell.substr(1, cell.size() - 2)
                                                                      : "not in backticks";
}

}  // namespace

TEST_CASE("the lecture's page: every path and every demo that it names exists") {
  const std::string page = read(root / "docs/lecture.md");
  std::size_t paths = 0;
  for (const yhat::test::Match& code : yhat::test::matches(page, "`([^`\n]+)`")) {
    const std::string& text = code[1];
    if (text.find('/') == std::string::npos || text.find(' ') != std::string::npos) continue;
    CAPTURE(text);
    CHECK(fs::exists(root / text));
    ++paths;
  }
  CHECK(paths > 80);
  const std::vector<yhat::test::Match> demos = yhat::test::matches(page, "\n\\| `([a-z_0-9]+)` \\|");
  for (const yhat::test::Match& demo : demos) {
    CAPTURE(demo[1]);
    CHECK(fs::exists(root / "demos" / demo[1] / "main.cpp"));
  }
  CHECK(demos.size() >= 11);
}

TEST_CASE("the lecture's page: all 35 statements, each with its demo and a test that names both") {
  // The tests that are there: "lecture N, DEMO" and the file.
  const std::string name = "TEST_CASE\\(\\s*\"(lecture \\d+, [a-z_0-9]+):";
  std::map<std::string, std::set<std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = read(entry.path());
    for (const yhat::test::Match& test : yhat::test::matches(text, name)) {
      files[test[1]].insert(fs::relative(entry.path(), root).generic_string());
    }
  }
  const std::vector<Row> rows = numbered_rows(read(root / "docs/lecture.md"))["Statements"];
  REQUIRE(rows.size() == 35);
  CHECK(files.size() == 35);  // none names a statement with another demo
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(rows[i].size() == 5);
    CHECK(rows[i][0] == std::to_string(i + 1));
    const std::string demo = quoted(rows[i][2]);
    const std::string test = fmt::format("lecture {}, {}", rows[i][0], demo);
    CAPTURE(test);
    CHECK(fs::exists(root / "demos" / demo / "main.cpp"));
    CHECK(files[test].count(quoted(rows[i][3])) == 1);
  }
}

TEST_CASE("the lecture's page: all 37 claims with the verdicts that slide_audit computes") {
  const std::vector<Row> rows = numbered_rows(read(root / "docs/lecture.md"))["Claims"];
  const std::vector<demo::Claim> claims = demo::claims();
  REQUIRE(rows.size() == claims.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i + 1);
    REQUIRE(rows[i].size() == 4);
    CHECK(rows[i][0] == std::to_string(claims[i].number));
    CHECK(rows[i][2] == demo::name_of(claims[i].verdict));
    std::istringstream statements(rows[i][3]);
    for (std::string number; std::getline(statements, number, ',');) {
      CHECK(std::stoi(number) >= 1);
      CHECK(std::stoi(number) <= 35);
    }
  }
}
