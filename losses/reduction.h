// SPDX-License-Identifier: MIT
#pragma once

#include "yhat/losses.h"
#include "yhat/tensor.h"

/// What the losses share. All functions take the name of the op that the user called, for errors.
namespace yhat::losses {

/// Losses before reduction -> the result. Throws ArgumentError for a mean over no values.
Tensor reduce(const char* op, const Tensor& values, Reduction reduction);
/// The same with another divisor for the mean, which must not be 0.
Tensor reduce(const Tensor& values, Reduction reduction, double divisor);
/// dL/d(result) as a factor for the values before reduction, to be broadcast: the vjp of `reduce`.
Tensor factor(const Tensor& g, Reduction reduction, double divisor);

/// Throws ArgumentError unless dtypes are equal, ShapeError unless shapes are. `first` names the first operand.
void require_same(const char* op, const char* first, const Tensor& a, const Tensor& target);
/// Throws ArgumentError unless every element is in [0, 1].
void require_unit_interval(const char* op, const char* what, const Tensor& x);

/// Labels of N rows of C classes, checked, as numbers to compute with.
struct LabelTarget {
  Tensor q;              // (N,C): w_c ((1 - e) [c = label] + e / C), rows of ignored labels 0
  double divisor = 0;    // what the mean divides by: the total weight of the kept labels
  bool ignored = false;  // some row does not count
};

/// Throws ShapeError, IndexError or ArgumentError as described at cross_entropy.
LabelTarget label_target(const char* op, const Tensor& rows, const std::vector<std::int64_t>& labels,
                         const CrossEntropySpec& spec);
/// Throws ShapeError unless `rows` is (N,C) with C >= 1.
void require_rows(const char* op, const char* what, const Tensor& rows);
/// Throws ArgumentError or ShapeError unless label_smoothing and weight are allowed for C classes.
void require_allowed(const char* op, const Tensor& rows, const CrossEntropySpec& spec);

}  // namespace yhat::losses
