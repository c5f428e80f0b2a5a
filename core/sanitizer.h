// SPDX-License-Identifier: MIT
#pragma once

#if defined(__has_feature)
#define YHAT_HAS_FEATURE(feature) __has_feature(feature)  // of clang
#else
#define YHAT_HAS_FEATURE(feature) 0
#endif

namespace yhat {

/// Whether freed memory is kept for the next user. Not under the address sanitizer, which then sees a use after free.
#if defined(__SANITIZE_ADDRESS__) || YHAT_HAS_FEATURE(address_sanitizer)
inline constexpr bool recycling = false;
#else
inline constexpr bool recycling = true;
#endif

/// Whether a sanitizer is in that takes several times the time and memory.
#if defined(__SANITIZE_THREAD__) || YHAT_HAS_FEATURE(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = !recycling;
#endif

}  // namespace yhat
#undef YHAT_HAS_FEATURE
