// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "yhat/recycled.h"
#include "yhat/tensor.h"

/// The differentiable ops. Rules for all: operands have one dtype (else ArgumentError), shapes that do not fit are a
/// ShapeError, a wrong axis or index an IndexError; every op can be differentiated any number of times.
namespace yhat {

// --- Arithmetic. Shapes broadcast as in NumPy: aligned at the last axis, sizes equal or 1. ---

Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, double s);
Tensor operator-(const Tensor& a, double s);
Tensor operator*(const Tensor& a, double s);
Tensor operator/(const Tensor& a, double s);
Tensor operator+(double s, const Tensor& a);
Tensor operator-(double s, const Tensor& a);
Tensor operator*(double s, const Tensor& a);
Tensor operator/(double s, const Tensor& a);
Tensor operator-(const Tensor& x);
/// a^b for a constant exponent. The gradient of x^0 is 0, at x = 0 too.
Tensor pow(const Tensor& a, double exponent);
/// a^b element by element. At a = 0 the gradient of b is 0 for b >= 0 and -inf for b < 0; for a < 0 it is NaN.
Tensor pow(const Tensor& a, const Tensor& b);
/// The larger (smaller) of two. Ties send half of the gradient to each; a NaN wins and passes the gradient to both.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

// Comparisons give 1 where true and 0 where false (NaN: 0), with no gradient.
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, double s);
Tensor operator<(const Tensor& a, double s);
Tensor operator>=(const Tensor& a, double s);
Tensor operator<=(const Tensor& a, double s);
/// 1 where a == b, else 0.
Tensor equal(const Tensor& a, const Tensor& b);

/// a where the condition is not 0, else b; all three broadcast. The branch not taken gets gradient 0, which times an
/// infinite derivative further down is NaN: where(x > 0, sqrt(x), x) has gradient NaN at x < 0.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// --- Element by element, x of any shape ---

Tensor exp(const Tensor& x);
/// Natural logarithm: -inf at 0, NaN below.
Tensor log(const Tensor& x);
/// log(1 + x), accurate for small x.
Tensor log1p(const Tensor& x);
/// The gradient at 0 is +inf.
Tensor sqrt(const Tensor& x);
/// The gradient at 0 is 0.
Tensor abs(const Tensor& x);
/// -1, 0 or 1, NaN for NaN; no gradient.
Tensor sign(const Tensor& x);
/// max(x, 0); the gradient at 0 is 0. relu(NaN) is NaN and passes the gradient.
Tensor relu(const Tensor& x);
/// x for x > 0, else slope x.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);
/// 1 / (1 + exp(-x)), without overflow at either end.
Tensor sigmoid(const Tensor& x);
Tensor tanh(const Tensor& x);
/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
Tensor softplus(const Tensor& x);
/// x limited to [lo, hi]; the gradient passes at the limits themselves. NaN stays, without gradient.
/// Throws ArgumentError unless lo <= hi.
Tensor clamp(const Tensor& x, double lo, double hi);

// --- Reductions over all axes, one, or several. keepdim leaves reduced axes in place with size 1. ---

/// 0 for no elements.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// NaN for no elements.
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// Ties share the gradient evenly; a NaN wins. Throws ArgumentError if there is no element to choose from.
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// log(sum(exp(x))), computed as m + log(sum(exp(x - m))) with m the maximum. -inf for no elements.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The place of the largest element along an axis, for each row in row-major order; the first of ties, the first NaN.
/// Throws ArgumentError for an empty axis.
std::vector<std::int64_t> argmax(const Tensor& x, std::int64_t axis);
/// The place of the largest of all elements in row-major order.
std::int64_t argmax(const Tensor& x);
/// Sums over the axes along which `shape` broadcasts to x's shape, so that the result has `shape`.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// Repeats x along new axes and axes of size 1, so that the result has `shape`.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

// --- Products ---

/// op(a) op(b) of two matrices, op the transpose where its flag is set: (m,k) x (k,n) -> (m,n).
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);
/// x (N,in), weight (out,in), bias (out) -> x weight^T + bias (N,out).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);
/// The same without bias.
Tensor linear(const Tensor& x, const Tensor& weight);

// --- Shape. Elements keep their row-major order unless said otherwise. ---

/// The same elements under another shape; one size may be -1 and is worked out. Shares x's array.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Merges the axes from `start` on into one: flatten(x, 1) is (N, everything else).
Tensor flatten(const Tensor& x, std::int64_t start = 0);
/// Axis i of the result is axis `axes[i]` of x. Throws ArgumentError unless `axes` names each axis once.
Tensor permute(const Tensor& x, const std::vector<std::int64_t>& axes);
/// Swaps two axes.
Tensor transpose(const Tensor& x, std::int64_t a = -2, std::int64_t b = -1);
/// Joins tensors along an axis; all other sizes must be equal. Throws ArgumentError for no tensors.
Tensor concat(const Tensors& pieces, std::int64_t axis = 0);
/// Elements start .. stop-1 of an axis; negative positions count from the end, both are limited to the axis.
Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop);
/// Cuts an axis into pieces of the given sizes, which must add up to it.
Tensors split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0);

/// Integer positions with a shape, shared and immutable: what gather and scatter_add index with.
class Index {
 public:
  using Values = std::vector<std::int64_t, Recycled<std::int64_t>>;
  Index(std::vector<std::int64_t> values);  // NOLINT: a list of labels is an index of shape (n)
  /// Throws ShapeError unless there are shape.numel() values.
  Index(std::vector<std::int64_t> values, const Shape& shape);
  /// Takes the values over: shape (n).
  static Index of(Values values);
  const Shape& shape() const { return shape_; }
  const Values& values() const { return *values_; }
  /// The same values under another shape of as many elements.
  Index reshaped(const Shape& shape) const;

 private:
  Index() = default;
  std::shared_ptr<const Values> values_;
  Shape shape_;
};

/// Picks elements along an axis: y[.., i, ..] = x[.., index[.., i, ..], ..]. index has x's shape but for that axis; y
/// has index's shape. `gather(log_p, 1, {labels, {N, 1}})` is each row's entry at its label. Throws IndexError.
Tensor gather(const Tensor& x, std::int64_t axis, const Index& index);
/// The reverse: y is zero, with `size` elements along the axis, and y[.., index[.., i, ..], ..] += values[.., i, ..].
/// What is named more than once adds up. Throws IndexError.
Tensor scatter_add(const Tensor& values, std::int64_t axis, const Index& index, std::int64_t size);

// --- Softmax ---

/// exp(x) / sum(exp(x)) along an axis, computed after subtracting the maximum.
Tensor softmax(const Tensor& x, std::int64_t axis);
/// log(softmax(x)), computed as x - m - log(sum(exp(x - m))): finite where softmax has rounded to 0.
Tensor log_softmax(const Tensor& x, std::int64_t axis);

// --- Layers' ops. x is (N,C,H,W). ---

/// A setting for height and width: `.stride = 2` for both, `.stride = {2, 1}` for each.
struct Pair {
  std::int64_t h = 0, w = 0;
  Pair() = default;
  Pair(std::int64_t both) : h(both), w(both) {}  // NOLINT
  Pair(int both) : h(both), w(both) {}           // NOLINT
  Pair(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  friend bool operator==(const Pair&, const Pair&) = default;
};

struct Conv2dSpec {
  Pair stride = 1;          ///< >= 1
  Pair padding = 0;         ///< rows and columns of zeros on each side, >= 0
  Pair dilation = 1;        ///< distance of kernel elements, >= 1
  std::int64_t groups = 1;  ///< divides C and O: each group of outputs sees only its group of inputs
};

/// Cross-correlation. x (N,C,H,W), weight (O,C/groups,kh,kw), bias (O) or undefined -> (N,O,H',W'),
/// H' = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dSpec& spec = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2dSpec& spec = {});
/// The gradient of conv2d in x, itself an op: g (N,O,H',W'), weight -> x_shape.
Tensor conv2d_input_grad(const Tensor& g, const Tensor& weight, const Shape& x_shape, const Conv2dSpec& spec);
/// The gradient of conv2d in the weight: g (N,O,H',W'), x -> weight_shape.
Tensor conv2d_weight_grad(const Tensor& g, const Tensor& x, const Shape& weight_shape, const Conv2dSpec& spec);

struct MaxPool2dSpec {
  Pair kernel = 2;         ///< >= 1
  Pair stride = 0;         ///< 0: as the kernel
  Pair padding = 0;        ///< at most half the kernel; acts as -inf
  Pair dilation = 1;       ///< >= 1
  bool ceil_mode = false;  ///< round the output size up instead of down
};

/// The largest element of each window. The first of ties in row-major order takes all the gradient; a NaN wins.
Tensor max_pool2d(const Tensor& x, const MaxPool2dSpec& spec);

struct AvgPool2dSpec {
  Pair kernel = 2;                ///< >= 1
  Pair stride = 0;                ///< 0: as the kernel
  Pair padding = 0;               ///< at most half the kernel; acts as 0
  bool ceil_mode = false;         ///< round the output size up instead of down
  bool count_include_pad = true;  ///< whether padding counts in the divisor
};

/// The mean of each window.
Tensor avg_pool2d(const Tensor& x, const AvgPool2dSpec& spec);
/// The gradient of avg_pool2d, itself an op: g (N,C,H',W') -> x_shape.
Tensor avg_pool2d_grad(const Tensor& g, const Shape& x_shape, const AvgPool2dSpec& spec);

struct LocalResponseNormSpec {
  std::int64_t size = 5;  ///< channels in the window, >= 1
  double alpha = 1e-4;    ///< as in the AlexNet paper: not divided by size (PyTorch and Caffe divide)
  double beta = 0.75;     ///< the exponent
  double k = 2;           ///< what the norm starts from
};

/// y_c = x_c / (k + alpha sum of x_j^2)^beta over the channels j from c - size/2 to c + (size-1)/2
/// (Krizhevsky et al. 2012, section 3.3). x (N,C,...) -> the same shape.
Tensor local_response_norm(const Tensor& x, const LocalResponseNormSpec& spec = {});

/// Sets each element to 0 with probability p and multiplies the others by 1/(1-p), so that the expectation stays.
/// p = 0 returns x, p = 1 zeros; neither draws from rng. Throws ArgumentError unless 0 <= p <= 1.
Tensor dropout(const Tensor& x, double p, Rng& rng);

struct BatchNormSpec {
  bool training = true;   ///< normalise by the batch's statistics, and move the running ones towards them
  double momentum = 0.1;  ///< running = (1 - momentum) running + momentum batch
  double eps = 1e-5;      ///< added to the variance
};

/// (x - mean) / sqrt(var + eps) weight + bias for each channel (Ioffe and Szegedy 2015). x (N,C,...), the others (C) or
/// undefined. In training mean and biased variance are the batch's, and the running ones, changed in place, keep its
/// mean and unbiased variance; in evaluation the running ones are used. Throws ShapeError, ArgumentError for fewer than
/// 2 values per channel in training.
Tensor batch_norm(const Tensor& x, Tensor& running_mean, Tensor& running_var, const Tensor& weight, const Tensor& bias,
                  const BatchNormSpec& spec = {});

}  // namespace yhat
