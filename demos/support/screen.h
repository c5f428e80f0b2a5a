// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/image.h>
#include <yhat/terminal.h>

#include <string>
#include <utility>
#include <vector>

namespace demo {

/// What is written to stdout, fitted to what stands behind it: text is wrapped at the width of the terminal (80 for
/// files), colour and characters beyond ASCII are used only where they can be shown.
class Screen {
 public:
  /// `color`: "auto", "always" or "never".
  explicit Screen(const std::string& color = "auto");
  /// With given properties, for tests.
  Screen(int columns, bool color, bool utf8) : columns_(columns), color_(color), utf8_(utf8) {}

  int columns() const { return columns_; }
  bool terminal() const { return terminal_; }
  bool color() const { return color_; }
  bool utf8() const { return utf8_; }

  std::string strong(const std::string& text) const { return styled("1", text); }
  std::string faint(const std::string& text) const { return styled("2", text); }
  std::string good(const std::string& text) const { return styled("32", text); }
  std::string bad(const std::string& text) const { return styled("31", text); }

  /// Each of these prints.
  void heading(const std::string& text) const;
  void paragraph(const std::string& text, int indent = 0) const;
  void line(const std::string& text) const;
  /// Names and values in two columns.
  void facts(const std::vector<std::pair<std::string, std::string>>& facts) const;
  /// Cells in columns, numbers to the right. A table that is too wide is continued below, with its first column again.
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) const;

  /// The same as text, for tests.
  std::string wrapped(const std::string& text, int indent) const;
  std::string table_text(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows) const;

  /// A grey picture `columns` characters wide: half blocks in shades of grey with colour, halves that are on or off
  /// in UTF-8 without it, else characters from blank to @. Each line is that many columns wide.
  std::vector<std::string> picture(const yhat::Image& image, int columns) const;

 private:
  std::string styled(const char* code, const std::string& text) const;

  int columns_ = 80;
  bool terminal_ = false;
  bool color_ = false;
  bool utf8_ = false;
};

/// Groups of three digits: 61,706.
std::string thousands(long long n);

}  // namespace demo
