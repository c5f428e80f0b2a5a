// SPDX-License-Identifier: MIT
// Every link of a page to a file of the project leads somewhere, every picture is there.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path kRoot = YHAT_TEST_SOURCE_DIR;

std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  }
  for (const char* folder : {"docs", "labs", "data", "tests"}) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (entry.path().extension() == ".md") found.push_back(entry.path());
    }
  }
  return found;
}

/// What stands in `](...)`, `src="..."` or `srcset="..."` outside of code, without a place in the page.
std::vector<std::string> links_of(const fs::path& page) {
  std::ifstream in(page);
  std::vector<std::string> links;
  bool code = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("```", 0) == 0) code = !code;
    if (code) continue;
    for (std::size_t at = 0; (at = line.find("](", at)) != std::string::npos; ++at) {
      const std::string target = line.substr(at + 2, line.find(')', at) - at - 2);
      if (target.find(' ') == std::string::npos) links.push_back(target.substr(0, target.find('#')));  // not a lambda
    }
    for (const std::string attribute : {"src=\"", "srcset=\""}) {
      for (std::size_t at = 0; (at = line.find(attribute, at)) != std::string::npos;) {
        at += attribute.size();
        links.push_back(line.substr(at, line.find('"', at) - at));
      }
    }
  }
  return links;
}

/// Names of files in backquotes: they have a slash, no blank, and begin with a folder or script of the project.
std::vector<std::string> files_named_in(const fs::path& page) {
  std::ifstream in(page);
  std::vector<std::string> names;
  bool code = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("```", 0) == 0) code = !code;
    if (code) continue;
    for (std::size_t open = line.find('`'); open != std::string::npos; open = line.find('`', open + 1)) {
      const std::size_t close = line.find('`', open + 1);
      if (close == std::string::npos) break;
      const std::string name = line.substr(open + 1, close - open - 1);
      open = close;
      const std::string first = name.substr(0, name.find('/'));
      if (name.find('/') == std::string::npos || name.find_first_of(" *<") != std::string::npos) continue;
      if (name.find("NAME") != std::string::npos) continue;  // any name
      if (first == "build" || first == "FOLDER" || first == "." || !fs::exists(kRoot / first)) continue;
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("files that the pages name exist") {
  std::size_t checked = 0;
  for (const fs::path& page : pages()) {
    if (page.lexically_relative(kRoot).begin()->string() == "labs") continue;  // they name files to be made
    for (const std::string& name : files_named_in(page)) {
      CAPTURE(page.string());
      CAPTURE(name);
      CHECK(fs::exists(kRoot / name));
      ++checked;
    }
  }
  CHECK(checked > 50);
}

TEST_CASE("links between pages lead to files that exist") {
  std::size_t checked = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& link : links_of(page)) {
      if (link.empty() || link.find("://") != std::string::npos || link.rfind("mailto:", 0) == 0) continue;
      CAPTURE(page.string());
      CAPTURE(link);
      CHECK(fs::exists(page.parent_path() / link));
      ++checked;
    }
  }
  CHECK(checked > 50);
}
