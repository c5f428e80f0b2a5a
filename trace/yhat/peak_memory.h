// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace yhat {

/// The most memory that this process has had resident so far, in bytes; 0 where the system does not tell.
std::int64_t peak_memory();

}  // namespace yhat
