// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/tensor.h>

#include <cstdint>
#include <functional>
#include <string>

/// A gradient checker, written by you, and what it is set on.
namespace yhat::labs {

/// An op with a gradient that may be right or wrong. All tensors are f64.
struct OpUnderTest {
  std::string name;
  /// y = f(x): one output, one or more inputs.
  std::function<Tensor(const Tensors& x)> forward;
  /// J^T v, one tensor for each input: the gradient of sum(v * f(x)). v has the shape of y.
  std::function<Tensors(const Tensors& x, const Tensor& v)> vjp;
  /// Inputs to try. `batch` is the size of the first axis wherever there is a batch.
  std::function<Tensors(Rng& rng, std::int64_t batch)> sample;
};

/// Whether vjp is the gradient of forward, as far as you can find out. Where forward has no derivative (a kink, a tie)
/// any answer of vjp has to be accepted.
bool gradient_is_correct(const OpUnderTest& op);

/// x with element `i` (row-major) of input `k` replaced.
Tensors with_element(const Tensors& x, std::size_t k, std::size_t i, double value);

}  // namespace yhat::labs
