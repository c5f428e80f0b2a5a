// SPDX-License-Identifier: MIT
// What the README says about other files is so.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path kProject = YHAT_TEST_SOURCE_DIR;

std::vector<std::string> lines_of(const char* page) {
  std::ifstream in(kProject / page);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The rows of the README's table whose head this is.
std::vector<std::string> rows_below(const std::string& head) {
  std::vector<std::string> rows;
  bool inside = false;
  for (const std::string& line : lines_of("README.md")) {
    if (inside && !line.starts_with("|")) break;
    if (inside && !line.starts_with("|-")) rows.push_back(line);
    inside = inside || line == head;
  }
  return rows;
}

/// The text between backquotes in a cell, counted from 0.
std::string name_in_cell(const std::string& row, int cell) {
  std::size_t at = 0;
  for (int i = 0; i <= cell; ++i) at = row.find('|', at) + 1;
  const std::size_t open = row.find('`', at) + 1;
  return row.substr(open, row.find('`', open) - open);
}

}  // namespace

TEST_CASE("the README's map names demos that exist") {
  const std::vector<std::string> rows = rows_below("| claim | demo | test | file |");
  CHECK(rows.size() >= 9);
  for (const std::string& row : rows) {
    const std::string demo = name_in_cell(row, 1);
    CAPTURE(demo);
    CHECK((fs::exists(kProject / "demos" / demo / "main.cpp") || fs::exists(kProject / "demos" / (demo + ".cpp"))));
  }
}

TEST_CASE("the README's measured rows are those of docs/performance.md") {
  const std::vector<std::string> rows = rows_below("| workload | yhat | PyTorch | ratio (min to max) |");
  CHECK(rows.size() == 3);
  const std::vector<std::string> measured = lines_of("docs/performance.md");
  for (const std::string& row : rows) {
    bool found = false;
    for (const std::string& line : measured) found = found || line.starts_with(row);
    CAPTURE(row);
    CHECK(found);
  }
}
