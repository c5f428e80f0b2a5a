// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "formula.h"

/// Numbers of a page in whose place its script puts others: each has a key that says which, such as "p:2".
namespace yhat::trace {

/// A number of a formula.
Expr number_at(double value, std::string key);
/// The same as markup, also outside of formulas; see number_markup in numbers.h. The key may be empty.
std::string number_markup(double value, const std::string& key, const char* element = "mn");

}  // namespace yhat::trace
