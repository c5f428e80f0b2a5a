// SPDX-License-Identifier: MIT
// Trains AlexNet (or another network for photographs) by the published recipe, on pictures in a folder per class.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/yhat.h>

#include "imagenet/network.h"
#include "imagenet/rules.h"
#include "imagenet/training.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"

namespace {

using namespace yhat;
using namespace demo;

double mebibytes(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

std::string epoch_line(const ImageNetEpoch& e, bool overfit, bool timing) {
  std::string line = fmt::format("{} {:>3}  loss {:.4f}  top-1 error {:.1f} %", overfit ? "step" : "epoch", e.number,
                                 e.loss, 100 * e.error);
  if (e.validation.pictures > 0) {
    line += fmt::format("  validation loss {:.4f}  top-1 {:.1f} %  top-5 {:.1f} %", e.validation.mean_loss(),
                        100 * e.validation.top1_error(), 100 * e.validation.top5_error());
  }
  if (!overfit) line += fmt::format("  lr {:g}", e.lr);
  return timing ? line + fmt::format("  |  {:.2f} s", e.seconds) : line;
}

std::string components_text(const ColourComponents& c) {
  return fmt::format("variances {:.4f}, {:.4f}, {:.4f} along the principal colours", c.variances[0], c.variances[1],
                     c.variances[2]);
}

Report page_of(const Network& network, const std::vector<ImageNetEpoch>& epochs, bool overfit, const Facts& about) {
  Report page(fmt::format("{} in training", network.name),
              overfit ? "The same few pictures in every step: a network whose gradients are right learns them by heart."
                      : "By the recipe of Krizhevsky, Sutskever and Hinton 2012.");
  Series train{"training", {}, {}, 0};
  Series test{"validation", {}, {}, 1};
  for (const ImageNetEpoch& e : epochs) {
    train.x.push_back(static_cast<double>(e.number));
    train.y.push_back(e.loss);
    if (e.validation.pictures == 0) continue;
    test.x.push_back(static_cast<double>(e.number));
    test.y.push_back(e.validation.mean_loss());
  }
  Plot plot{.title = "Loss", .x_label = overfit ? "step" : "epoch", .y_label = "cross-entropy", .series = {train}};
  plot.y_min = 0;
  if (!test.x.empty()) plot.series.push_back(test);
  page.section("Loss", fmt::format("Equal scores for {} classes have the loss ln {} = {:.4f}.", network.classes,
                                   network.classes, uniform_loss(network.classes)))
      .plots({plot});
  page.section("The run").facts(about);
  return page;
}

int imagenet_train(int argc, char** argv) {
  Network network{.name = "alexnet", .classes = 0};
  ImageNetTraining t;
  RunOptions options{.out = "out/imagenet_train"};
  std::string images, validation, narrow = "1";
  std::int64_t looked_at = 1000;
  CommandLine line("imagenet_train", "Trains AlexNet as published, or another network for photographs.");
  line.argument("MODEL", network.name, network_names(), fmt::format("{} [alexnet]", fmt::join(network_names(), ", ")));
  line.text("--images", images, "DIR", "training pictures, in a folder per class");
  line.text("--validation", validation, "DIR", "pictures to measure with after each epoch, with the same folders");
  line.integer("--epochs", t.recipe.epochs, 1, 1'000'000, "passes over the training pictures");
  line.integer("--steps", t.recipe.steps, 0, 1'000'000'000, "stop after so many steps; 0: never");
  line.integer("--batch", t.recipe.batch, 1, 4096, "pictures per step");
  line.number("--lr", t.recipe.lr, 0, 1e9, "learning rate at the start; divided by 10 when the error stops falling");
  line.integer("--patience", t.recipe.patience, 1, 1000, "epochs without a better error before that");
  line.integer("--statistics", looked_at, 1, 10'000'000, "pictures that the mean and the colours are taken from");
  line.integer("--classes", network.classes, 0, 100'000, "outputs of the network; 0: as many as folders");
  line.choice("--narrow", narrow, {"1", "2", "4", "8", "16"}, "divide all widths of the network, to try things");
  line.flag("--overfit", t.recipe.overfit, "the same pictures in every step, without augmentation and dropout");
  add_run_options(line, options);
  line.parse(argc, argv);
  parse_number(narrow, network.narrow);
  if (images.empty()) throw UsageError("--images must be given; hint: ilsvrc_sample makes a small folder");
  t.recipe.seed = options.seed;
  apply(options);
  const Screen screen(options.color);

  reading([&] {
    t.train = ImageFolder(images);
    if (validation.empty()) return;
    t.validation = ImageFolder(validation);
    if (t.validation.classes != t.train.classes) {
      throw UsageError(fmt::format("--validation: {}: its folders are not those of {}", validation, images));
    }
  });
  const auto folders = static_cast<std::int64_t>(t.train.classes.size());
  if (network.classes == 0) network.classes = folders;
  if (network.classes < folders) {
    throw UsageError(fmt::format("--classes: {} (at least {}, the folders of {})", network.classes, folders, images));
  }
  Progress progress;
  progress.start("statistics", std::min(looked_at, t.train.size()));
  const TrainingStatistics statistics = reading(
      [&] { return collect_statistics(t.train, 256, looked_at, [&](std::int64_t done) { progress.update(done); }); });
  progress.clear();
  t.augmentation.preprocessing =
      network.name == "alexnet" ? alexnet_preprocessing(statistics.mean) : network.preprocessing();
  t.augmentation.colours = statistics.colours;

  const Summary costs = network.summary();
  Rng rng(static_cast<std::uint64_t>(options.seed), 0);
  Sequential model = network.build(rng);
  if (network.name == "alexnet") start_as_published(model);
  const std::string batch_text =
      t.recipe.overfit ? fmt::format("the same {} in every step", std::min(t.recipe.batch, t.train.size()))
                       : fmt::format("batch {}, random crops, mirrored, colours shifted", t.recipe.batch);
  const Facts about = banner(
      options, line,
      {{"model", fmt::format("{}, {} parameters, {} classes", network.name, thousands(costs.parameters()),
                             thousands(network.classes))},
       {"pictures", fmt::format("{} of {} classes in {}; {}", thousands(t.train.size()), folders, images, batch_text)},
       {"colours", fmt::format("{}, from {} pictures", components_text(statistics.colours), statistics.pictures)},
       {"recipe",
        fmt::format("SGD, v = {:g} v - {:g} lr w - lr g; w = w + v; lr {:g}{}", t.recipe.momentum,
                    t.recipe.weight_decay, t.recipe.lr, t.recipe.overfit ? "" : ", divided by 10 at most three times")},
       {"first loss",
        fmt::format("{:.4f} = ln {} is that of equal scores", uniform_loss(network.classes), network.classes)}});
  screen.heading("Training");
  screen.facts(about);
  screen.line("");

  MetricsCsv metrics(path_in(options.out, "metrics.csv"));
  const std::string weights = path_in(options.out, "model.safetensors");
  const std::string mean = path_in(options.out, "mean.npy");
  save_npy(mean, statistics.mean);
  std::vector<ImageNetEpoch> epochs;
  double seconds = 0;
  catch_interrupt();
  progress.start("epoch 1", 0);
  const auto after_step = [&](std::int64_t done, std::int64_t of, double loss) {
    if (t.recipe.overfit || !progress.due()) return;
    if (done == 1) progress.start(fmt::format("epoch {}", epochs.size() + 1), of);
    progress.update(done, {fmt::format("loss {:.3f}", loss)});
  };
  train_on_pictures(
      model, t,
      [&](const ImageNetEpoch& e) {
        progress.clear();
        screen.line(epoch_line(e, t.recipe.overfit, !options.no_timing));
        std::fflush(stdout);
        epochs.push_back(e);
        seconds += e.seconds;
        Metrics row{
            .epoch = e.number, .step = e.steps, .split = "train", .loss = e.loss, .accuracy = 1 - e.error, .lr = e.lr};
        if (!options.no_timing) row.seconds = seconds;
        metrics.row(row);
        if (e.validation.pictures > 0) {
          row.split = "validation";
          row.loss = e.validation.mean_loss();
          row.accuracy = 1 - e.validation.top1_error();
          metrics.row(row);
        }
        if (!t.recipe.overfit) save_safetensors(weights, state_dict(model));
      },
      after_step);

  const std::string page = path_in(options.out, "report.html");
  page_of(network, epochs, t.recipe.overfit, about).write(page);
  Facts end;
  if (!options.no_timing) {
    end.push_back({"time", fmt::format("{:.1f} s, {:.2f} s per step", seconds,
                                       seconds / static_cast<double>(epochs.back().steps))});
    end.push_back(
        {"memory",
         fmt::format("at most {:.0f} MiB; summary()'s estimate of a step: {:.0f} MiB", mebibytes(peak_memory()),
                     mebibytes(4 * costs.training_values(std::min(t.recipe.batch, t.train.size()))))});
  }
  end.push_back(
      {"files", fmt::format("{} {} {}{}", page, metrics.path(), mean, t.recipe.overfit ? "" : " " + weights)});
  screen.line("");
  screen.facts(end);
  return interrupted() ? exit_interrupted : 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, imagenet_train); }
