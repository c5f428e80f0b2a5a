// SPDX-License-Identifier: MIT
#include "core/files/number_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

namespace yhat::files {

bool parse_number(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_number(std::string_view text, double& value) {
  using Limits = std::numeric_limits<double>;
  for (const double special : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
    if (text == number_text(special)) return value = special, true;
  }
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
#ifdef __cpp_lib_to_chars
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
#else
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  return !text.empty() && (in >> value) && in.peek() == std::istringstream::traits_type::eof();
#endif
}

std::string number_text(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

}  // namespace yhat::files
