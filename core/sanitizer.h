// SPDX-License-Identifier: MIT
#pragma once

namespace yhat {

/// Whether freed memory is kept for the next user. Not under the address sanitizer, which then sees a use after free.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool recycling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool recycling = false;
#else
inline constexpr bool recycling = true;
#endif
#else
inline constexpr bool recycling = true;
#endif

}  // namespace yhat
