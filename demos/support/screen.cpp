// SPDX-License-Identifier: MIT
#include "support/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace demo {
namespace {

using yhat::text_width;

yhat::ColorMode color_mode(const std::string& name) {
  if (name == "always") return yhat::ColorMode::always;
  return name == "never" ? yhat::ColorMode::never : yhat::ColorMode::automatic;
}

std::string blanks(int n) { return std::string(static_cast<std::size_t>(std::max(0, n)), ' '); }

bool numeric(const std::string& cell) { return cell.find_first_not_of("0123456789+-.,e%x/() ") == std::string::npos; }

/// The picture as `columns` x `rows` shares of white (0 to 1): means over the pixels that each cell covers.
std::vector<double> resampled(const yhat::Image& image, int columns, int rows) {
  std::vector<double> cells;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const double top = static_cast<double>(r) * image.height / rows;
      const double bottom = static_cast<double>(r + 1) * image.height / rows;
      const double left = static_cast<double>(c) * image.width / columns;
      const double right = static_cast<double>(c + 1) * image.width / columns;
      double sum = 0;
      for (int y = static_cast<int>(top); y < std::min(image.height, static_cast<int>(std::ceil(bottom))); ++y) {
        const double high = std::min(bottom, y + 1.0) - std::max(top, static_cast<double>(y));
        for (int x = static_cast<int>(left); x < std::min(image.width, static_cast<int>(std::ceil(right))); ++x) {
          const double wide = std::min(right, x + 1.0) - std::max(left, static_cast<double>(x));
          sum += high * wide * image.pixels[static_cast<std::size_t>(y * image.width + x)];
        }
      }
      cells.push_back(sum / 255 / ((bottom - top) * (right - left)));
    }
  }
  return cells;
}

int grey_code(double share) { return 232 + static_cast<int>(std::lround(23 * std::clamp(share, 0.0, 1.0))); }

}  // namespace

Screen::Screen(const std::string& color)
    : columns_(yhat::is_terminal(stdout) ? yhat::terminal_columns(stdout) : 80),
      terminal_(yhat::is_terminal(stdout)),
      color_(yhat::use_color(stdout, color_mode(color))),
      utf8_(yhat::use_utf8()) {}

std::string Screen::styled(const char* code, const std::string& text) const {
  return color_ ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

void Screen::heading(const std::string& text) const {
  const int width = std::min(columns_, text_width(text));
  fmt::print("\n{}{}\n", wrapped(strong(text), 0), std::string(static_cast<std::size_t>(width), '='));
}

void Screen::paragraph(const std::string& text, int indent) const { fmt::print("{}", wrapped(text, indent)); }

void Screen::line(const std::string& text) const { fmt::print("{}\n", text); }

void Screen::facts(const std::vector<std::pair<std::string, std::string>>& facts) const {
  int width = 0;
  for (const auto& fact : facts) width = std::max(width, text_width(fact.first));
  for (const auto& [name, value] : facts) {
    const std::string text = wrapped(value, width + 4);
    fmt::print("  {}{}{}", faint(name), blanks(width + 2 - text_width(name)),
               text.substr(std::min(text.size(), static_cast<std::size_t>(width) + 4)));
  }
}

// Escape codes count as characters here; they stand around short words and headings only.
std::string Screen::wrapped(const std::string& text, int indent) const {
  std::string out;
  std::string line = blanks(indent);
  bool empty = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!empty && text_width(line) + 1 + text_width(word) > columns_) {
      out += line + "\n";
      line = blanks(std::min(indent, columns_ - text_width(word)));  // a long word is indented less
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
    at = end + 1;
  }
  return out + line + "\n";
}

void Screen::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) const {
  fmt::print("{}", table_text(header, rows));
}

std::string Screen::table_text(const std::vector<std::string>& header,
                               const std::vector<std::vector<std::string>>& rows) const {
  const std::size_t n = header.size();
  std::vector<int> width(n);
  std::vector<bool> right(n, true);
  for (std::size_t c = 0; c < n; ++c) {
    width[c] = text_width(header[c]);
    for (const auto& row : rows) {
      width[c] = std::max(width[c], text_width(row[c]));
      right[c] = right[c] && numeric(row[c]);
    }
  }
  std::string out;
  for (std::size_t begin = 1; begin < std::max<std::size_t>(n, 2);) {
    std::size_t end = begin;
    int total = 2 + width[0];
    while (end < n && (end == begin || total + 2 + width[end] <= columns_)) total += 2 + width[end++];
    auto append = [&](const std::vector<std::string>& cells) {
      std::string line = fmt::format("  {}{}", cells[0], blanks(width[0] - text_width(cells[0])));
      for (std::size_t c = begin; c < end; ++c) {
        const std::string fill = blanks(width[c] - text_width(cells[c]));
        line += fmt::format("  {}{}", right[c] ? fill : cells[c], right[c] ? cells[c] : fill);
      }
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    };
    if (begin > 1) out += "\n";
    append(header);
    for (const auto& row : rows) append(row);
    begin = std::max(end, begin + 1);
  }
  return out;
}

std::vector<std::string> Screen::picture(const yhat::Image& image, int columns) const {
  const int rows = std::max(1, static_cast<int>(std::lround(0.5 * columns * image.height / image.width)));
  std::vector<std::string> lines;
  if (!color_ && !utf8_) {
    static constexpr std::string_view ramp = " .:-=+*#%@";
    const std::vector<double> cells = resampled(image, columns, rows);
    for (int r = 0; r < rows; ++r) {
      std::string line;
      for (int c = 0; c < columns; ++c) {
        const double share = cells[static_cast<std::size_t>(r * columns + c)];
        line += ramp[std::min<std::size_t>(9, static_cast<std::size_t>(10 * share))];
      }
      lines.push_back(line);
    }
    return lines;
  }
  const std::vector<double> cells = resampled(image, columns, 2 * rows);
  for (int r = 0; r < rows; ++r) {
    std::string line;
    for (int c = 0; c < columns; ++c) {
      const double upper = cells[static_cast<std::size_t>(2 * r * columns + c)];
      const double lower = cells[static_cast<std::size_t>((2 * r + 1) * columns + c)];
      if (color_ && utf8_) {  // upper half block: the foreground above, the background below
        line += fmt::format("\033[38;5;{};48;5;{}m\xE2\x96\x80", grey_code(upper), grey_code(lower));
      } else if (color_) {
        line += fmt::format("\033[48;5;{}m ", grey_code((upper + lower) / 2));
      } else {
        constexpr double on = 0.3;
        line += upper > on ? (lower > on ? "\xE2\x96\x88" : "\xE2\x96\x80") : (lower > on ? "\xE2\x96\x84" : " ");
      }
    }
    lines.push_back(color_ ? line + "\033[0m" : line);
  }
  return lines;
}

std::string thousands(long long n) {
  std::string digits = fmt::to_string(n < 0 ? -n : n);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits = fmt::format("{},{}", digits.substr(0, at), digits.substr(at));
  }
  return n < 0 ? fmt::format("-{}", digits) : digits;
}

}  // namespace demo
