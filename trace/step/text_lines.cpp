// SPDX-License-Identifier: MIT
#include "text_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "numbers.h"

namespace yhat::trace {

void put(std::vector<std::string>& lines, const std::string& key, std::string text, bool prose) {
  std::string head = fmt::format("  {:<10}", key);
  do {
    const std::size_t room = text_width - head.size();
    std::size_t cut = text.size();
    if (cut > room) {
      cut = prose ? std::string::npos : text.rfind(", ", room - 1);
      cut = cut == std::string::npos ? text.rfind(' ', room) : cut + 1;
      if (cut == std::string::npos || cut == 0) cut = room;
    }
    std::string line = fmt::format("{}{}", head, text.substr(0, cut));
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
    text.erase(0, cut);
    text.erase(0, text.find_first_not_of(' '));
    head = std::string(12, ' ');
  } while (!text.empty());
}

void put_grid(std::vector<std::string>& lines, const Numbers& data, std::int64_t rows, std::int64_t cols, bool full) {
  std::vector<std::string> cells;
  std::size_t widest = 0;
  for (double v : data) {
    cells.push_back(show(v, full));
    widest = std::max(widest, cells.back().size());
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    std::string line;
    for (std::int64_t c = 0; c < cols; ++c) {
      line += fmt::format("{}{:>{}}", c ? "  " : "", cells[static_cast<std::size_t>(r * cols + c)], widest);
    }
    if (line.size() + 16 > text_width) return;
    lines.push_back(fmt::format("            [ {} ]", line));
  }
}

}  // namespace yhat::trace
