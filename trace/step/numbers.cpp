// SPDX-License-Identifier: MIT
#include "numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "yhat/tensor.h"

namespace yhat::trace {
namespace {

bool special(double value, std::string& text) {
  if (std::isnan(value)) {
    text = "NaN";
  } else if (std::isinf(value)) {
    text = value < 0 ? "-Infinity" : "Infinity";
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string show(double value) {
  std::string text;
  if (special(value, text)) return text;
  const bool from_f32 = static_cast<double>(static_cast<float>(value)) == value;  // then 0.1 is what was meant
  return format_number(value, 4, from_f32 ? Dtype::f32 : Dtype::f64);
}

// Fixed for 1e-3 <= |x| < 1e16, else scientific with as many digits as it takes: one rule for C++ and the page.
std::string show_full(double value) {
  std::string text;
  if (special(value, text)) return text;
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const std::string shortest = fmt::format("{}", std::abs(value));
  std::string digits;
  int exponent = 0;  // of the first digit
  bool point = false;
  bool leading = true;
  const std::size_t e = shortest.find('e');
  for (char c : shortest.substr(0, e)) {
    if (c == '.') {
      point = true;
    } else if (leading && c == '0') {
      if (point) --exponent;
    } else {
      if (leading && point) --exponent;
      if (!leading && !point) ++exponent;
      leading = false;
      digits += c;
    }
  }
  if (e != std::string::npos) exponent += std::stoi(shortest.substr(e + 1));
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  const auto n = static_cast<int>(digits.size());
  if (exponent < -3 || exponent >= 16) {
    text = digits.substr(0, 1) + (n > 1 ? "." + digits.substr(1) : "") + "e" + std::to_string(exponent);
  } else if (exponent < 0) {
    text = "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else if (n <= exponent + 1) {
    text = digits + std::string(static_cast<std::size_t>(exponent + 1 - n), '0');
  } else {
    text = digits.substr(0, static_cast<std::size_t>(exponent + 1)) + "." +
           digits.substr(static_cast<std::size_t>(exponent + 1));
  }
  return (std::signbit(value) ? "-" : "") + text;
}

std::string show(double value, bool full) { return full ? show_full(value) : show(value); }

Summary summarise(const Numbers& values) {
  Summary s;
  s.min = std::numeric_limits<double>::infinity();
  s.max = -s.min;
  std::int64_t finite = 0;
  double magnitude = 0;
  for (double v : values) {
    if (!std::isfinite(v)) {
      ++s.nonfinite;
      continue;
    }
    ++finite;
    s.zeros += v == 0;
    s.min = std::min(s.min, v);
    s.max = std::max(s.max, v);
    s.mean += v;
    magnitude += std::abs(v);
  }
  // What is left where all cancels is rounding, and another processor rounds otherwise.
  if (std::abs(s.mean) <= 1e-14 * magnitude) s.mean = 0;
  if (finite == 0) {
    s.min = s.max = s.mean = std::numeric_limits<double>::quiet_NaN();
  } else {
    s.mean /= static_cast<double>(finite);
  }
  return s;
}

std::string show(const Numbers& values, const Shape& shape, bool full) {
  if (values.size() == 1) return show(values[0], full);
  if (values.size() > 12) {
    const Summary s = summarise(values);
    std::string text =
        fmt::format("{} from {} to {}, mean {}", shape, show(s.min, full), show(s.max, full), show(s.mean, full));
    if (s.zeros > 0) text += fmt::format(", {} zeros", s.zeros);
    if (s.nonfinite > 0) text += fmt::format(", {} not finite", s.nonfinite);
    return text;
  }
  std::string text = "(";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + show(values[i], full);
  return text + ")";
}

std::string show(const MaybeNumbers& values, const Shape& shape, bool full) {
  return values ? show(*values, shape, full) : "-";
}

std::string escape(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string number_markup(double value) {
  std::string text = show(value);
  std::string shown;
  for (char c : text) shown += c == '-' ? "\xe2\x88\x92" : std::string(1, c);
  return "<mn data-v=\"" + show_full(value) + "\">" + shown + "</mn>";
}

}  // namespace yhat::trace
