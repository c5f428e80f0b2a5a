// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "support/screen.h"

using demo::Screen;

namespace {

int widest_line(const std::string& text) {
  std::istringstream in(text);
  int widest = 0;
  for (std::string line; std::getline(in, line);) widest = std::max(widest, yhat::text_width(line));
  return widest;
}

}  // namespace

TEST_CASE("text is wrapped between words, and words longer than a line stay whole") {
  const Screen screen(20, false, false);
  CHECK(screen.wrapped("one two three four five six", 2) == "  one two three four\n  five six\n");
  CHECK(screen.wrapped("a/very/long/path/that/cannot/be/broken", 0) == "a/very/long/path/that/cannot/be/broken\n");
  CHECK(screen.wrapped("it is a/path/of/18/chars", 4) == "    it is\n  a/path/of/18/chars\n");
  CHECK(screen.wrapped("", 0) == "\n");
}

TEST_CASE("a table that is too wide is continued below with its first column") {
  const std::vector<std::string> header = {"name", "first", "second", "third"};
  const std::vector<std::vector<std::string>> rows = {{"a", "1", "22", "x"}, {"b", "333", "4", "yy"}};
  CHECK(Screen(80, false, false).table_text(header, rows) ==
        "  name  first  second  third\n"
        "  a         1      22  x\n"
        "  b       333       4  yy\n");
  const std::string narrow = Screen(22, false, false).table_text(header, rows);
  CHECK(narrow ==
        "  name  first  second\n"
        "  a         1      22\n"
        "  b       333       4\n"
        "\n"
        "  name  third\n"
        "  a     x\n"
        "  b     yy\n");
  for (int columns = 14; columns < 40; ++columns) {
    CAPTURE(columns);
    CHECK(widest_line(Screen(columns, false, false).table_text(header, rows)) <= columns);
  }
}

TEST_CASE("pictures are as wide as asked, in ASCII, half blocks, or with colour") {
  yhat::Image image{4, 4, 1, {0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255}};
  const Screen ascii(80, false, false);
  const std::vector<std::string> lines = ascii.picture(image, 4);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "  @@");
  CHECK(lines[1] == "++++");
  const std::vector<std::string> blocks = Screen(80, false, true).picture(image, 4);
  CHECK(blocks[0] == "  \xE2\x96\x88\xE2\x96\x88");
  CHECK(blocks[1] == "\xE2\x96\x84\xE2\x96\x84\xE2\x96\x84\xE2\x96\x84");
  const std::vector<std::string> color = Screen(80, true, true).picture(image, 4);
  CHECK(color[0].find("\033[38;5;232;48;5;232m\xE2\x96\x80") == 0);
  CHECK(color[0].substr(color[0].size() - 4) == "\033[0m");
  CHECK(Screen(80, true, false).picture(image, 4)[0].find("\xE2") == std::string::npos);
  for (const int columns : {1, 3, 7, 18}) {
    CHECK(yhat::text_width(ascii.picture(image, columns)[0]) == columns);
    CHECK(yhat::text_width(Screen(80, false, true).picture(image, columns)[0]) == columns);
  }
}

TEST_CASE("thousands are grouped") {
  CHECK(demo::thousands(0) == "0");
  CHECK(demo::thousands(999) == "999");
  CHECK(demo::thousands(61706) == "61,706");
  CHECK(demo::thousands(-1234567) == "-1,234,567");
}
