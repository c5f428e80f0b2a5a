// SPDX-License-Identifier: MIT
#include "support/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/error.h>

#include <algorithm>
#include <cmath>

#include "support/screen.h"

namespace demo {

using namespace yhat;

const SummaryRow& row_of(const Summary& table, const std::string& layer) {
  for (const SummaryRow& row : table.rows) {
    if (row.name == layer) return row;
  }
  throw ArgumentError("row_of", fmt::format("no layer '{}' in {}", layer, table.name));
}

std::vector<SummaryRow> rows_of_type(const Summary& table, const std::string& type) {
  std::vector<SummaryRow> found;
  for (const SummaryRow& row : table.rows) {
    if (row.info.type == type) found.push_back(row);
  }
  return found;
}

double share(std::int64_t part, std::int64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}
double fc_share(const Summary& table) { return share(table.fc_parameters(), table.parameters()); }
double conv_mac_share(const Summary& table) { return share(table.macs() - table.fc_macs(), table.macs()); }

double mebibytes(std::int64_t values) { return static_cast<double>(values) * 4 / (1 << 20); }

std::string sizes(const Shape& shape) { return fmt::format("{}", fmt::join(shape.begin(), shape.end(), "x")); }
std::string count(std::int64_t n) { return n == 0 ? "-" : thousands(n); }
std::string two(double value) { return fmt::format("{:.2f}", value); }

const std::vector<SlideRow>& alexnet_slide() {
  static const std::vector<SlideRow> rows = {
      {"conv1", "35 K", "253,440"}, {"conv2", "307 K", "186,624"}, {"conv3", "884 K", "64,896"},
      {"conv4", "663 K", "64,896"}, {"conv5", "442 K", "43,264"},  {"fc6", "87 M", "4096"},
      {"fc7", "16 M", "4096"},      {"fc8", "4 M", "1000"},        {"total", "60 M", "0.63 M"}};
  return rows;
}

bool quotes(const std::string& figure, const std::vector<std::int64_t>& exact) {
  std::string digits;
  double unit = 1;  // of the last digit
  bool decimals = false;
  for (const char c : figure) {
    if (c == 'K') {
      unit *= 1e3;
    } else if (c == 'M') {
      unit *= 1e6;
    } else if (c == '.') {
      decimals = true;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      if (decimals) unit /= 10;
    } else if (c != ',' && c != ' ') {
      digits.clear();
      break;
    }
  }
  if (digits.empty() || digits.size() > 15) {
    throw ArgumentError("quotes", fmt::format("'{}' (a number, and K or M)", figure));
  }
  const double stated = std::stod(digits);
  return std::any_of(exact.begin(), exact.end(), [&](std::int64_t n) {
    const double units = static_cast<double>(n) / unit;
    return std::floor(units) == stated || std::round(units) == stated;
  });
}

std::string within(double apart, double bound) {
  return apart < bound ? fmt::format("< {:g}", bound) : fmt::format("{:.1e}", apart);
}

}  // namespace demo
