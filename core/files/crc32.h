// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/files/bytes.h"

namespace yhat::files {

/// The CRC-32 of gzip, PNG and zip (ISO 3309, reflected polynomial 0xEDB88320). To go on where another call stopped,
/// pass its result.
std::uint32_t crc32(Bytes bytes, std::uint32_t before = 0);

}  // namespace yhat::files
