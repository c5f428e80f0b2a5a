// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/tensor.h>

#include <string>

namespace demo {

/// Whether this build can write JPEG files: it was made with libjpeg.
bool can_write_jpeg();

/// Writes image (3,H,W) in [0, 1] as a JPEG. Throws yhat::IoError, and yhat::ArgumentError in a build without libjpeg.
void write_jpeg(const std::string& path, const yhat::Tensor& image, int quality = 90);

}  // namespace demo
