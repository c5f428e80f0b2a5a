// SPDX-License-Identifier: MIT
#pragma once
#include "../dispatch.h"
#include "conv2d_input_grad.h"
#include "conv2d_weight_grad.h"
#include "elementwise.h"
#include "lrn.h"
#include "pool2d.h"
#include "reduce.h"

namespace yhat::kernels::YHAT_ISA {

namespace {

template <class T>
double peak(int64_t times) {
  constexpr int chains = 12;  // a result is awaited for 4 or 5 cycles, two are begun in each: enough to keep them busy
  Vec<T> sum[chains], factor = broadcast(T(0.5)), term = broadcast(T(1));
  for (int j = 0; j < chains; ++j) sum[j] = broadcast(static_cast<T>(j));
  for (int64_t i = 0; i < times; ++i) {
    YHAT_UNROLL for (int j = 0; j < chains; ++j) sum[j] = sum[j] * factor + term;
  }
  volatile T seen = 0;  // or the compiler would leave all of it out
  for (int j = 0; j < chains; ++j) seen = sum[j][0];
  (void)seen;
  return 2.0 * static_cast<double>(times * chains * lanes<T>);
}

}  // namespace

template <class T>
const KernelTable<T>& table() {
  static constexpr KernelTable<T> kernels{
      .gemm = &gemm<T>,
      .conv2d = &conv2d<T>,
      .conv2d_input_grad = &conv2d_input_grad<T>,
      .conv2d_weight_grad = &conv2d_weight_grad<T>,
      .max_pool2d = &max_pool2d<T>,
      .max_pool2d_grad = &max_pool2d_grad<T>,
      .avg_pool2d = &avg_pool2d<T>,
      .avg_pool2d_grad = &avg_pool2d_grad<T>,
      .local_response_norm = &local_response_norm<T>,
      .local_response_norm_grad = &local_response_norm_grad<T>,
      .sum = &sum<T>,
      .sum_axis = &sum_axis<T>,
      .softmax_rows = &softmax_rows<T>,
      .log_softmax_rows = &log_softmax_rows<T>,
      .arithmetic = &arithmetic<T>,
      .peak = &peak<T>,
  };
  return kernels;
}

template const KernelTable<float>& table();
template const KernelTable<double>& table();

}  // namespace yhat::kernels::YHAT_ISA
