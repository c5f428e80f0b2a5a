// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "yhat/tensor.h"

namespace yhat {
namespace {

// "1.200e-05" as "1.200e-5": the exponent without padding.
std::string trim_exponent(std::string text) {
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  std::size_t digit = e + 1;
  if (text[digit] == '+') {
    text.erase(digit, 1);
  } else if (text[digit] == '-') {
    ++digit;
  }
  while (digit + 1 < text.size() && text[digit] == '0') text.erase(digit, 1);
  return text;
}

}  // namespace

std::string format_number(double value, int digits, Dtype dtype) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (digits == 0) return dtype == Dtype::f32 ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  if (value == 0) return "0";
  // In scientific form first: rounding decides how many digits stand before the point (9999.5 becomes 1.000e4).
  const std::string scientific = fmt::format("{:.{}e}", value, digits - 1);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  const double scale = std::pow(10.0, digits - 1 - exponent);
  const bool exact =
      std::abs(std::nearbyint(value * scale) / scale - value) <= (dtype == Dtype::f32 ? 1e-6 : 1e-9) * std::abs(value);
  if (exponent < -3 || exponent >= digits) return trim_exponent(scientific);
  std::string text = fmt::format("{:.{}f}", value, digits - 1 - exponent);
  if (exact && text.find('.') != std::string::npos) {  // 7.000 is 7 and 0.5000 is 0.5, if nothing was rounded away
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

namespace {

constexpr std::int64_t most_shown = 1000;  // elements of a tensor that is printed whole
constexpr std::int64_t edge_shown = 3;     // first and last elements of each axis otherwise

class Printer {
 public:
  explicit Printer(const Tensor& x)
      : shape_(x.shape().begin(), x.shape().end()), values_(x.to_vector()), elided_(x.size() > most_shown) {
    visit(0, 0, [&](std::size_t i) {
      texts_.push_back(format_number(values_[i], 4, x.dtype()));
      width_ = std::max(width_, texts_.back().size());
    });
    if (shape_.size() < 2) width_ = 0;  // columns line up only where there are rows
  }

  std::string text() {
    next_ = 0;
    return part(0);
  }

 private:
  bool skips(std::size_t axis) const { return elided_ && shape_[axis] > 2 * edge_shown; }

  template <class F>
  void visit(std::size_t axis, std::size_t at, F&& f) const {
    if (axis == shape_.size()) return f(at);
    const auto n = static_cast<std::size_t>(shape_[axis]);
    for (std::size_t i = 0; i < n; ++i) {
      if (skips(axis) && i == edge_shown) i = n - edge_shown;
      visit(axis + 1, at * n + i, f);
    }
  }

  std::string part(std::size_t axis) {
    if (axis == shape_.size()) return fmt::format("{:>{}}", texts_[next_++], width_);
    const bool innermost = axis + 1 == shape_.size();
    const std::string between = innermost ? ", " : ",\n" + std::string(axis + 1, ' ');
    std::string text = "[";
    for (std::int64_t i = 0; i < shape_[axis]; ++i) {
      if (i > 0) text += between;
      if (skips(axis) && i == edge_shown) {
        text += "..." + between;
        i = shape_[axis] - edge_shown;
      }
      text += part(axis + 1);
    }
    return text + "]";
  }

  std::vector<std::int64_t> shape_;
  std::vector<double> values_;
  bool elided_;
  std::vector<std::string> texts_;
  std::size_t width_ = 0;
  std::size_t next_ = 0;
};

}  // namespace

std::string to_string(const Tensor& x) {
  if (!x.defined()) return "undefined tensor";
  const std::string values = Printer(x).text();
  return fmt::format("{}{}{} {}", values, values.find('\n') == std::string::npos ? "  " : "\n", x.shape(), x.dtype());
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace yhat

auto fmt::formatter<yhat::Tensor>::format(const yhat::Tensor& x, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  const std::string text = yhat::to_string(x);
  return std::copy(text.begin(), text.end(), context.out());
}
