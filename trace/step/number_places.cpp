// SPDX-License-Identifier: MIT
#include "number_places.h"

#include <fmt/format.h>

#include "numbers.h"

namespace yhat::trace {

Expr number_at(double value, std::string key) {
  Expr e = number(value);
  e.text = std::move(key);
  return e;
}

std::string number_markup(double value, const std::string& key, const char* element) {
  const std::string markup = number_markup(value);                 // <mn data-v="7">7</mn>
  const std::string inside = markup.substr(3, markup.size() - 8);  //     data-v="7">7
  return fmt::format("<{0}{1}{2}</{0}>", element, key.empty() ? "" : fmt::format(" data-n=\"{}\"", escape(key)),
                     inside);
}

}  // namespace yhat::trace
