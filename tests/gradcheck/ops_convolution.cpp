// SPDX-License-Identifier: MIT
#include "catalogue.h"
#include "conv_cases.h"

namespace yhat::test {
namespace {

Samples convolutions() {
  Samples samples;
  for (const ConvCase& c : conv_cases(240)) {
    samples.push_back(
        {c.name(), [c](Draw& d) {
           Tensors inputs{d.in(c.x_shape()), d.in(c.w_shape())};
           if (c.bias) inputs.push_back(d.in({c.o}));
           return Case{"",
                       [c](const Tensors& x) { return Tensors{conv2d(x[0], x[1], c.bias ? x[2] : Tensor(), c.spec)}; },
                       inputs};
         }});
  }
  for (std::size_t wanted : {0u, 1u, 2u}) {
    samples.push_back({"gradient of input " + std::to_string(wanted) + " alone", [=](Draw& d) {
                         Tensors inputs{d.in({2, 2, 4, 5}), d.in({3, 2, 2, 3}), d.in({3})};
                         for (std::size_t i = 0; i < 3; ++i) {
                           if (i != wanted) inputs[i] = inputs[i].detach();
                         }
                         return Case{"",
                                     [](const Tensors& x) {
                                       return Tensors{conv2d(x[0], x[1], x[2], {.stride = {2, 1}, .padding = {1, 0}})};
                                     },
                                     inputs};
                       }});
  }
  return samples;
}

Samples input_gradients() {
  Samples samples;
  for (const ConvCase& c : conv_cases(80)) {
    samples.push_back(
        {c.name(), [c](Draw& d) {
           return Case{"",
                       [c](const Tensors& x) { return Tensors{conv2d_input_grad(x[0], x[1], c.x_shape(), c.spec)}; },
                       {d.in(c.y_shape()), d.in(c.w_shape())}};
         }});
  }
  return samples;
}

Samples weight_gradients() {
  Samples samples;
  for (const ConvCase& c : conv_cases(80)) {
    samples.push_back(
        {c.name(), [c](Draw& d) {
           return Case{"",
                       [c](const Tensors& x) { return Tensors{conv2d_weight_grad(x[0], x[1], c.w_shape(), c.spec)}; },
                       {d.in(c.y_shape()), d.in(c.x_shape())}};
         }});
  }
  return samples;
}

}  // namespace

std::vector<Op> convolution_ops() {
  return {
      {"conv2d",
       {"conv2d"},
       "convolution",
       convolutions,
       240,
       80,
       2,
       true,
       "y[n,o,i,j] = b[o] + sum over c, p, q of x[n,c, i s - pad + p d, ..] w[o,c,p,q]"},
      {"conv2d_input_grad",
       {"conv2d_input_grad"},
       "convolution",
       input_gradients,
       80,
       40,
       2,
       true,
       "the adjoint of conv2d in x"},
      {"conv2d_weight_grad",
       {"conv2d_weight_grad"},
       "convolution",
       weight_gradients,
       80,
       40,
       2,
       true,
       "the adjoint of conv2d in the weight"},
  };
}

}  // namespace yhat::test
