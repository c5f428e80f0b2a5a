// SPDX-License-Identifier: MIT
// The fast voice: every entry point, for float and double.
#include "dispatch.h"

namespace yhat::kernels {

using std::int64_t;

template <class T>
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T* c,
          bool accumulate) {
  table<T>().gemm(transpose_a, transpose_b, m, n, k, a, b, c, accumulate);
}

template <class T>
void conv2d(const Conv2dGeometry& geo, const T* x, const T* weight, const T* bias, T* y) {
  table<T>().conv2d(geo, x, weight, bias, y);
}

template <class T>
void conv2d_input_grad(const Conv2dGeometry& geo, const T* gy, const T* weight, T* gx) {
  table<T>().conv2d_input_grad(geo, gy, weight, gx);
}

template <class T>
void conv2d_weight_grad(const Conv2dGeometry& geo, const T* gy, const T* x, T* gw) {
  table<T>().conv2d_weight_grad(geo, gy, x, gw);
}

template <class T>
void max_pool2d(const Pool2dGeometry& geo, const T* x, T* y, int64_t* winner) {
  table<T>().max_pool2d(geo, x, y, winner);
}

template <class T>
void max_pool2d_grad(const Pool2dGeometry& geo, const T* gy, const int64_t* winner, T* gx) {
  table<T>().max_pool2d_grad(geo, gy, winner, gx);
}

template <class T>
void avg_pool2d(const Pool2dGeometry& geo, const T* x, T* y) {
  table<T>().avg_pool2d(geo, x, y);
}

template <class T>
void avg_pool2d_grad(const Pool2dGeometry& geo, const T* gy, T* gx) {
  table<T>().avg_pool2d_grad(geo, gy, gx);
}

template <class T>
void local_response_norm(const LrnGeometry& geo, const T* x, T* y, T* scale) {
  table<T>().local_response_norm(geo, x, y, scale);
}

template <class T>
void local_response_norm_grad(const LrnGeometry& geo, const T* gy, const T* x, const T* scale, T* gx) {
  table<T>().local_response_norm_grad(geo, gy, x, scale, gx);
}

template <class T>
T sum(int64_t n, const T* x) {
  return table<T>().sum(n, x);
}

template <class T>
void sum_axis(int64_t outer, int64_t n, int64_t inner, const T* x, T* y) {
  table<T>().sum_axis(outer, n, inner, x, y);
}

template <class T>
void softmax_rows(int64_t rows, int64_t n, const T* x, T* y) {
  table<T>().softmax_rows(rows, n, x, y);
}

template <class T>
void log_softmax_rows(int64_t rows, int64_t n, const T* x, T* y) {
  table<T>().log_softmax_rows(rows, n, x, y);
}

template <class T>
void arithmetic(Arithmetic op, int64_t n, const T* a, const T* b, T* y) {
  table<T>().arithmetic(op, n, a, b, y);
}

#define YHAT_INSTANTIATE(T)                                                                     \
  template void gemm(bool, bool, int64_t, int64_t, int64_t, const T*, const T*, T*, bool);      \
  template void conv2d(const Conv2dGeometry&, const T*, const T*, const T*, T*);                \
  template void conv2d_input_grad(const Conv2dGeometry&, const T*, const T*, T*);               \
  template void conv2d_weight_grad(const Conv2dGeometry&, const T*, const T*, T*);              \
  template void max_pool2d(const Pool2dGeometry&, const T*, T*, int64_t*);                      \
  template void max_pool2d_grad(const Pool2dGeometry&, const T*, const int64_t*, T*);           \
  template void avg_pool2d(const Pool2dGeometry&, const T*, T*);                                \
  template void avg_pool2d_grad(const Pool2dGeometry&, const T*, T*);                           \
  template void local_response_norm(const LrnGeometry&, const T*, T*, T*);                      \
  template void local_response_norm_grad(const LrnGeometry&, const T*, const T*, const T*, T*); \
  template T sum(int64_t, const T*);                                                            \
  template void sum_axis(int64_t, int64_t, int64_t, const T*, T*);                              \
  template void softmax_rows(int64_t, int64_t, const T*, T*);                                   \
  template void log_softmax_rows(int64_t, int64_t, const T*, T*);                               \
  template void arithmetic(Arithmetic, int64_t, const T*, const T*, T*);
YHAT_INSTANTIATE(float)
YHAT_INSTANTIATE(double)

}  // namespace yhat::kernels
