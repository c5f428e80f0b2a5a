// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mse_vs_cross_entropy/descent.h"

namespace demo {

/// How the network starts. Both have the same random weights; `wrong` is surer of class 0 than of anything else, for
/// every image: `push` is added to the last layer's bias of that class.
enum class Start { benign, wrong };
inline constexpr double push = 8;

/// The loss of a batch, a mean over its images. z (N,K).
yhat::Tensor batch_loss(Loss loss, const yhat::Tensor& logits, const std::vector<std::int64_t>& labels);

struct NetworkOptions {
  Loss loss = Loss::cross_entropy;
  Start start = Start::benign;
  double lr = 0.1;  ///< constant; plain SGD, so that nothing but the gradient moves the weights
  std::int64_t steps = 200;
  std::int64_t batch = 25;
  std::uint64_t seed = 42;
};

/// What was seen at every step, before the weights moved.
struct NetworkRun {
  NetworkOptions options = {};
  std::vector<double> loss = {};
  std::vector<double> accuracy = {};  ///< on the batch, 0 to 1
  std::vector<double> gradient = {};  ///< norm over all parameters
  bool diverged = false;              ///< a loss or gradient was not finite; the run ends there
  double test_accuracy = 0;

  /// Accuracy on the last quarter of the batches; 0 if it diverged. What the learning rate is chosen by.
  double late_accuracy() const;
};

/// Trains LeNet-5; equal seeds give equal weights and equal batches. `tick` is called after every step, and stops the
/// run by returning false.
NetworkRun train_network(const yhat::TrainTest& data, const NetworkOptions& options,
                         const std::function<bool()>& tick = {});

/// Means over `width` steps at a time, for curves: the middle steps and the means.
yhat::Series smoothed(const std::string& name, const std::vector<double>& values, std::size_t width, double scale = 1);

}  // namespace demo
