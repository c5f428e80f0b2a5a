// SPDX-License-Identifier: MIT
#pragma once

#include "core/files/bytes.h"
#include "yhat/tensor.h"

namespace yhat::files {

/// A JPEG -> (3,H,W) in [0, 1]. Throws FormatError, also in a build without libjpeg.
Tensor read_jpeg(const Source& source, Bytes bytes);

}  // namespace yhat::files
