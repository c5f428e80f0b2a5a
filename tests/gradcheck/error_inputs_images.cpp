// SPDX-License-Identifier: MIT
#include "error_inputs.h"

namespace yhat::test {

std::vector<ErrorInput> errors_of_images(const std::string& op) {
  const auto with = [](const Conv2dSpec& spec) {
    return [spec] { return conv2d(z({2, 4, 5, 6}), z({8, 4, 3, 3}), spec); };
  };
  if (op == "conv2d") {
    return {
        shape_error(
            "conv2d: input has 3 channels, weight [16, 4, 3, 3] with groups 1 takes 4 (C must be weight dim 1 x "
            "groups)",
            [] {
              return conv2d(z({2, 3, 5, 6}), z({16, 4, 3, 3}));
            }),
        shape_error("conv2d: kernel [5, 5] exceeds padded input [4, 4], output would be 0 x 0 (kernel must fit)",
                    [] {
                      return conv2d(z({2, 3, 4, 4}), z({6, 3, 5, 5}));
                    }),
        shape_error("conv2d: bias [8] (must be [16], one element per output channel)",
                    [] {
                      return conv2d(z({2, 3, 5, 6}), z({16, 3, 3, 3}), z({8}));
                    }),
        shape_error(
            "conv2d: input [3, 5, 6] has 3 axes (4: [N, C, H, W]); hint: a single image is reshape(x, {1, C, H, "
            "W})",
            [] {
              return conv2d(z({3, 5, 6}), z({16, 3, 3, 3}));
            }),
        argument_error("conv2d: groups 3 does not divide C = 4, O = 8 (must divide both)", with({.groups = 3})),
        argument_error("conv2d: groups 0 (must be >= 1)", with({.groups = 0})),
        argument_error("conv2d: stride [0, 1] (must be >= 1)", with({.stride = {0, 1}})),
        argument_error("conv2d: padding [0, -1] (must be >= 0)", with({.padding = {0, -1}})),
        argument_error("conv2d: dilation [1, 0] (must be >= 1)", with({.dilation = {1, 0}})),
        argument_error("conv2d: kernel [0, 3] (must be >= 1)",
                       [] {
                         return conv2d(z({2, 4, 5, 6}), z({8, 4, 0, 3}));
                       }),
        argument_error("conv2d: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] {
                         return conv2d(z({2, 4, 5, 6}), narrow({8, 4, 3, 3}));
                       }),
    };
  }
  if (op == "conv2d_input_grad") {
    return {
        shape_error("conv2d_input_grad: gradient [2, 8, 3, 3] for an output of [2, 8, 3, 4] (must be equal)",
                    [] {
                      return conv2d_input_grad(z({2, 8, 3, 3}), z({8, 4, 3, 3}), {2, 4, 5, 6}, {});
                    }),
        argument_error("conv2d_input_grad: stride [0, 0] (must be >= 1)",
                       [] {
                         return conv2d_input_grad(z({2, 8, 3, 4}), z({8, 4, 3, 3}), {2, 4, 5, 6}, {.stride = 0});
                       }),
        argument_error("conv2d_input_grad: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] {
                         return conv2d_input_grad(z({2, 8, 3, 4}), narrow({8, 4, 3, 3}), {2, 4, 5, 6}, {});
                       }),
    };
  }
  if (op == "conv2d_weight_grad") {
    return {
        shape_error("conv2d_weight_grad: gradient [2, 8, 3, 3] for an output of [2, 8, 3, 4] (must be equal)",
                    [] {
                      return conv2d_weight_grad(z({2, 8, 3, 3}), z({2, 4, 5, 6}), {8, 4, 3, 3}, {});
                    }),
        argument_error("conv2d_weight_grad: groups 3 does not divide C = 4, O = 8 (must divide both)",
                       [] {
                         return conv2d_weight_grad(z({2, 8, 3, 4}), z({2, 4, 5, 6}), {8, 4, 3, 3}, {.groups = 3});
                       }),
        argument_error("conv2d_weight_grad: dtypes f64 and f32 (must be equal); hint: to(Dtype::f64)",
                       [] {
                         return conv2d_weight_grad(z({2, 8, 3, 4}), narrow({2, 4, 5, 6}), {8, 4, 3, 3}, {});
                       }),
    };
  }
  if (op == "max_pool2d" || op == "avg_pool2d") {
    const bool max = op == "max_pool2d";
    const auto pool = [=](const Shape& x, Pair kernel, Pair stride, Pair padding) {
      return [=] {
        return max ? max_pool2d(z(x), {.kernel = kernel, .stride = stride, .padding = padding})
                   : avg_pool2d(z(x), {.kernel = kernel, .stride = stride, .padding = padding});
      };
    };
    std::vector<ErrorInput> errors = {
        shape_error(op + ": input [2, 0, 4, 4] has 0 channels (at least 1)", pool({2, 0, 4, 4}, 2, 2, 0)),
        argument_error(op + ": padding 2 with kernel 3 (at most half the kernel: 1)", pool({2, 1, 4, 4}, 3, 1, 2)),
        argument_error(op + ": kernel [0, 0] (must be >= 1)", pool({2, 1, 4, 4}, 0, 1, 0)),
        argument_error(op + ": stride [1, 0] (must be >= 1)", pool({2, 1, 4, 4}, 2, {1, 0}, 0)),
        argument_error(op + ": padding [0, -1] (must be >= 0)", pool({2, 1, 4, 4}, 2, 1, {0, -1})),
        shape_error(op + ": window 5 of dim 2 exceeds padded input 4 (window must fit)", pool({2, 1, 4, 6}, 5, 1, 0)),
    };
    if (max) {
      errors.push_back(
          argument_error("max_pool2d: window 0 of dim 2 covers no input element (every window needs one)", [] {
            return max_pool2d(z({1, 1, 1, 5}), {.kernel = 2, .stride = 1, .padding = 1, .dilation = {2, 1}});
          }));
      errors.push_back(argument_error("max_pool2d: dilation [0, 0] (must be >= 1)", [] {
        return max_pool2d(z({1, 1, 3, 5}), {.kernel = 2, .dilation = 0});
      }));
    }
    return errors;
  }
  if (op == "avg_pool2d_grad") {
    return {
        shape_error("avg_pool2d_grad: gradient [2, 1, 3, 3] for an output of [2, 1, 2, 3] (must be equal)",
                    [] {
                      return avg_pool2d_grad(z({2, 1, 3, 3}), {2, 1, 4, 6}, {});
                    }),
        argument_error("avg_pool2d_grad: padding 2 with kernel 2 (at most half the kernel: 1)",
                       [] {
                         return avg_pool2d_grad(z({2, 1, 3, 3}), {2, 1, 4, 6}, {.padding = 2});
                       }),
        shape_error(
            "avg_pool2d_grad: input [4, 6] has 2 axes (4: [N, C, H, W]); hint: a single image is reshape(x, {1, "
            "C, H, W})",
            [] {
              return avg_pool2d_grad(z({2, 3}), {4, 6}, {});
            }),
    };
  }
  if (op == "local_response_norm") {
    const auto norm = [](const Shape& x, const LocalResponseNormSpec& spec) {
      return [=] { return local_response_norm(z(x), spec); };
    };
    return {
        shape_error("local_response_norm: input [3] (at least 2 axes, [N, C, ...])", norm({3}, {})),
        shape_error("local_response_norm: input [] (at least 2 axes, [N, C, ...])", norm({}, {})),
        argument_error("local_response_norm: size 0 (must be >= 1)", norm({2, 3}, {.size = 0})),
        argument_error("local_response_norm: size -5 (must be >= 1)", norm({2, 3}, {.size = -5})),
    };
  }
  if (op == "batch_norm") {
    const auto norm = [](const Shape& x, const Shape& weight, bool training) {
      return [=] {
        Tensor none, nothing;
        return batch_norm(z(x), none, nothing, z(weight), Tensor(), {.training = training});
      };
    };
    return {
        argument_error("batch_norm: [1, 3, 1, 1] has 1 value per channel (training needs at least 2)",
                       norm({1, 3, 1, 1}, {3}, true)),
        shape_error("batch_norm: input [3] (at least 2 axes, [N, C, ...])", norm({3}, {3}, true)),
        argument_error("batch_norm: evaluation without running statistics (running_mean and running_var)",
                       norm({2, 3}, {3}, false)),
    };
  }
  return {};
}

}  // namespace yhat::test
