// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/augment.h>
#include <yhat/batches.h>
#include <yhat/imagenet.h>
#include <yhat/module.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "imagenet/scores.h"

namespace demo {

/// What is collected from the training pictures before the first step.
struct TrainingStatistics {
  yhat::Tensor mean;  ///< of each pixel of the middle square: (3,size,size)
  yhat::ColourComponents colours;
  std::int64_t pictures = 0;  ///< that were looked at
};
/// Looks at `most` pictures at most, evenly spread. `progress` is told how many are done.
TrainingStatistics collect_statistics(const yhat::ImageList& pictures, std::int64_t size, std::int64_t most,
                                      const std::function<void(std::int64_t)>& progress = {});

/// Pictures as the network is trained on them: colours shifted along their principal components, prepared, a part from
/// a random place, mirrored in half of the cases (Krizhevsky et al. 2012, section 4.1).
struct Augmentation {
  yhat::Preprocessing preprocessing;
  yhat::ColourComponents colours;
  double deviation = 0.1;  ///< of the colour shift
};
/// image (3,H,W) -> (3,crop,crop)
yhat::Tensor augmented(const yhat::Tensor& image, const Augmentation& by, yhat::Rng& rng);

/// The paper's dropout leaves the values that it keeps as they are and halves all of them in use; yhat's doubles those
/// that it keeps. So that AlexNet starts as the same function of its pictures, the weights behind its dropouts (fc7 and
/// fc8) are halved.
void start_as_published(yhat::Module& alexnet);

/// "The learning rate was divided by 10 when the validation error rate stopped improving", three times (section 5).
class Plateau {
 public:
  /// How many epochs without a new best error are waited for, and how often the rate may fall.
  explicit Plateau(std::int64_t patience, std::int64_t drops = 3) : patience_(patience), drops_left_(drops) {}
  /// Takes the error of an epoch into account. True if the rate is to be divided by 10 now.
  bool drop(double error);

  /// What a checkpoint stores.
  double best = std::numeric_limits<double>::infinity();
  std::int64_t waited = 0;

 private:
  std::int64_t patience_;
  std::int64_t drops_left_;
};

/// The published recipe. VGG's differs in the batch alone (256).
struct ImageNetRecipe {
  std::int64_t epochs = 90;
  std::int64_t batch = 128;
  double lr = 0.01;
  double momentum = 0.9;  ///< in the paper's form: the rate inside the velocity
  double weight_decay = 5e-4;
  std::int64_t patience = 3;  ///< epochs without improvement before the rate is divided by 10
  bool overfit = false;       ///< the same batch in every step, without augmentation and dropout; an epoch is a step
  std::int64_t steps = 0;     ///< stop after so many; 0: never
  std::int64_t seed = 42;
};

/// What an epoch came to. Training numbers are means over its steps, as they were while it trained.
struct ImageNetEpoch {
  std::int64_t number = 0;
  std::int64_t steps = 0;  ///< since the start
  double loss = 0, error = 0;
  double lr = 0;
  double seconds = 0;
  Totals validation;  ///< no pictures: none were given
};

struct ImageNetTraining {
  yhat::ImageList train;
  yhat::ImageList validation;  ///< may be empty
  std::string validation_folder;
  Augmentation augmentation;
  ImageNetRecipe recipe;
};

/// Trains and calls `after_epoch`; stops early by the number of steps or Ctrl-C (true is returned). `progress` is told
/// of every step: number within the epoch, of how many, the loss. Throws yhat::NumericError for a loss that is not
/// finite, and what reading pictures throws.
bool train_on_pictures(yhat::Module& model, const ImageNetTraining& training,
                       const std::function<void(const ImageNetEpoch&)>& after_epoch,
                       const std::function<void(std::int64_t, std::int64_t, double)>& progress = {});

}  // namespace demo
