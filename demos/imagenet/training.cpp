// SPDX-License-Identifier: MIT
#include "imagenet/training.h"

#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/error.h>
#include <yhat/linear.h>
#include <yhat/losses.h>
#include <yhat/ops.h>
#include <yhat/sgd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "imagenet/evaluation.h"
#include "support/program.h"

namespace demo {

using namespace yhat;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The middle of each picture, without chance: what is learnt in overfitting.
Tensor plain(const Tensor& image, const Preprocessing& by) {
  const Tensor one = prepared_crops(image, by, 1);
  return reshape(one, one.shape().without(0));
}

Totals validate(Module& model, const ImageNetTraining& t) {
  Totals totals;
  if (t.validation.items.empty()) return totals;
  const NoGrad values_only;
  const bool was_training = model.training();
  model.eval();
  for (std::int64_t at = 0; at < t.validation.size(); at += t.recipe.batch) {
    std::vector<std::int64_t> index;
    for (std::int64_t i = at; i < std::min(t.validation.size(), at + t.recipe.batch); ++i) index.push_back(i);
    const Batch batch =
        t.validation.load(index, [&](const Tensor& image) { return plain(image, t.augmentation.preprocessing); });
    const Tensor logits = model(batch.images);
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const Scores scores = scores_of(slice(logits, 0, row, row + 1));
      Result result;
      result.label = batch.labels[i];
      result.rank = rank_of(scores.ranked, result.label);
      result.probability = scores.probabilities[static_cast<std::size_t>(result.label)];
      totals.add(result, {});
    }
  }
  model.train(was_training);
  return totals;
}

}  // namespace

TrainingStatistics collect_statistics(const ImageList& pictures, std::int64_t size, std::int64_t most,
                                      const std::function<void(std::int64_t)>& progress) {
  PictureStatistics statistics;
  const std::int64_t n = std::min(most, pictures.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const auto place = static_cast<std::size_t>(i * pictures.size() / n);
    statistics.add(centre_crop(resize_shorter_side(read_image(pictures.items[place].path), size), size));
    if (progress) progress(i + 1);
  }
  return {statistics.mean(), statistics.colours(), n};
}

Tensor augmented(const Tensor& image, const Augmentation& by, Rng& rng) {
  const Tensor shifted = shift_colours(image, by.colours, rng, by.deviation);
  return random_crop(prepare(shifted, by.preprocessing), by.preprocessing.crop, rng);
}

void start_as_published(Module& alexnet) {
  for (const char* name : {"fc7", "fc8"}) {
    for (float& w : alexnet.at<Linear>(name).weight.mutable_data<float>()) w /= 2;
  }
}

bool Plateau::drop(double error) {
  if (error < best) {
    best = error;
    waited = 0;
    return false;
  }
  if (++waited < patience_ || drops_left_ == 0) return false;
  --drops_left_;
  waited = 0;
  return true;
}

bool train_on_pictures(Module& model, const ImageNetTraining& t,
                       const std::function<void(const ImageNetEpoch&)>& after_epoch,
                       const std::function<void(std::int64_t, std::int64_t, double)>& progress) {
  const ImageNetRecipe& recipe = t.recipe;
  SGD optimizer(
      model.parameters(),
      {.lr = recipe.lr, .momentum = recipe.momentum, .weight_decay = recipe.weight_decay, .lr_in_velocity = true});
  Plateau plateau(recipe.patience);
  Rng shuffle(static_cast<std::uint64_t>(recipe.seed), 1);
  Rng chance(static_cast<std::uint64_t>(recipe.seed), 2);  // of crops, mirrors and colours
  const auto transform = [&](const Tensor& image) {
    return recipe.overfit ? plain(image, t.augmentation.preprocessing) : augmented(image, t.augmentation, chance);
  };
  const std::int64_t n = t.train.size();
  const std::int64_t per_epoch = recipe.overfit ? 1 : (n + recipe.batch - 1) / recipe.batch;
  std::vector<std::int64_t> order = shuffle.permutation(n);
  Batch batch;
  model.train(!recipe.overfit);
  std::int64_t steps = 0;

  for (std::int64_t number = 1; number <= recipe.epochs; ++number) {
    ImageNetEpoch epoch;
    epoch.number = number;
    epoch.lr = optimizer.lr();
    const auto start = std::chrono::steady_clock::now();
    if (!recipe.overfit && number > 1) order = shuffle.permutation(n);
    std::int64_t seen = 0;
    bool stop = false;
    for (std::int64_t i = 0; i < per_epoch && !stop; ++i) {
      if (!recipe.overfit || steps == 0) {
        const std::int64_t at = i * recipe.batch;
        batch = t.train.load({order.begin() + at, order.begin() + std::min(n, at + recipe.batch)}, transform);
      }
      optimizer.zero_grad();
      const Tensor logits = model(batch.images);
      const Tensor loss = cross_entropy(logits, batch.labels);
      if (!std::isfinite(loss.item())) {
        throw NumericError("imagenet_train", fmt::format("loss is {} at epoch {}, step {}, lr {:g}; hint: lower --lr",
                                                         format_number(loss.item(), 0), number, i + 1, epoch.lr));
      }
      loss.backward();
      optimizer.step();
      ++steps;
      const auto count = static_cast<std::int64_t>(batch.labels.size());
      seen += count;
      epoch.loss += loss.item() * static_cast<double>(count);
      epoch.error += top_k_error(logits.detach(), batch.labels, 1) * static_cast<double>(count);
      if (progress) progress(i + 1, per_epoch, loss.item());
      stop = interrupted() || steps == recipe.steps;
    }
    epoch.steps = steps;
    epoch.loss /= static_cast<double>(seen);
    epoch.error /= static_cast<double>(seen);
    epoch.seconds = seconds_since(start);
    epoch.validation = validate(model, t);
    const double error = epoch.validation.pictures > 0 ? epoch.validation.top1_error() : epoch.error;
    if (!recipe.overfit && plateau.drop(error)) optimizer.set_lr(optimizer.lr() / 10);
    after_epoch(epoch);
    if (stop) return true;
  }
  return false;
}

}  // namespace demo
