// SPDX-License-Identifier: MIT
// Rules that no compiler checks, for every source file of the project.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/matches.h"

namespace fs = std::filesystem;
using yhat::test::Match;
using yhat::test::matches;
using yhat::test::whole_match;

namespace {

const fs::path kRoot = YHAT_TEST_SOURCE_DIR;
const std::vector<std::string> kLibrary = {"core", "layers", "losses", "optim", "models", "data", "trace"};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  REQUIRE_MESSAGE(in.good(), path.string());
  return text;
}

/// All files of these folders with one of these endings, relative to the root, sorted.
std::vector<fs::path> files(const std::vector<std::string>& folders, const std::set<std::string>& endings) {
  std::vector<fs::path> found;
  for (const std::string& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder))
      if (entry.is_regular_file() && endings.count(entry.path().extension().string()) > 0)
        found.push_back(fs::relative(entry.path(), kRoot));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> all_sources() {
  std::vector<std::string> folders = kLibrary;
  folders.insert(folders.end(), {"include", "cmake", "demos", "labs", "bench", "tests"});
  return files(folders, {".h", ".cpp"});
}

std::vector<fs::path> public_headers() {
  std::vector<fs::path> headers = files(kLibrary, {".h"});
  std::erase_if(headers, [](const fs::path& p) { return p.parent_path().filename() != "yhat"; });
  return headers;
}

/// The names of the test cases of a file. A long name may be written as several adjacent literals.
std::vector<std::string> test_names(const std::string& text) {
  std::vector<std::string> names;
  for (const Match& test : matches(text, R"re(\bTEST_CASE(?:_TEMPLATE)?\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re")) {
    std::string& name = names.emplace_back();
    for (const Match& literal : matches(test[1], R"re("((?:[^"\\]|\\.)*)")re")) name += literal[1];
  }
  return names;
}

/// What a file includes, as it is written.
std::vector<std::string> included(const std::string& text) {
  std::vector<std::string> names;
  for (const Match& m : matches(text, R"re((?:^|\n)\s*#\s*include\s*[<"]([^>"]*)[>"])re")) names.push_back(m[1]);
  return names;
}

}  // namespace

TEST_CASE("source files are ASCII, without tabs and carriage returns, and name their licence first") {
  const std::vector<fs::path> paths = all_sources();
  REQUIRE(paths.size() > 5);
  for (const fs::path& path : paths) {
    CAPTURE(path.string());
    const std::string text = read(kRoot / path);
    CHECK(text.rfind("// SPDX-License-Identifier: MIT\n", 0) == 0);
    const auto bad = std::find_if(text.begin(), text.end(), [](char c) { return (c < ' ' && c != '\n') || c > '~'; });
    if (bad != text.end()) {
      CAPTURE(std::count(text.begin(), bad, '\n') + 1);
      CHECK_MESSAGE(bad == text.end(), "a byte that is not printable ASCII in this line");
    }
  }
}

TEST_CASE("scripts, build files and style sheets name their licence first") {
  std::vector<std::string> folders = kLibrary;
  folders.insert(folders.end(), {".ci", "cmake", "demos", "docs", "labs", "bench", "tests"});
  std::vector<fs::path> paths = files(folders, {"", ".cmake", ".css", ".in", ".js", ".mjs", ".py", ".sh", ".txt"});
  paths.insert(paths.end(), {"CMakeLists.txt", "run.sh"});
  std::size_t checked = 0;
  for (const fs::path& path : paths) {
    const std::string text = read(kRoot / path);
    const bool script = text.starts_with("#!");
    if (!script && path.extension().empty()) continue;  // data
    if (path.extension() == ".txt" && path.filename() != "CMakeLists.txt") continue;
    CAPTURE(path.string());
    const std::size_t begin = script ? text.find('\n') + 1 : 0;
    CHECK(text.substr(begin, text.find('\n', begin) - begin).find("SPDX-License-Identifier: MIT") != std::string::npos);
    ++checked;
  }
  CHECK(checked > 70);
}

TEST_CASE("folders of the library include only what they may, as the README lists it") {
  const std::map<std::string, std::set<std::string>> allowed = {{"models", {"core", "layers"}}};
  std::map<std::string, std::string> folder_of;  // a public header by its name
  for (const fs::path& header : public_headers()) folder_of[header.filename().string()] = header.begin()->string();
  std::size_t checked = 0;
  for (const fs::path& path : files(kLibrary, {".h", ".cpp"})) {
    const std::string from = path.begin()->string();
    std::set<std::string> may = {from, "core"};
    if (const auto more = allowed.find(from); more != allowed.end())
      may.insert(more->second.begin(), more->second.end());
    if (from == "core") may = {"core"};
    const std::string text = read(kRoot / path);
    for (const fs::path name : included(text)) {
      std::string to = name.begin()->string();  // "core/files/atomic_file.h"
      if (name.parent_path().filename() == "yhat" && folder_of.count(name.filename().string()) > 0) {
        to = folder_of[name.filename().string()];
      } else if (std::find(kLibrary.begin(), kLibrary.end(), to) == kLibrary.end()) {
        continue;  // of the same folder, or of another library
      }
      CAPTURE(path.string());
      CAPTURE(name.string());
      CHECK(may.count(to) == 1);
      ++checked;
    }
  }
  CHECK(checked > 100);
}

TEST_CASE("public headers are guarded and include each other, cheap standard headers and fmt/core.h, nothing else") {
  // One more is a decision: every file that includes yhat pays for it. <algorithm>, <iostream> and <random> cost most.
  const std::set<std::string> cheap = {
      "array",  "concepts",   "cstddef",          "cstdint",      "cstdio",    "functional",
      "iosfwd", "limits",     "memory",           "new",          "optional",  "span",
      "string", "utility",    "string_view",      "type_traits",  "stdexcept", "iterator",
      "vector", "fmt/core.h", "initializer_list", "unordered_map"};
  std::vector<fs::path> headers = public_headers();
  REQUIRE(!headers.empty());
  headers.emplace_back("include/yhat/yhat.h");
  for (const fs::path& path : headers) {
    const std::string text = read(kRoot / path);
    CAPTURE(path.string());
    CHECK(text.find("\n#pragma once\n") != std::string::npos);
    for (const std::string& name : included(text)) {
      CAPTURE(name);
      const bool allowed = name.starts_with("yhat/") || cheap.count(name) > 0;
      CHECK(allowed);
    }
  }
}

TEST_CASE("the umbrella header includes every public header") {
  const std::string umbrella = read(kRoot / "include/yhat/yhat.h");
  for (const fs::path& path : public_headers()) {
    const std::string line = "#include <yhat/" + path.filename().string() + ">";
    CAPTURE(path.string());
    CHECK_MESSAGE(umbrella.find(line + "\n") != std::string::npos, "include/yhat/yhat.h lacks: ", line);
  }
}

TEST_CASE("names of test cases are unique in the project and have no semicolon") {
  CHECK(test_names("TEST_CASE(\"a\") {}\nTEST_CASE(\n    \"b \"\n    \"c\") {}") ==
        std::vector<std::string>{"a", "b c"});
  std::map<std::string, std::string> seen;
  for (const fs::path& path : files({"tests", "labs"}, {".cpp"})) {
    for (const std::string& name : test_names(read(kRoot / path))) {
      CAPTURE(name);
      CHECK_MESSAGE(name.find(';') == std::string::npos, path.string(),
                    ": CTest would split the name at the semicolon");
      CHECK_MESSAGE(seen.count(name) == 0, path.string(), ": the same name as in ", seen[name]);
      seen[name] = path.string();
    }
  }
  CHECK(seen.size() > 3);
}

TEST_CASE("the checklist has a test for each of its numbers, and the test's name has the number") {
  std::set<std::string> names;
  for (const fs::path& path : files({"tests"}, {".cpp"})) {
    for (const std::string& name : test_names(read(kRoot / path))) names.insert(name);
  }
  const auto has_number = [](const std::string& name, int wanted) {
    for (const Match& range : matches(name, R"re(\b(\d+)(?:-(\d+))?\b)re")) {
      const int first = std::stoi(range[1]);
      const int last = range[2].empty() ? first : std::stoi(range[2]);
      if (first <= wanted && wanted <= last) return true;
    }
    return false;
  };
  std::istringstream page(read(kRoot / "docs/checklist.md"));
  int next = 1;
  for (std::string line; std::getline(page, line);) {
    const Match row = whole_match(line, R"re(\| (\d+) \| (.*) \| (.*) \|)re");
    if (row.empty()) continue;
    CAPTURE(line);
    CHECK(std::stoi(row[1]) == next);
    CHECK(names.count(row[3]) == 1);
    CHECK(has_number(row[3], next));
    ++next;
  }
  CHECK(next == 87);
}
