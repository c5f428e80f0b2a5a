// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace yhat::test {

/// Holds a text against tests/trace/golden/NAME.txt. To write the files anew after a wanted change:
/// YHAT_WRITE_GOLDEN=1.
inline void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(YHAT_TEST_SOURCE_DIR) + "/tests/trace/golden/" + name + ".txt";
  if (std::getenv("YHAT_WRITE_GOLDEN")) std::ofstream(path, std::ios::binary) << text;
  std::ifstream in(path, std::ios::binary);
  CHECK(text == std::string(std::istreambuf_iterator<char>(in), {}));
}

/// What a terminal of 80 columns shows without wrapping, and any font has.
inline void check_columns(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    CHECK(line.size() <= 80);
    for (char c : line) CHECK((c >= 32 && c < 127));
  }
}

}  // namespace yhat::test
