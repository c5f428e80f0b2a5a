// SPDX-License-Identifier: MIT
#pragma once

#include "catalogue.h"

namespace yhat::test {

/// Tensors that want a gradient, so that a refused call might leave a trace.
inline Tensor z(const Shape& shape, Dtype dtype = Dtype::f64) { return full(shape, 0.5, dtype).requires_grad_(); }
inline Tensor narrow(const Shape& shape) { return z(shape, Dtype::f32); }

template <class F>
ErrorInput shape_error(const std::string& text, F f) {
  return {"ShapeError", text, [f] { (void)f(); }};
}
template <class F>
ErrorInput index_error(const std::string& text, F f) {
  return {"IndexError", text, [f] { (void)f(); }};
}
template <class F>
ErrorInput argument_error(const std::string& text, F f) {
  return {"ArgumentError", text, [f] { (void)f(); }};
}

/// Those of convolution, pooling and normalisation.
std::vector<ErrorInput> errors_of_images(const std::string& op);

}  // namespace yhat::test
