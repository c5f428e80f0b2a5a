// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "yhat/recycled.h"
#include "yhat/tensor.h"

/// The differentiable ops. Rules for all: operands have one dtype (else ArgumentError), shapes that do not fit are a
/// ShapeError, a wrong axis or index an IndexError; every op can be differentiated any number of times. In formulas of
/// gradients y is the result, and g the gradient that arrives at it.
namespace yhat {

// --- Arithmetic. Shapes broadcast as in NumPy: aligned at the last axis, sizes equal or 1. ---

/// a + b. A number is taken in the tensor's dtype.
Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator+(const Tensor& a, double s);
Tensor operator+(double s, const Tensor& a);
/// a - b, and -x.
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, double s);
Tensor operator-(double s, const Tensor& a);
Tensor operator-(const Tensor& x);
/// a b, element by element. The gradients are g b and g a.
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, double s);
Tensor operator*(double s, const Tensor& a);
/// a / b, element by element: +-inf for b = 0, NaN for 0 / 0. The gradients are g / b and -g a / b^2.
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, double s);
Tensor operator/(double s, const Tensor& a);
/// a^b for a constant exponent. The gradient is g b a^(b-1); that of x^0 is 0, at x = 0 too.
Tensor pow(const Tensor& a, double exponent);
/// a^b element by element. At a = 0 the gradient of b is 0 for b >= 0 and -inf for b < 0; for a < 0 it is NaN.
Tensor pow(const Tensor& a, const Tensor& b);
/// The larger of two. Ties send half of the gradient to each; a NaN wins and passes the gradient to both.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller of two. Ties and NaN as in maximum.
Tensor minimum(const Tensor& a, const Tensor& b);

/// 1 where a > b, else 0, also beside a NaN. No comparison has a gradient.
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, double s);
/// 1 where a < b, else 0.
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, double s);
/// 1 where a >= b, else 0.
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, double s);
/// 1 where a <= b, else 0.
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, double s);
/// 1 where a == b, else 0.
Tensor equal(const Tensor& a, const Tensor& b);

/// a where the condition is not 0, else b; all three broadcast. The branch not taken gets gradient 0, which times an
/// infinite derivative further down is NaN: where(x > 0, sqrt(x), x) has gradient NaN at x < 0.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// --- Element by element, x of any shape ---

/// e^x; inf above about 88.7 (f32), 709.8 (f64). The gradient is g y.
Tensor exp(const Tensor& x);
/// Natural logarithm: -inf at 0, NaN below. The gradient is g / x.
Tensor log(const Tensor& x);
/// log(1 + x), accurate for small x: -inf at -1, NaN below.
Tensor log1p(const Tensor& x);
/// The square root, NaN below 0. The gradient is g / (2 sqrt(x)), +inf at 0 for g > 0.
Tensor sqrt(const Tensor& x);
/// |x|. The gradient is g sign(x), 0 at 0.
Tensor abs(const Tensor& x);
/// -1, 0 or 1, NaN for NaN; no gradient.
Tensor sign(const Tensor& x);
/// max(x, 0); the gradient at 0 is 0. relu(NaN) is NaN and passes the gradient.
Tensor relu(const Tensor& x);
/// x for x > 0, else slope x. The gradient is g for x > 0, else slope g.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);
/// 1 / (1 + exp(-x)), without overflow at either end. The gradient is g y (1 - y).
Tensor sigmoid(const Tensor& x);
/// (e^x - e^-x) / (e^x + e^-x). The gradient is g (1 - tanh(x)^2).
Tensor tanh(const Tensor& x);
/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)). The gradient is g sigmoid(x).
Tensor softplus(const Tensor& x);
/// x limited to [lo, hi]; the gradient passes at the limits themselves. NaN stays, without gradient.
/// Throws ArgumentError unless lo <= hi.
Tensor clamp(const Tensor& x, double lo, double hi);

// --- Reductions over all axes, one, or several. keepdim leaves reduced axes in place with size 1. ---

/// The sum; 0 for no elements. Each element gets the gradient of its sum.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The sum divided by the number of elements; NaN for none.
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The largest. Ties share the gradient evenly; a NaN wins. Throws ArgumentError if there is no element to choose from.
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// log(sum(exp(x))), computed as m + log(sum(exp(x - m))) with m the maximum. -inf for no elements. The gradient is
/// g times the softmax.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// The place of the largest element along an axis, for each row in row-major order; the first of ties, the first NaN.
/// Throws ArgumentError for an empty axis.
std::vector<std::int64_t> argmax(const Tensor& x, std::int64_t axis);
/// The place of the largest of all elements in row-major order, ties and NaN as above. Throws ArgumentError for none.
std::int64_t argmax(const Tensor& x);
/// Sums over the axes along which `shape` broadcasts to x's shape, so that the result has `shape`. Throws ShapeError if
/// it does not.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// Repeats x along new axes and axes of size 1, so that the result has `shape`. Throws ShapeError if that cannot be.
Tensor broadcast_to(const Tensor& x, const Shape& shape);

// --- Products ---

/// op(a) op(b) of two matrices, op the transpose where its flag is set: (m,k) x (k,n) -> (m,n).
Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a = false, bool transpose_b = false);
/// x (N,in), weight (out,in), bias (out) -> x weight^T + bias (N,out).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);
/// The same without bias.
Tensor linear(const Tensor& x, const Tensor& weight);

// --- Shape. Elements keep their row-major order unless said otherwise. ---

/// The same elements under another shape; one size may be -1 and is worked out. Shares x's array. Throws ShapeError for
/// another number of elements, ArgumentError for two -1 or an ambiguous one.
Tensor reshape(const Tensor& x, const Shape& shape);
/// Merges the axes from `start` on into one: flatten(x, 1) is (N, everything else). A scalar becomes (1). Shares x's
/// array. Throws IndexError.
Tensor flatten(const Tensor& x, std::int64_t start = 0);
/// Axis i of the result is axis `axes[i]` of x, in a new array. Throws ArgumentError unless `axes` names each axis
/// once.
Tensor permute(const Tensor& x, const std::vector<std::int64_t>& axes);
/// Swaps two axes, in a new array; by default the last two. Throws IndexError.
Tensor transpose(const Tensor& x, std::int64_t a = -2, std::int64_t b = -1);
/// Joins tensors along an axis; all other sizes must be equal (ShapeError). Throws ArgumentError for no tensors.
Tensor concat(const Tensors& pieces, std::int64_t axis = 0);
/// Elements start .. stop-1 of an axis, in a new array; negative positions count from the end, both are limited to the
/// axis. None if stop <= start.
Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop);
/// Cuts an axis into pieces of the given sizes, which must be >= 0 and add up to it (ShapeError).
Tensors split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0);

/// Integer positions with a shape, shared and immutable: what gather and scatter_add index with.
class Index {
 public:
  using Values = std::vector<std::int64_t, Recycled<std::int64_t>>;
  /// Of shape (n): a list of labels is an index.
  Index(std::vector<std::int64_t> values);  // NOLINT
  /// Throws ShapeError unless there are shape.numel() values.
  Index(std::vector<std::int64_t> values, const Shape& shape);
  /// Takes the values over: shape (n).
  static Index of(Values values);
  /// The sizes of its axes.
  const Shape& shape() const { return shape_; }
  /// The positions in row-major order.
  const Values& values() const { return *values_; }
  /// The same values, shared, under another shape. Throws ShapeError for another number of elements.
  Index reshaped(const Shape& shape) const;

 private:
  Index() = default;
  std::shared_ptr<const Values> values_;
  Shape shape_;
};

/// Picks elements along an axis: y[.., i, ..] = x[.., index[.., i, ..], ..]. index has x's shape but for that axis; y
/// has index's shape. `gather(log_p, 1, {labels, {N, 1}})` is each row's entry at its label. Throws ShapeError, or
/// IndexError for a position outside 0 .. size-1 of the axis.
Tensor gather(const Tensor& x, std::int64_t axis, const Index& index);
/// The reverse: y is zero, with `size` elements along the axis, and y[.., index[.., i, ..], ..] += values[.., i, ..].
/// What is named more than once adds up. Throws ShapeError (other shapes; size < 0), or IndexError for a position
/// outside 0 .. size-1.
Tensor scatter_add(const Tensor& values, std::int64_t axis, const Index& index, std::int64_t size);

// --- Softmax ---

/// exp(x) / sum(exp(x)) along an axis, computed after subtracting the maximum. The gradient is y (g - sum(g y)).
/// Throws IndexError.
Tensor softmax(const Tensor& x, std::int64_t axis);
/// log(softmax(x)), computed as x - m - log(sum(exp(x - m))): finite where softmax has rounded to 0. The gradient is
/// g - exp(y) sum(g). Throws IndexError.
Tensor log_softmax(const Tensor& x, std::int64_t axis);

// --- Layers' ops. x is (N,C,H,W). ---

/// A setting for height and width: `.stride = 2` for both, `.stride = {2, 1}` for each.
struct Pair {
  std::int64_t h = 0, w = 0;
  Pair() = default;
  /// The same for both, or one for each.
  Pair(std::int64_t both) : h(both), w(both) {}  // NOLINT
  Pair(int both) : h(both), w(both) {}           // NOLINT
  Pair(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  friend bool operator==(const Pair&, const Pair&) = default;
};

/// Settings of conv2d.
struct Conv2dSpec {
  Pair stride = 1;          ///< >= 1
  Pair padding = 0;         ///< rows and columns of zeros on each side, >= 0
  Pair dilation = 1;        ///< distance of kernel elements, >= 1
  std::int64_t groups = 1;  ///< divides C and O: each group of outputs sees only its group of inputs
};

/// Cross-correlation. x (N,C,H,W), weight (O,C/groups,kh,kw), bias (O) or undefined -> (N,O,H',W'),
/// H' = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1, W' likewise. Throws ShapeError (sizes that do not
/// fit together, or a kernel larger than the padded input), ArgumentError for a setting outside its range.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dSpec& spec = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2dSpec& spec = {});
/// The gradient of conv2d in x, itself an op: g (N,O,H',W'), weight (O,C/groups,kh,kw) -> x_shape (N,C,H,W). Throws as
/// conv2d does, ShapeError also unless g has the shape of its output.
Tensor conv2d_input_grad(const Tensor& g, const Tensor& weight, const Shape& x_shape, const Conv2dSpec& spec);
/// The gradient of conv2d in the weight, itself an op: g (N,O,H',W'), x (N,C,H,W) -> weight_shape. Throws as
/// conv2d_input_grad does.
Tensor conv2d_weight_grad(const Tensor& g, const Tensor& x, const Shape& weight_shape, const Conv2dSpec& spec);

/// Settings of max_pool2d.
struct MaxPool2dSpec {
  Pair kernel = 2;         ///< >= 1
  Pair stride = 0;         ///< 0: as the kernel
  Pair padding = 0;        ///< at most half the kernel; acts as -inf
  Pair dilation = 1;       ///< >= 1
  bool ceil_mode = false;  ///< round the output size up instead of down
};

/// The largest element of each window. The first of ties in row-major order takes all the gradient; a NaN wins.
/// x (N,C,H,W) -> (N,C,H',W'), H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, W' likewise; with
/// ceil_mode rounded up, less a last window that would begin beyond the input. Throws ShapeError (another number of
/// axes, no channel, a window that does not fit), ArgumentError for a setting outside its range, or a window that
/// covers no input element.
Tensor max_pool2d(const Tensor& x, const MaxPool2dSpec& spec);

/// Settings of avg_pool2d.
struct AvgPool2dSpec {
  Pair kernel = 2;                ///< >= 1
  Pair stride = 0;                ///< 0: as the kernel
  Pair padding = 0;               ///< at most half the kernel; acts as 0
  bool ceil_mode = false;         ///< round the output size up instead of down
  bool count_include_pad = true;  ///< whether padding counts in the divisor
};

/// The mean of each window. x (N,C,H,W) -> (N,C,H',W'), sizes as in max_pool2d with dilation 1. The divisor is
/// kernel.h kernel.w, less what hangs over the padded input with ceil_mode; without count_include_pad, the number of
/// input elements in the window. Throws as max_pool2d does.
Tensor avg_pool2d(const Tensor& x, const AvgPool2dSpec& spec);
/// The gradient of avg_pool2d, itself an op: g (N,C,H',W') -> x_shape (N,C,H,W). Throws as avg_pool2d does, ShapeError
/// also unless g has the shape of its output.
Tensor avg_pool2d_grad(const Tensor& g, const Shape& x_shape, const AvgPool2dSpec& spec);

/// Settings of local_response_norm.
struct LocalResponseNormSpec {
  std::int64_t size = 5;  ///< channels in the window, >= 1
  double alpha = 1e-4;    ///< as in the AlexNet paper: not divided by size (PyTorch and Caffe divide)
  double beta = 0.75;     ///< the exponent
  double k = 2;           ///< what the norm starts from; k > 0 keeps it from 0 where all x are 0
};

/// y_c = x_c / (k + alpha sum of x_j^2)^beta over the channels j from c - size/2 to c + (size-1)/2
/// (Krizhevsky et al. 2012, section 3.3). x (N,C,...) -> the same shape. Throws ShapeError for fewer than 2 axes,
/// ArgumentError for size < 1.
Tensor local_response_norm(const Tensor& x, const LocalResponseNormSpec& spec = {});

/// Sets each element to 0 with probability p and multiplies the others by 1/(1-p), so that the expectation stays.
/// p = 0 returns the values of x, p = 1 zeros; neither draws from rng. x of any shape. Throws ArgumentError unless
/// 0 <= p <= 1. (Srivastava et al. 2014, who scale in evaluation instead.)
Tensor dropout(const Tensor& x, double p, Rng& rng);

/// Settings of batch_norm; only `training` and the tensors are checked.
struct BatchNormSpec {
  bool training = true;   ///< normalise by the batch's statistics, and move the running ones towards them
  double momentum = 0.1;  ///< in [0, 1]: running = (1 - momentum) running + momentum batch
  double eps = 1e-5;      ///< >= 0, added to the variance
};

/// (x - mean) / sqrt(var + eps) weight + bias for each channel (Ioffe and Szegedy 2015). x (N,C,...), the others (C) or
/// undefined. In training mean and biased variance are the batch's, and the running ones, changed in place, keep its
/// mean and unbiased variance; in evaluation the running ones are used. Throws ShapeError, ArgumentError for fewer than
/// 2 values per channel in training, or for undefined running statistics in evaluation.
Tensor batch_norm(const Tensor& x, Tensor& running_mean, Tensor& running_var, const Tensor& weight, const Tensor& bias,
                  const BatchNormSpec& spec = {});

}  // namespace yhat
