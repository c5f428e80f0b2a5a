// SPDX-License-Identifier: MIT
#include <cmath>

#include "error_inputs.h"

namespace yhat::test {
namespace {

using Binary = Tensor (*)(const Tensor&, const Tensor&);

std::vector<ErrorInput> of_two(const std::string& op, Binary f) {
  return {
      shape_error(op + ": [2, 3] and [2, 4] do not broadcast, dim 1: 3 vs 4 (sizes must be equal or 1)",
                  [f] {
                    return f(z({2, 3}), z({2, 4}));
                  }),
      shape_error(op + ": [3] and [2, 0] do not broadcast, dim 1: 3 vs 0 (sizes must be equal or 1)",
                  [f] {
                    return f(z({3}), z({2, 0}));
                  }),
      argument_error(op + ": dtypes f32 and f64 (must be equal); hint: to(Dtype::f64)",
                     [f] { return f(narrow({2}), z({2})); }),
      argument_error(op + ": dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                     [f] { return f(z({2}), narrow({2})); }),
  };
}

using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);

std::vector<ErrorInput> of_axes(const std::string& op, Reduce f) {
  return {
      index_error(op + ": axis 2 of [2, 3] (valid: [-2, 1])",
                  [f] {
                    return f(z({2, 3}), 2, false);
                  }),
      index_error(op + ": axis -3 of [2, 3] (valid: [-2, 1])",
                  [f] {
                    return f(z({2, 3}), {0, -3}, false);
                  }),
      index_error(op + ": axis 0 of a scalar (it has no axes)", [f] { return f(z({}), 0, false); }),
      argument_error(op + ": axis 1 given twice (each axis once)",
                     [f] {
                       return f(z({2, 3}), {1, -1}, true);
                     }),
  };
}

std::vector<ErrorInput> of_arithmetic(const std::string& op) {
  if (op == "add") return of_two("add", [](const Tensor& a, const Tensor& b) { return a + b; });
  if (op == "sub") return of_two("sub", [](const Tensor& a, const Tensor& b) { return a - b; });
  if (op == "mul") return of_two("mul", [](const Tensor& a, const Tensor& b) { return a * b; });
  if (op == "div") return of_two("div", [](const Tensor& a, const Tensor& b) { return a / b; });
  if (op == "pow of two tensors") return of_two("pow", pow);
  if (op == "maximum") return of_two("maximum", maximum);
  if (op == "minimum") return of_two("minimum", minimum);
  if (op == "equal") return of_two("equal", equal);
  if (op == "a > b") return of_two("greater", [](const Tensor& a, const Tensor& b) { return a > b; });
  if (op == "a < b") return of_two("less", [](const Tensor& a, const Tensor& b) { return a < b; });
  if (op == "a >= b") return of_two("greater_equal", [](const Tensor& a, const Tensor& b) { return a >= b; });
  if (op == "a <= b") return of_two("less_equal", [](const Tensor& a, const Tensor& b) { return a <= b; });
  if (op == "where") {
    return {
        shape_error("where: [2, 3] and [4] do not broadcast, dim 1: 3 vs 4 (sizes must be equal or 1)",
                    [] {
                      return where(z({2}), z({2, 3}), z({4}));
                    }),
        shape_error("where: [2] and [3] do not broadcast, dim 0: 2 vs 3 (sizes must be equal or 1)",
                    [] { return where(z({2}), z({3}), z({3})); }),
        argument_error("where: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] { return where(z({2}), z({2}), narrow({2})); }),
    };
  }
  if (op == "clamp") {
    return {
        argument_error("clamp: limits 1 and 0 (lo must be <= hi)", [] { return clamp(z({2}), 1, 0); }),
        argument_error("clamp: limits nan and 0 (lo must be <= hi)", [] { return clamp(z({2}), std::nan(""), 0); }),
        argument_error("clamp: limits 0 and nan (lo must be <= hi)", [] { return clamp(z({2}), 0, std::nan("")); }),
    };
  }
  if (op == "dropout") {
    const auto drop = [](double p) {
      Rng rng(1);
      return dropout(z({2}), p, rng);
    };
    return {
        argument_error("dropout: p 1.5 (must be in [0, 1])", [=] { return drop(1.5); }),
        argument_error("dropout: p -0.1 (must be in [0, 1])", [=] { return drop(-0.1); }),
        argument_error("dropout: p nan (must be in [0, 1])", [=] { return drop(std::nan("")); }),
    };
  }
  return {};
}

std::vector<ErrorInput> of_reductions(const std::string& op) {
  std::vector<ErrorInput> errors;
  if (op == "sum") return of_axes("sum", sum);
  if (op == "mean") return of_axes("mean", mean);
  if (op == "logsumexp") return of_axes("logsumexp", logsumexp);
  if (op == "max") {
    errors = of_axes("max", max);
    errors.push_back(argument_error("max: [0, 3] is empty (at least one element per result)", [] {
      return max(z({0, 3}));
    }));
    errors.push_back(argument_error("max: [2, 0] is empty (at least one element per result)", [] {
      return max(z({2, 0}), 1);
    }));
  }
  if (op == "broadcast_to") {
    errors = {
        shape_error("broadcast_to: [2, 3] does not broadcast to [2, 4] (sizes must be equal or 1)",
                    [] {
                      return broadcast_to(z({2, 3}), {2, 4});
                    }),
        shape_error("broadcast_to: [2, 3] does not broadcast to [3] (sizes must be equal or 1)",
                    [] {
                      return broadcast_to(z({2, 3}), {3});
                    }),
        shape_error("broadcast_to: shape [-1, 3] has a negative size (sizes must be >= 0)",
                    [] {
                      return broadcast_to(z({3}), {-1, 3});
                    }),
        shape_error("broadcast_to: shape [4294967296, 4294967296] overflows (at most 2^63 - 1 bytes)",
                    [] {
                      return broadcast_to(z({1}), {4294967296, 4294967296});
                    }),
    };
  }
  if (op == "sum_to") {
    errors = {
        shape_error("sum_to: [2, 3] is not what [2] broadcasts to (sizes must be equal or 1)",
                    [] {
                      return sum_to(z({2, 3}), {2});
                    }),
        shape_error("sum_to: [3] is not what [2, 3] broadcasts to (sizes must be equal or 1)",
                    [] {
                      return sum_to(z({3}), {2, 3});
                    }),
        shape_error("sum_to: shape [-1] has a negative size (sizes must be >= 0)", [] { return sum_to(z({3}), {-1}); }),
    };
  }
  if (op == "softmax" || op == "log_softmax") {
    const auto f = op == "softmax" ? softmax : log_softmax;
    errors = {
        index_error(op + ": axis 2 of [2, 3] (valid: [-2, 1])",
                    [=] {
                      return f(z({2, 3}), 2);
                    }),
        index_error(op + ": axis -3 of [2, 3] (valid: [-2, 1])",
                    [=] {
                      return f(z({2, 3}), -3);
                    }),
        index_error(op + ": axis 0 of a scalar (it has no axes)", [=] { return f(z({}), 0); }),
    };
  }
  return errors;
}

std::vector<ErrorInput> of_shapes(const std::string& op) {
  if (op == "reshape") {
    return {
        shape_error("reshape: [2, 3] has 6 elements, [4, 2] has 8 (must be equal)",
                    [] {
                      return reshape(z({2, 3}), {4, 2});
                    }),
        shape_error("reshape: cannot infer -1 in [-1, 4] from 6 elements (6 is not a multiple of 4)",
                    [] {
                      return reshape(z({2, 3}), {-1, 4});
                    }),
        argument_error("reshape: [-1, -1] (only one size may be -1)",
                       [] {
                         return reshape(z({2, 3}), {-1, -1});
                       }),
        argument_error("reshape: -1 is ambiguous in [0, -1] (another size is 0)",
                       [] {
                         return reshape(z({0, 3}), {0, -1});
                       }),
        shape_error("reshape: shape [-2, 3] has a negative size (sizes must be >= 0)",
                    [] {
                      return reshape(z({2, 3}), {-2, 3});
                    }),
    };
  }
  if (op == "flatten") {
    return {
        index_error("flatten: axis 2 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return flatten(z({2, 3}), 2);
                    }),
        index_error("flatten: axis -3 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return flatten(z({2, 3}), -3);
                    }),
        index_error("flatten: axis 1 of [4] (valid: [-1, 0])", [] { return flatten(z({4}), 1); }),
    };
  }
  if (op == "permute") {
    return {
        argument_error("permute: axes [0] for [2, 3] (each axis once)",
                       [] {
                         return permute(z({2, 3}), {0});
                       }),
        argument_error("permute: axis 1 given twice (each axis once)",
                       [] {
                         return permute(z({2, 3}), {1, -1});
                       }),
        index_error("permute: axis 2 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return permute(z({2, 3}), {0, 2});
                    }),
    };
  }
  if (op == "transpose") {
    return {
        index_error("transpose: axis -2 of [3] (valid: [-1, 0])", [] { return transpose(z({3})); }),
        index_error("transpose: axis 2 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return transpose(z({2, 3}), 0, 2);
                    }),
        index_error("transpose: axis -2 of a scalar (it has no axes)", [] { return transpose(z({})); }),
    };
  }
  if (op == "concat") {
    return {
        shape_error("concat: [2, 3] and [2, 4] differ at dim 1 (only axis 0 may differ)",
                    [] {
                      return concat({z({2, 3}), z({2, 4})});
                    }),
        shape_error("concat: [2, 3] and [3] (same number of axes)",
                    [] {
                      return concat({z({2, 3}), z({3})});
                    }),
        argument_error("concat: no tensors (at least one)", [] { return concat({}); }),
        argument_error("concat: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] {
                         return concat({z({2}), narrow({2})});
                       }),
        index_error("concat: axis 0 of a scalar (it has no axes)",
                    [] {
                      return concat({z({}), z({})});
                    }),
    };
  }
  if (op == "slice") {
    return {
        index_error("slice: axis 2 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return slice(z({2, 3}), 2, 0, 1);
                    }),
        index_error("slice: axis -3 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return slice(z({2, 3}), -3, 0, 1);
                    }),
        index_error("slice: axis 0 of a scalar (it has no axes)", [] { return slice(z({}), 0, 0, 1); }),
    };
  }
  if (op == "split") {
    return {
        shape_error("split: sizes [1, 1] sum to 2, axis 1 of [2, 3] has 3 (must be equal)",
                    [] {
                      return split(z({2, 3}), {1, 1}, 1);
                    }),
        shape_error("split: size -1 (sizes must be >= 0)",
                    [] {
                      return split(z({2, 3}), {-1, 3});
                    }),
        index_error("split: axis 2 of [2, 3] (valid: [-2, 1])",
                    [] {
                      return split(z({2, 3}), {1, 1}, 2);
                    }),
    };
  }
  if (op == "gather") {
    return {
        index_error("gather: index[1] = 12 (valid: [0, 8])",
                    [] {
                      return gather(z({9}), 0, {{1, 12}});
                    }),
        index_error("gather: index[0] = -1 (valid: [0, 8])", [] { return gather(z({9}), 0, {{-1}}); }),
        shape_error("gather: index [2] for [2, 3] (only axis 1 may differ)",
                    [] {
                      return gather(z({2, 3}), 1, {{0, 1}});
                    }),
        index_error("gather: axis 1 of [9] (valid: [-1, 0])", [] { return gather(z({9}), 1, {{0}}); }),
        shape_error("Index: 3 values for shape [2] (must be equal)",
                    [] {
                      return gather(z({9}), 0, {{0, 1, 2}, {2}});
                    }),
    };
  }
  if (op == "scatter_add") {
    return {
        index_error("scatter_add: index[1] = 3 (valid: [0, 2])",
                    [] {
                      return scatter_add(z({2}), 0, {{0, 3}}, 3);
                    }),
        shape_error("scatter_add: index [3] for values [2] (must be equal)",
                    [] {
                      return scatter_add(z({2}), 0, {{0, 1, 2}}, 3);
                    }),
        shape_error("scatter_add: size -1 (must be >= 0)",
                    [] {
                      return scatter_add(z({2}), 0, {{0, 1}}, -1);
                    }),
    };
  }
  return {};
}

std::vector<ErrorInput> of_products(const std::string& op) {
  if (op == "matmul") {
    return {
        shape_error("matmul: [2, 3] x [4, 5], inner sizes 3 != 4 (must be equal)",
                    [] {
                      return matmul(z({2, 3}), z({4, 5}));
                    }),
        shape_error("matmul: [2, 3]^T x [3, 5], inner sizes 2 != 3 (must be equal)",
                    [] {
                      return matmul(z({2, 3}), z({3, 5}), true);
                    }),
        shape_error("matmul: [3] x [3, 5] (two matrices); hint: reshape",
                    [] {
                      return matmul(z({3}), z({3, 5}));
                    }),
        argument_error("matmul: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] {
                         return matmul(z({2, 3}), narrow({3, 5}));
                       }),
    };
  }
  if (op == "linear") {
    return {
        shape_error("linear: input [2, 3] has 3 features, weight [5, 4] takes 4 (must be equal)",
                    [] {
                      return linear(z({2, 3}), z({5, 4}));
                    }),
        shape_error("linear: input [3] (a batch of rows, [N, 3]); hint: flatten(x, 1)",
                    [] {
                      return linear(z({3}), z({5, 3}));
                    }),
        shape_error("linear: weight [5] (out, in)",
                    [] {
                      return linear(z({2, 3}), z({5}));
                    }),
        shape_error("linear: bias [4] (expected [5], one per output)",
                    [] {
                      return linear(z({2, 3}), z({5, 3}), z({4}));
                    }),
        argument_error("linear: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] {
                         return linear(z({2, 3}), z({5, 3}), narrow({5}));
                       }),
    };
  }
  return {};
}

}  // namespace

std::vector<ErrorInput> error_inputs(const std::string& op) {
  std::vector<ErrorInput> all;
  for (auto* part : {of_arithmetic, of_reductions, of_shapes, of_products, errors_of_images}) {
    for (ErrorInput& e : part(op)) all.push_back(std::move(e));
  }
  return all;
}

}  // namespace yhat::test
