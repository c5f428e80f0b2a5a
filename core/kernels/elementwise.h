// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace yhat::kernels {

enum class Arithmetic { add, sub, mul, div };

/// y[i] = a[i] op b[i] for n values, on the calling thread. y may be a or b.
template <class T>
void arithmetic(Arithmetic op, std::int64_t n, const T* a, const T* b, T* y);

namespace reference {
template <class T>
void arithmetic(Arithmetic op, std::int64_t n, const T* a, const T* b, T* y);
}

}  // namespace yhat::kernels
