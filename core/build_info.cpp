// SPDX-License-Identifier: MIT
#include "yhat/build_info.h"

#include <fmt/format.h>

#include "core/kernels/dispatch.h"
#include "yhat/version.h"

#ifndef YHAT_BUILD_TYPE
#define YHAT_BUILD_TYPE ""
#endif
#ifndef YHAT_SANITIZERS
#define YHAT_SANITIZERS ""
#endif

namespace yhat {
namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#elif defined(_MSC_VER)
  return fmt::format("MSVC {}.{}", _MSC_VER / 100, _MSC_VER % 100);
#else
  return "unknown compiler";
#endif
}

constexpr bool optimised =
#if defined(__OPTIMIZE__) || (defined(_MSC_VER) && defined(NDEBUG))
    true;
#else
    false;
#endif

constexpr bool with_threads =
#ifdef YHAT_HAVE_THREADS
    true;
#else
    false;
#endif

}  // namespace

BuildInfo build_info() {
  return {version(),       YHAT_BUILD_TYPE, compiler(),  kernels::isa_name(kernels::isa()),
          YHAT_SANITIZERS, optimised,       with_threads};
}

}  // namespace yhat
