// SPDX-License-Identifier: MIT
#include "support/training.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "support/program.h"

namespace demo {

using namespace yhat;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs the batch again with an observer that looks at every value.
[[noreturn]] void explain(Module& model, const Batch& batch, double loss, const Epoch& epoch, const Recipe& recipe) {
  FirstNonFinite finder;
  {
    Observe watch(finder);
    model.zero_grad();
    cross_entropy(model(batch.images), batch.labels).backward();
  }
  model.zero_grad();
  const std::string what = std::isfinite(loss) ? "a gradient is not finite" : "loss is " + format_number(loss, 0);
  throw NumericError(recipe.program,
                     fmt::format("{} at epoch {}, batch {}, lr {:.3g}; first non-finite: {}; hint: lower --lr", what,
                                 epoch.number, epoch.batches + 1, epoch.lr, finder.what()));
}

}  // namespace

History train(Module& model, const TrainTest& data, const Recipe& recipe,
              const std::function<void(const Epoch&)>& after_epoch) {
  // Its own stream of random numbers for each purpose: a change in one does not shift another.
  Rng shuffle(static_cast<std::uint64_t>(recipe.seed), 1);
  SGD optimizer(model.parameters(),
                {.lr = recipe.lr, .momentum = recipe.momentum, .weight_decay = recipe.weight_decay});
  const std::int64_t steps_in_all = recipe.epochs * batches(data.train, {.size = recipe.batch}).size();
  CosineLR schedule(optimizer, {.period = steps_in_all});
  Progress progress;
  History history;
  std::int64_t steps = 0;
  const auto start = std::chrono::steady_clock::now();

  for (std::int64_t number = 1; number <= recipe.epochs && !history.stopped; ++number) {
    const Batches pass = batches(data.train, {.size = recipe.batch, .shuffle = &shuffle});
    progress.start(fmt::format("epoch {}/{}", number, recipe.epochs), pass.size(), steps_in_all);
    Epoch epoch{.number = number, .batches_in_all = pass.size()};
    double loss_sum = 0;
    std::int64_t right = 0;
    std::int64_t seen = 0;
    const auto epoch_start = std::chrono::steady_clock::now();

    for (const Batch& batch : pass) {
      optimizer.zero_grad();
      const Tensor logits = model(batch.images);
      const Tensor loss = cross_entropy(logits, batch.labels);
      loss.backward();
      epoch.lr = optimizer.lr();
      if (!std::isfinite(loss.item())) explain(model, batch, loss.item(), epoch, recipe);
      try {
        optimizer.step();
      } catch (const NumericError&) {  // a gradient is not finite; nothing has changed
        explain(model, batch, loss.item(), epoch, recipe);
      }
      schedule.step();

      const auto n = static_cast<std::int64_t>(batch.labels.size());
      const std::vector<std::int64_t> predicted = argmax(logits.detach(), 1);
      for (std::size_t i = 0; i < batch.labels.size(); ++i) right += predicted[i] == batch.labels[i];
      loss_sum += loss.item() * static_cast<double>(n);
      seen += n;
      epoch.steps = ++steps;
      ++epoch.batches;
      if (progress.due()) {
        progress.update(epoch.batches,
                        {fmt::format("loss {:.2f}", loss_sum / static_cast<double>(seen)),
                         fmt::format("acc {:.1f} %", 100 * static_cast<double>(right) / static_cast<double>(seen))});
      }
      if (interrupted()) {
        history.stopped = true;
        break;
      }
    }

    epoch.seconds = seconds_since(epoch_start);
    epoch.images_per_second = static_cast<double>(seen) / epoch.seconds;
    epoch.train_loss = loss_sum / static_cast<double>(seen);
    epoch.train_accuracy = static_cast<double>(right) / static_cast<double>(seen);
    const Evaluation test = evaluate(model, data.test);
    epoch.test_loss = test.loss;
    epoch.test_accuracy = test.accuracy();
    history.epochs.push_back(epoch);
    history.seconds = seconds_since(start);
    progress.clear();
    after_epoch(epoch);
  }
  return history;
}

std::string epoch_line(const Epoch& e, const Recipe& recipe, bool timing, int columns) {
  std::string line = fmt::format("epoch {}/{}  train loss {:.4f} acc {:.1f} %", e.number, recipe.epochs, e.train_loss,
                                 100 * e.train_accuracy);
  const std::string test = fmt::format("test loss {:.4f} acc {:.1f} %", e.test_loss, 100 * e.test_accuracy);
  if (text_width(line) + 2 + text_width(test) > columns) return line + "\n  " + test;
  line += "  " + test;
  const std::string seconds = fmt::format("  |  {:.1f} s", e.seconds);
  const std::string speed = fmt::format("  {:.0f} images/s", e.images_per_second);
  if (!timing || text_width(line + seconds) > columns) return line;
  return line + seconds + (text_width(line + seconds + speed) > columns ? "" : speed);
}

}  // namespace demo
