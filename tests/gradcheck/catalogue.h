// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

/// Every op of the library with the cases its gradient is checked on and the calls it must refuse.
namespace yhat::test {

/// The random inputs of one case. Seeded by the case's name: adding a case changes no other.
class Draw {
 public:
  explicit Draw(const std::string& case_name);

  /// Uniform in [lo, hi], wants a gradient.
  Tensor in(const Shape& shape, double lo = -2, double hi = 2);
  /// Magnitude in [lo, hi], random sign.
  Tensor apart_from_zero(const Shape& shape, double lo = 0.3, double hi = 2);
  /// All elements at least 0.1 apart: a shuffled arithmetic progression with jitter, centred at 0.
  Tensor spaced(const Shape& shape);
  /// Whole numbers in [-limit, limit].
  Tensor whole(const Shape& shape, int limit = 5, Dtype dtype = Dtype::f64);
  /// Distinct whole numbers.
  Tensor distinct(const Shape& shape, Dtype dtype = Dtype::f64);
  /// A constant of zeros and ones.
  Tensor mask(const Shape& shape);
  /// Random class labels, not all equal if there is more than one.
  std::vector<std::int64_t> labels(std::int64_t rows, std::int64_t classes);
  /// One of the given things.
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(from.size())))];
  }

  Rng rng;
};

/// A function and the point at which its gradient is checked.
struct Case {
  std::string name;
  Fn f;
  Tensors inputs;
};

/// What a case is made from: drawn only when it is run.
struct Sample {
  std::string name;
  std::function<Case(Draw&)> make;
};
using Samples = std::vector<Sample>;

/// A call that must throw.
struct ErrorInput {
  std::string type, text;
  std::function<void()> call;
};

struct Op {
  std::string name;                ///< the function
  std::vector<std::string> ops;    ///< the names it is recorded under
  std::string group;               ///< of the test that runs it
  std::function<Samples()> cases;  ///< for the gradient
  std::size_t first, second;       ///< at least so many cases of order 1, and so many of those also of order 2
  int highest_order;               ///< a few cases go up to this order; 0: no gradient
  bool linear;                     ///< each output is a sum of inputs times constants (in each argument by itself)
  std::string formula;
};

/// All ops. A row per function.
const std::vector<Op>& catalogue();

/// The calls that each op must refuse, named as in the catalogue.
std::vector<ErrorInput> error_inputs(const std::string& op);

// The rows and their samples, by subject.
std::vector<Op> elementwise_ops();
std::vector<Op> binary_ops();
std::vector<Op> reduction_ops();
std::vector<Op> shape_ops();
std::vector<Op> index_ops();
std::vector<Op> product_ops();
std::vector<Op> convolution_ops();
std::vector<Op> pooling_ops();
std::vector<Op> normalisation_ops();
std::vector<Op> loss_ops();

/// The case of a sample, ready to run.
Case draw(const Op& op, const Sample& sample);
/// Which order a case is checked at: spread evenly, so that each op gets its share of order 2.
int order_of(const Op& op, std::size_t index, std::size_t samples);

/// `f` of one and of two tensors, as gradcheck wants it.
inline Fn fn(std::function<Tensor(const Tensor&)> f) {
  return [f](const Tensors& x) { return Tensors{f(x[0])}; };
}
inline Fn fn2(std::function<Tensor(const Tensor&, const Tensor&)> f) {
  return [f](const Tensors& x) { return Tensors{f(x[0], x[1])}; };
}

}  // namespace yhat::test
