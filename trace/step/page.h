// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace yhat::trace {

/// One self-contained page: no request is needed to show it, and its policy forbids any.
struct Page {
  std::string title;
  std::string body;    // HTML
  std::string json;    // the trace, without `<`
  std::string script;  // the file of trace/page/ that brings it to life
  std::string style;   // another one, after page.css; may be empty
};
std::string to_html(const Page& page);

}  // namespace yhat::trace
