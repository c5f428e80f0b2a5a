// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace yhat::detail {

/// The content of a file of trace/page/, by its name, as it was when the library was built. Empty if there is none.
std::string_view page_file(std::string_view name);

}  // namespace yhat::detail
