// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/dataset.h>
#include <yhat/module.h>
#include <yhat/optimizer.h>

#include <cstdint>

namespace yhat::labs {

/// One pass over all of `data` (the last batch may be smaller): for every batch of `batch_size` images one step of the
/// optimiser on the mean cross-entropy of the model's logits. `rng` shuffles; nothing else is random. Returns the mean
/// of the batches' losses, each as it was before its step.
double train_epoch(Module& model, Optimizer& optimizer, const Dataset& data, std::int64_t batch_size, Rng& rng);

/// The share of images for which the largest logit is that of the label, in [0, 1].
double accuracy(Module& model, const Dataset& data);

}  // namespace yhat::labs
