// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "yhat/tensor.h"

/// Losses. Every one can be differentiated any number of times; none broadcasts. Rules for all: dtypes must be equal
/// (ArgumentError), the mean over nothing is an ArgumentError, the sum over nothing is 0.
namespace yhat {

/// How the losses of the samples (or elements) become the result.
enum class Reduction {
  mean,  ///< a scalar, divided by their number (by their total weight where there are class weights)
  sum,   ///< a scalar
  none   ///< one loss each
};

/// Settings of the losses that have no others.
struct LossSpec {
  Reduction reduction = Reduction::mean;  ///< over the rows that count
};

/// (pred - target)^2, two tensors of one shape; the mean is over all elements: gradient 2 (pred - target) / numel.
/// Throws ShapeError unless the shapes are equal.
Tensor mse_loss(const Tensor& pred, const Tensor& target, const LossSpec& spec = {});

/// -(t log p + (1 - t) log(1 - p)) for probabilities p and targets t of one shape, each log at least -100. Gradient
/// (p - t) / max(p (1 - p), 1e-12): behind a sigmoid that has rounded to 0 or 1 it is 0, so prefer the form below.
/// Throws ShapeError, or ArgumentError for a p or t outside [0, 1].
Tensor binary_cross_entropy(const Tensor& p, const Tensor& target, const LossSpec& spec = {});

/// The same of p = sigmoid(z), computed as max(z, 0) - z t + log1p(exp(-|z|)), which neither overflows nor cancels.
/// Gradient sigmoid(z) - t. Throws ShapeError, or ArgumentError for a t outside [0, 1].
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target, const LossSpec& spec = {});

/// What labels of this value mean: no label, no loss, no gradient.
inline constexpr std::int64_t default_ignore_index = -100;

/// Settings of cross_entropy.
struct CrossEntropySpec {
  Tensor weight = {};                                ///< (C), a factor >= 0 for each class; undefined: all 1
  std::int64_t ignore_index = default_ignore_index;  ///< rows with this label do not count; for labels only
  double label_smoothing = 0;                        ///< e in [0, 1]: the target becomes (1 - e) target + e / C
  Reduction reduction = Reduction::mean;             ///< over the rows that count
};

/// -log softmax(logits) at each row's label. logits (N,C), one label 0..C-1 (or ignore_index) per row. With q the
/// one-hot target, smoothed and weighted, and p = softmax(logits): L_n = -sum_c q_nc log p_nc with 0 log 0 = 0, and
/// dL_n/dlogits = p_n sum_c q_nc - q_n, that is yhat - y. The mean divides by the total weight of the kept labels.
/// Throws ShapeError, IndexError (a label out of range), ArgumentError (nothing kept; smoothing or weights not
/// allowed).
Tensor cross_entropy(const Tensor& logits, const std::vector<std::int64_t>& labels, const CrossEntropySpec& spec = {});
/// The same for labels in braces: `cross_entropy(logits, {0, 2, 1})`.
inline Tensor cross_entropy(const Tensor& logits, std::initializer_list<std::int64_t> labels,
                            const CrossEntropySpec& spec = {}) {
  return cross_entropy(logits, std::vector<std::int64_t>(labels), spec);
}

/// The same for a target distribution (N,C) per row: entries in [0, 1], rows that sum to 1 within 1e-6 (f64) or 1e-4
/// (f32). The mean divides by N. Gradients flow to the target too. Throws ShapeError or ArgumentError.
Tensor cross_entropy(const Tensor& logits, const Tensor& probabilities, const CrossEntropySpec& spec = {});

/// Settings of nll_loss.
struct NllLossSpec {
  Tensor weight = {};                                ///< (C), a factor >= 0 for each class; undefined: all 1
  std::int64_t ignore_index = default_ignore_index;  ///< rows with this label do not count
  Reduction reduction = Reduction::mean;             ///< over the rows that count
};

/// -log_p at each row's label: cross-entropy of log-probabilities (N,C), as log_softmax(x, 1) gives. Weights, ignored
/// rows, reduction and errors as in cross_entropy.
Tensor nll_loss(const Tensor& log_p, const std::vector<std::int64_t>& labels, const NllLossSpec& spec = {});

/// The share of rows whose label is not among the k best scores (N,C), in [0, 1]. Order: higher score first, then lower
/// class. A NaN at the label is wrong for every k; at another class it takes one of the k places.
/// Throws ShapeError, IndexError for a label outside 0..C-1, ArgumentError for k < 1 or no rows.
double top_k_error(const Tensor& scores, const std::vector<std::int64_t>& labels, std::int64_t k);

}  // namespace yhat
