// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/yhat.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "support/evaluate.h"

namespace demo {

/// The recipe. The defaults are for the built-in sample.
struct Recipe {
  const char* program = "lenet";  ///< named in errors
  std::int64_t epochs = 20;
  std::int64_t batch = 32;
  double lr = 0.02;  ///< falls to 0 along half a cosine
  double momentum = 0.9;
  double weight_decay = 5e-4;
  std::int64_t seed = 42;
};

/// What an epoch came to. Training loss and accuracy are means over its batches, as they were while it trained.
struct Epoch {
  std::int64_t number = 0;   ///< from 1
  std::int64_t steps = 0;    ///< optimiser steps since the start
  std::int64_t batches = 0;  ///< done in this epoch, of `batches_in_all`
  std::int64_t batches_in_all = 0;
  double train_loss = 0, train_accuracy = 0;
  double test_loss = 0, test_accuracy = 0;
  double lr = 0;       ///< of the last step
  double seconds = 0;  ///< for training alone
  double images_per_second = 0;
};

struct History {
  std::vector<Epoch> epochs;
  bool stopped = false;  ///< by Ctrl-C
  double seconds = 0;
};

/// Trains `model` and calls `after_epoch`. Stops after the batch during which Ctrl-C was pressed.
/// Throws yhat::NumericError at the first loss or gradient that is not finite, naming where it came from; the model is
/// then as it was before that batch.
History train(yhat::Module& model, const yhat::TrainTest& data, const Recipe& recipe,
              const std::function<void(const Epoch&)>& after_epoch);

/// One line for an epoch: `epoch 3/8  train loss 0.7132 acc 74.1 %  test loss 0.7401 acc 73.2 %  |  2.4 s  1640
/// images/s`. On a terminal that is narrower, the times are left out and the rest is broken in two.
std::string epoch_line(const Epoch& epoch, const Recipe& recipe, bool timing, int columns);

}  // namespace demo
