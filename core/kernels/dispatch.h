// SPDX-License-Identifier: MIT
#pragma once
#include "conv2d.h"
#include "elementwise.h"
#include "gemm.h"
#include "lrn.h"
#include "pool2d.h"
#include "reduce.h"

namespace yhat::kernels {

/// Instruction sets that the fast kernels are compiled for. `baseline` is what every processor of this architecture
/// has.
enum class Isa { baseline, avx2, avx512 };

/// The fast kernels of one instruction set.
template <class T>
struct KernelTable {
  decltype(&kernels::gemm<T>) gemm;
  decltype(&kernels::conv2d<T>) conv2d;
  decltype(&kernels::conv2d_input_grad<T>) conv2d_input_grad;
  decltype(&kernels::conv2d_weight_grad<T>) conv2d_weight_grad;
  decltype(&kernels::max_pool2d<T>) max_pool2d;
  decltype(&kernels::max_pool2d_grad<T>) max_pool2d_grad;
  decltype(&kernels::avg_pool2d<T>) avg_pool2d;
  decltype(&kernels::avg_pool2d_grad<T>) avg_pool2d_grad;
  decltype(&kernels::local_response_norm<T>) local_response_norm;
  decltype(&kernels::local_response_norm_grad<T>) local_response_norm_grad;
  decltype(&kernels::sum<T>) sum;
  decltype(&kernels::sum_axis<T>) sum_axis;
  decltype(&kernels::softmax_rows<T>) softmax_rows;
  decltype(&kernels::log_softmax_rows<T>) log_softmax_rows;
  decltype(&kernels::arithmetic<T>) arithmetic;
  /// For benchmarks: multiply-adds on registers alone, the most that the processor can do, `times` rounds of them.
  /// Returns the number of operations.
  double (*peak)(std::int64_t times);
};

/// The best instruction set that this build and this processor have or, if set, the one that the environment variable
/// YHAT_ISA names (baseline, avx2, avx512). Throws ArgumentError if that is unknown or not available.
[[nodiscard]] Isa isa();
[[nodiscard]] const char* isa_name(Isa isa);
[[nodiscard]] bool isa_available(Isa isa);
/// For tests: throws ArgumentError if it is not available.
void set_isa(Isa isa);

/// The kernels of isa().
template <class T>
const KernelTable<T>& table();

namespace baseline {
template <class T>
const KernelTable<T>& table();
}
namespace avx2 {
template <class T>
const KernelTable<T>& table();
}
namespace avx512 {
template <class T>
const KernelTable<T>& table();
}

}  // namespace yhat::kernels
