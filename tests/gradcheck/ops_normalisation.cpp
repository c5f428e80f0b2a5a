// SPDX-License-Identifier: MIT
// Softmax, local response normalisation, batch normalisation, dropout.
#include <fmt/format.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

std::function<Samples()> softmaxes(Tensor (*f)(const Tensor&, std::int64_t)) {
  return [=] {
    Samples samples;
    for (const Shape& shape :
         {Shape{4}, Shape{2}, Shape{3, 2}, Shape{1, 4}, Shape{2, 3}, Shape{2, 3, 4}, Shape{3, 1, 2}, Shape{0, 3}}) {
      for (std::int64_t axis = -1; axis < shape.ndim(); ++axis) {
        for (double offset : {0.0, 50.0, -50.0}) {
          if (shape.dim(axis) == 1) continue;  // constant: 1
          samples.push_back({fmt::format("{} along {}, values near {}", shape, axis, offset), [=](Draw& d) {
                               return Case{"", fn([=](const Tensor& x) { return f(x + offset, axis); }), {d.in(shape)}};
                             }});
        }
      }
    }
    return samples;
  };
}

// alpha up to 1: at 1e-4 the terms between channels are nearly invisible.
Samples response_norms() {
  Samples samples;
  const std::vector<Shape> shapes = {{2, 4, 2, 3}, {1, 5, 1, 2}, {3, 2, 2, 1}, {2, 7}, {1, 3, 4}};
  Rng rng(3);
  for (std::int64_t size : {1, 2, 3, 4, 5, 6, 15}) {
    for (double beta : {0.5, 0.75, 1.0}) {
      for (double alpha : {1e-4, 0.1, 1.0}) {
        const Shape shape = shapes[static_cast<std::size_t>(rng.below(5))];
        const double k = 0.5 * static_cast<double>(1 + rng.below(4));
        const LocalResponseNormSpec spec{.size = size, .alpha = alpha, .beta = beta, .k = k};
        samples.push_back(
            {fmt::format("{}, size {}, alpha {}, beta {}, k {}", shape, size, alpha, beta, k), [=](Draw& d) {
               return Case{"", fn([=](const Tensor& x) { return local_response_norm(x, spec); }), {d.in(shape)}};
             }});
      }
    }
  }
  return samples;
}

// The generator is made inside f, so that each run drops the same elements.
Samples dropouts() {
  Samples samples;
  for (const Shape& shape :
       {Shape{8}, Shape{2, 4}, Shape{3, 1, 3}, Shape{2, 2, 2, 2}, Shape{9}, Shape{1, 12}, Shape{5, 2}, Shape{0, 3}}) {
    for (double p : {0.0, 0.2, 0.5}) {
      samples.push_back({fmt::format("{}, p {}", shape, p), [=](Draw& d) {
                           const std::uint64_t seed = d.rng.next();
                           return Case{"",
                                       [=](const Tensors& x) {
                                         Rng rng(seed);
                                         return Tensors{dropout(x[0], p, rng)};
                                       },
                                       {d.in(shape)}};
                         }});
    }
  }
  return samples;
}

// In training the statistics are those of the batch, whose variance is at least 0.1.
Samples batch_norms() {
  Samples samples;
  for (const Shape& shape : {Shape{2, 3, 2, 3}, Shape{4, 2}, Shape{3, 2, 1, 2}, Shape{2, 1, 4}, Shape{3, 4, 2, 1}}) {
    for (bool training : {true, false}) {
      for (bool affine : {true, false}) {
        for (double eps : {1e-5, 0.1}) {
          samples.push_back(
              {fmt::format("{}, {}{}, eps {}", shape, training ? "training" : "evaluation",
                           affine ? ", weight and bias" : "", eps),
               [=](Draw& d) {
                 Tensors inputs{d.spaced(shape)};
                 if (affine) inputs.push_back(d.apart_from_zero({shape[1]}));
                 if (affine) inputs.push_back(d.in({shape[1]}));
                 const Tensor mean = d.in({shape[1]}).detach();
                 const Tensor var = d.in({shape[1]}, 0.3, 2).detach();
                 return Case{"",
                             [=](const Tensors& x) {
                               Tensor running_mean = training ? Tensor() : mean;
                               Tensor running_var = training ? Tensor() : var;
                               return Tensors{batch_norm(x[0], running_mean, running_var, affine ? x[1] : Tensor(),
                                                         affine ? x[2] : Tensor(), {.training = training, .eps = eps})};
                             },
                             inputs};
               }});
        }
      }
    }
  }
  return samples;
}

}  // namespace

std::vector<Op> normalisation_ops() {
  return {
      {"softmax", {"softmax"}, "normalisation", softmaxes(softmax), 60, 24, 2, false, "dx = y (g - sum(g y))"},
      {"log_softmax",
       {"log_softmax"},
       "normalisation",
       softmaxes(log_softmax),
       60,
       24,
       2,
       false,
       "dx = g - exp(y) sum(g)"},
      {"local_response_norm",
       {"local_response_norm", "channel_window_sum"},
       "normalisation",
       response_norms,
       60,
       24,
       2,
       false,
       "dx = g S^-beta - 2 alpha beta x sum of g x S^(-beta-1) over the mirrored window"},
      {"batch_norm",
       {"mean", "sqrt", "div"},
       "normalisation",
       batch_norms,
       40,
       16,
       2,
       false,
       "through the mean and the variance of the batch too"},
      {"dropout", {"dropout"}, "normalisation", dropouts, 24, 8, 2, true, "dx = g times the mask of the forward"},
  };
}

}  // namespace yhat::test
