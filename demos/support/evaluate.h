// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <vector>

namespace demo {

/// How well a model does on a set of images.
struct Evaluation {
  double loss = 0;  ///< mean cross-entropy
  double top1_error = 0, top2_error = 0;
  yhat::Tensor probabilities;           ///< (N,K)
  std::vector<std::int64_t> predicted;  ///< N
  double accuracy() const { return 1 - top1_error; }
};

/// Without gradients, in evaluation mode, many images at a time; the model is in training mode afterwards.
Evaluation evaluate(yhat::Module& model, const yhat::Dataset& data);

/// The classes of a row of probabilities (K), the likeliest first, at most `count`.
std::vector<std::int64_t> likeliest(const yhat::Tensor& probabilities, std::int64_t row, std::int64_t count);

}  // namespace demo
