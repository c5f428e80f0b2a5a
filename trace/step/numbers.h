// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "yhat/trace.h"

/// Numbers as people read them: NaN without sign, Infinity spelled out, the rest as format_number.
namespace yhat::trace {

/// 4 significant digits, 7 and 0.5 short.
std::string show(double value);
/// The shortest text that reads back exactly; -0 keeps its sign.
std::string show_full(double value);
/// show or show_full, as a table shows it.
std::string show(double value, bool full);

/// `(1, 2, 3)`, one number plain, nothing as `-`. More than 12 elements: shape and range.
std::string show(const Numbers& values, const Shape& shape, bool full = false);
std::string show(const MaybeNumbers& values, const Shape& shape, bool full = false);

/// <mn>, with the exact value at hand for the page's switch of digits; the sign as U+2212.
std::string number_markup(double value);
/// Text for HTML: & < > and quotes.
std::string escape(const std::string& text);

/// A few counts over many numbers.
struct Summary {
  double min = 0, mean = 0, max = 0;
  std::int64_t zeros = 0, nonfinite = 0;
};
Summary summarise(const Numbers& values);

}  // namespace yhat::trace
