// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/rng.h"
#include "yhat/tensor.h"

/// Starting values for parameters. Each overwrites the tensor in place; the trailing underscore says so. fan_in is the
/// number of inputs that one output sums over, fan_out the number of outputs that one input reaches: for a weight (O,I)
/// I and O, for (O,C/g,kh,kw) C/g kh kw and O kh kw. All throw GraphError for the result of a recorded op.
namespace yhat {

/// How many inputs one output of a layer has, and how many outputs one input goes to.
struct Fan {
  std::int64_t in, out;
};
/// Of a weight (O,I,...). Throws ShapeError unless it has at least 2 axes.
Fan fan_of(const Shape& weight);

/// All elements the same.
void constant_(Tensor& x, double value);
/// Uniform in [lo, hi). Throws ArgumentError unless lo <= hi and hi - lo is finite.
void uniform_(Tensor& x, double lo, double hi, Rng& rng);
/// Normal with this mean and standard deviation. Throws ArgumentError unless std >= 0.
void normal_(Tensor& x, double mean, double std, Rng& rng);
/// Uniform in +-sqrt(6 / fan_in): keeps the variance of relu layers (He et al. 2015). This and the next three throw
/// ShapeError for fewer than 2 axes.
void kaiming_uniform_(Tensor& weight, Rng& rng);
/// Normal with standard deviation sqrt(2 / fan_in) (He et al. 2015).
void kaiming_normal_(Tensor& weight, Rng& rng);
/// Uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).
void xavier_uniform_(Tensor& weight, Rng& rng);
/// Normal with standard deviation sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).
void xavier_normal_(Tensor& weight, Rng& rng);

}  // namespace yhat
