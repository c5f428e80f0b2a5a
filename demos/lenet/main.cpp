// SPDX-License-Identifier: MIT
// Trains LeNet-5 on pictures of clothes (or handwritten digits), and shows what it has learnt and what it gets wrong.
#include <fmt/format.h>
#include <yhat/yhat.h>

#include "lenet/results.h"
#include "lenet/then_and_now.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/training.h"

namespace {

using namespace yhat;
using namespace demo;

int lenet(int argc, char** argv) {
  Recipe recipe;
  RunOptions options{.out = "out/lenet"};
  OpenDatasetOptions source;
  CommandLine line("lenet", "Trains LeNet-5 on Fashion-MNIST, by default on the built-in sample of it.");
  line.text("--data", source.folder, "DIR", "folder of Fashion-MNIST or MNIST; else $YHAT_DATA, else the sample");
  line.choice("--names", source.names, {"fashion", "digits"}, "what the ten classes are called");
  line.integer("--epochs", recipe.epochs, 1, 1000, "passes over the training images");
  line.integer("--batch", recipe.batch, 1, 10000, "images per step");
  line.number("--lr", recipe.lr, 0, 1e9, "learning rate at the start; falls to 0 along half a cosine");
  add_run_options(line, options);
  line.parse(argc, argv);
  recipe.seed = options.seed;
  apply(options);
  const Screen screen(options.color);

  TrainTest data = reading([&] { return open_dataset(source); });
  // Pixels with mean 0 and variance 1, measured on the training images. Of the originals, the test images
  // are kept to be shown.
  const Normalisation scale = channel_statistics(data.train.images);
  TrainTest scaled = data;
  scaled.train.images = normalise(data.train.images, scale);
  scaled.test.images = normalise(data.test.images, scale);
  data.train.images = scaled.train.images;

  Rng rng(static_cast<std::uint64_t>(recipe.seed), 0);
  auto model = lenet5(rng);

  Facts facts = {{"data", describe(data)}};
  for (const auto& fact : lenet_then_and_now()) facts.push_back(fact);
  facts.push_back(
      {"recipe", fmt::format("SGD, momentum {:g}, weight decay {:g}, batch {}, learning rate {:g} falling to 0",
                             recipe.momentum, recipe.weight_decay, recipe.batch, recipe.lr)});
  const Facts about = banner(options, line, facts);
  screen.heading("LeNet-5");
  screen.facts(about);
  screen.line("");

  MetricsCsv metrics(path_in(options.out, "metrics.csv"));
  catch_interrupt();
  double seconds = 0;
  const History history = train(model, scaled, recipe, [&](const Epoch& e) {
    screen.line(epoch_line(e, recipe, !options.no_timing, screen.columns()));
    std::fflush(stdout);
    seconds += e.seconds;
    Metrics row{.epoch = e.number,
                .step = e.steps,
                .split = "train",
                .loss = e.train_loss,
                .accuracy = e.train_accuracy,
                .lr = e.lr};
    if (!options.no_timing) row.seconds = seconds;
    metrics.row(row);
    row.split = "test";
    row.loss = e.test_loss;
    row.accuracy = e.test_accuracy;
    metrics.row(row);
  });
  if (history.stopped) {
    const Epoch& last = history.epochs.back();
    screen.paragraph(
        fmt::format("stopped by Ctrl-C in epoch {} of {}, after batch {} of {}; the results are those of the "
                    "network as it is now",
                    last.number, recipe.epochs, last.batches, last.batches_in_all));
  }

  Results results{
      data, model, history,           recipe, evaluate(model, scaled.test), ConfusionMatrix(data.test.classes),
      {},   about, !options.no_timing};
  results.confusion.add(data.test.labels, results.test.predicted);
  results.mistakes = most_confident_mistakes(results.test.probabilities, data.test.labels, 12);
  show(results, screen);

  const std::string weights = path_in(options.out, "model.safetensors");
  const std::string page = path_in(options.out, "report.html");
  save_safetensors(weights, state_dict(model));
  report(results).write(page);

  screen.heading("Result");
  Facts end = {
      {"test images", fmt::format("top-1 error {:.1f} %, top-2 error {:.1f} %, loss {:.4f}",
                                  100 * results.test.top1_error, 100 * results.test.top2_error, results.test.loss)}};
  if (!options.no_timing) {
    const double images = static_cast<double>(data.train.size()) * static_cast<double>(history.epochs.back().steps) /
                          static_cast<double>(history.epochs.back().batches_in_all);
    end.push_back({"time", fmt::format("{:.1f} s, of which training {:.1f} s at {} images/s", history.seconds, seconds,
                                       thousands(static_cast<long long>(images / seconds)))});
    if (const std::int64_t bytes = peak_memory(); bytes > 0) {
      end.push_back({"peak memory", fmt::format("{:.0f} MiB", static_cast<double>(bytes) / (1 << 20))});
    }
  }
  end.push_back({"files", fmt::format("{} {} {}", page, metrics.path(), weights)});
  screen.facts(end);
  return history.stopped ? exit_interrupted : 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, lenet); }
