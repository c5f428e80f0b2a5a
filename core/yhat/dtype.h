// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <iosfwd>
#include <string_view>
#include <utility>

namespace yhat {

/// The element type of a tensor, chosen at run time. Ops never convert: mixing dtypes is an ArgumentError.
enum class Dtype { f32, f64 };

/// Bytes per element: 4 or 8.
constexpr std::size_t size_of(Dtype dtype) { return dtype == Dtype::f32 ? 4 : 8; }
/// "f32" or "f64".
constexpr std::string_view name_of(Dtype dtype) { return dtype == Dtype::f32 ? "f32" : "f64"; }
/// Writes the name.
std::ostream& operator<<(std::ostream& out, Dtype dtype);

/// The dtype whose elements are of type T, float or double.
template <class T>
inline constexpr Dtype dtype_of = sizeof(T) == 4 ? Dtype::f32 : Dtype::f64;

/// Calls f with a float or a double, whose type says which C++ type the elements have:
/// `dispatch(x.dtype(), [&](auto zero) { using T = decltype(zero); ... });`
template <class F>
decltype(auto) dispatch(Dtype dtype, F&& f) {
  return dtype == Dtype::f32 ? std::forward<F>(f)(float{}) : std::forward<F>(f)(double{});
}

}  // namespace yhat

template <>
struct fmt::formatter<yhat::Dtype> : fmt::formatter<fmt::string_view> {
  auto format(yhat::Dtype dtype, fmt::format_context& context) const -> fmt::format_context::iterator;
};
