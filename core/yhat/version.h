// SPDX-License-Identifier: MIT
#pragma once

// The version stands here and nowhere else: CMakeLists.txt reads this line.
#define YHAT_VERSION "0.1.0"

namespace yhat {

/// The version of the compiled library, "major.minor.patch". It differs from YHAT_VERSION, the version of the headers,
/// only if a program was compiled against one installation and linked with another.
const char* version() noexcept;

}  // namespace yhat
