// SPDX-License-Identifier: MIT
#include "../elementwise.h"

namespace yhat::kernels::reference {

template <class T>
void arithmetic(Arithmetic op, std::int64_t n, const T* a, const T* b, T* y) {
  for (std::int64_t i = 0; i < n; ++i) {
    switch (op) {
      case Arithmetic::add:
        y[i] = a[i] + b[i];
        break;
      case Arithmetic::sub:
        y[i] = a[i] - b[i];
        break;
      case Arithmetic::mul:
        y[i] = a[i] * b[i];
        break;
      case Arithmetic::div:
        y[i] = a[i] / b[i];
        break;
    }
  }
}

template void arithmetic(Arithmetic, std::int64_t, const float*, const float*, float*);
template void arithmetic(Arithmetic, std::int64_t, const double*, const double*, double*);

}  // namespace yhat::kernels::reference
