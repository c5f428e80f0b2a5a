// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace yhat::detail {

/// The bytes of a file of data/fashion_mnist_sample/, by its name, as they were when the library was built. They live
/// as long as the program. Empty if there is no such file or the library was built with YHAT_EMBED_SAMPLE=OFF.
std::string_view embedded_file(std::string_view name);

}  // namespace yhat::detail
