// SPDX-License-Identifier: MIT
// Measures a network on ImageNet, or on any photographs that are kept like it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/yhat.h>

#include <chrono>

#include "imagenet/evaluation.h"
#include "imagenet/network.h"
#include "imagenet/rules.h"
#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"

namespace {

using namespace yhat;
using namespace demo;

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

std::string error_text(std::int64_t wrong, const Totals& t) {
  const Interval i = wilson(wrong, t.pictures);
  return fmt::format("{} ({} of {}; 95 % interval {:.2f} to {:.2f} %)",
                     percent(static_cast<double>(wrong) / static_cast<double>(t.pictures)), thousands(wrong),
                     thousands(t.pictures), 100 * i.low, 100 * i.high);
}

void show_rules(const Screen& screen) {
  screen.heading("A network that knows nothing");
  screen.paragraph(
      fmt::format("The loss of equal scores is ln K: {:.12f} for 10 classes, {:.12f} for 1000. A network "
                  "before its first training step should be near it.",
                  uniform_loss(10), uniform_loss(1000)));
  screen.heading("Which answers are right");
  screen.paragraph(
      "Scores are ordered from high to low, equal ones by class. A NaN comes first, except where it is the "
      "score of the true class: then the answer is wrong at every k.");
  std::vector<std::vector<std::string>> rows;
  for (const RankExample& e : rank_examples()) {
    const auto word = [](bool wrong) { return std::string(wrong ? "wrong" : "right"); };
    rows.push_back({e.what, fmt::format("{:g}  {:g}  {:g}", e.scores[0], e.scores[1], e.scores[2]),
                    fmt::to_string(e.label), e.rank == 0 ? "none" : fmt::to_string(e.rank), word(e.wrong1),
                    word(e.wrong2), word(e.wrong9)});
  }
  screen.table({"case", "scores", "true class", "place", "top-1", "top-2", "top-9"}, rows);
  const ConstantErrors c = constant_errors(1000);
  screen.paragraph(
      fmt::format("Equal scores for 1000 classes: top-1 error {:.1f} %, top-5 error {:.1f} %. Counting an "
                  "answer as right if fewer than 5 scores are strictly greater would give {:.1f} %.",
                  100 * c.top1, 100 * c.top5, 100 * c.counting));
  screen.heading("Two orders of the classes");
  screen.paragraph("The devkit's ground truth holds ILSVRC2012_IDs. Networks count the WNIDs in alphabetical order.");
  rows.clear();
  std::int64_t agree = 0;
  for (const OrderExample& e : order_examples()) {
    rows.push_back({fmt::to_string(e.id), e.wnid, fmt::to_string(e.label), fmt::to_string(e.id - 1)});
    agree += e.label == e.id - 1;
  }
  screen.table({"ID", "WNID", "class", "ID - 1, which is wrong"}, rows);
  screen.paragraph(fmt::format("ID - 1 happens to be right for {} of {}.", agree, rows.size()));
  screen.heading("Ten crops");
  for (const std::int64_t crop : {224, 227}) {
    std::string text;
    for (const auto& [row, column] : crop_origins(256, crop)) text += fmt::format(" ({}, {})", row, column);
    screen.paragraph(fmt::format("{} from 256, corners at (row, column){}; and the same mirrored.", crop, text));
  }
  const AveragingExample a = averaging_example();
  screen.paragraph(fmt::format(
      "Probabilities are averaged, not logits. Two crops with logits 8, 0, 0 and -9, 0, -2: mean probabilities {:.4f}, "
      "{:.4f}, {:.4f} (class {}), mean logits {:g}, {:g}, {:g} (class {}).",
      a.mean_probability[0], a.mean_probability[1], a.mean_probability[2], a.by_probability, a.mean_logit[0],
      a.mean_logit[1], a.mean_logit[2], a.by_logit));
}

/// The number of classes a file of weights was made for: the elements of its last bias.
void require_outputs(const StateDict& weights, const std::string& path, const Measurement& what) {
  const std::int64_t outputs = weights.empty() ? 0 : weights.back().second.size();
  const std::int64_t classes =
      what.pictures.classes.empty() ? 0 : static_cast<std::int64_t>(what.pictures.classes.size());
  if (outputs == classes) return;
  throw UsageError(fmt::format("{}: {} outputs, the pictures have {} classes (must be equal){}", path, outputs, classes,
                               what.ids.empty() ? "; hint: --synsets FILE says which class each folder is" : ""));
}

int imagenet_eval(int argc, char** argv) {
  Network network;
  PictureSource source;
  Measurement what;
  RunOptions options{.out = "out/imagenet_eval"};
  std::string weights_path, preprocessing, mean_path, crops = "1", narrow = "1";
  bool restart = false;
  bool rules = false;
  CommandLine line("imagenet_eval", "Top-1 and top-5 error of a network on ImageNet's validation pictures.");
  line.argument("MODEL", network.name, network_names(), fmt::format("{}", fmt::join(network_names(), ", ")));
  line.text("--weights", weights_path, "FILE",
            "its weights, safetensors (data/convert/pth_to_safetensors.py makes them)");
  line.text("--images", source.folder, "DIR", "pictures, in a folder per synset; all in one with --ground-truth");
  line.text("--synsets", source.synsets, "FILE", "lines ID, tab, WNID (data/convert/meta_to_synsets.py makes them)");
  line.text("--ground-truth", source.ground_truth, "FILE", "the devkit's ILSVRC2012_validation_ground_truth.txt");
  line.flag("--partial", source.partial, "take the pictures that are there, though some are missing");
  line.choice("--preprocessing", preprocessing, {"torchvision", "alexnet"}, "else that of the model");
  line.text("--mean", mean_path, "FILE", "npy, (3,256,256) or (3) in [0, 1]: subtracted by alexnet's preprocessing");
  line.choice("--crops", crops, {"1", "10"}, "the middle, or ten whose probabilities are averaged");
  line.integer("--batch", what.batch, 1, 4096, "pictures at a time");
  line.flag("--skip-bad", what.skip_bad, "leave out pictures that cannot be read, instead of stopping");
  line.flag("--restart", restart, "forget the results of an earlier run in --out");
  line.choice("--narrow", narrow, {"1", "2", "4", "8", "16"},
              "divide all widths of the network, for weights of such a one");
  line.flag("--rules", rules, "only explain, on small examples, how errors are counted");
  add_run_options(line, options);
  line.parse(argc, argv);
  parse_number(narrow, network.narrow);
  const Screen screen(options.color);
  if (rules) {
    show_rules(screen);
    return 0;
  }
  if (network.name.empty()) throw UsageError(fmt::format("MODEL is missing ({})", fmt::join(network_names(), ", ")));
  if (weights_path.empty() || source.folder.empty()) throw UsageError("--weights and --images must be given");
  apply(options);

  what.crops = crops == "10" ? 10 : 1;
  what.preprocessing = network.preprocessing();
  if (preprocessing == "torchvision") what.preprocessing = torchvision_preprocessing();
  if (preprocessing == "alexnet") what.preprocessing = alexnet_preprocessing();
  what.preprocessing.crop = network.summary().input[1];
  if (!mean_path.empty()) what.preprocessing.mean = reading([&] { return load_npy(mean_path).to(Dtype::f32); });
  reading([&] { find_pictures(source, what); });
  network.classes = static_cast<std::int64_t>(what.pictures.classes.size());
  Rng rng(0);
  std::string print;
  Sequential model = reading([&] {
    const StateDict weights = load_safetensors(weights_path);
    require_outputs(weights, weights_path, what);
    Sequential made = network.build(rng);
    load_state_dict(made, weights);
    print = fingerprint(weights);
    return made;
  });
  const ResultsFile::About about = {
      {"model", network.name + (network.narrow > 1 ? fmt::format(", widths / {}", network.narrow) : "")},
      {"weights", print},
      {"preprocessing", fmt::format("{}, crop {}{}", what.preprocessing.name, what.preprocessing.crop,
                                    mean_path.empty() ? "" : ", mean " + fingerprint({{"", what.preprocessing.mean}}))},
      {"crops", crops},
      {"pictures", fmt::format("{} of {} classes", what.pictures.size(), network.classes)}};
  ResultsFile file = reading([&] { return ResultsFile(path_in(options.out, "results.csv"), about, restart); });

  screen.heading("ImageNet evaluation");
  Facts facts = {{"model", about[0].second + ", " + thousands(model.parameter_count()) + " parameters"},
                 {"weights", weights_path},
                 {"pictures", fmt::format("{} of {} classes in {}", thousands(what.pictures.size()),
                                          thousands(network.classes), source.folder)},
                 {"preparation", about[2].second + (what.crops == 10 ? ", 10 crops" : ", 1 crop")}};
  if (!file.before().empty())
    facts.push_back({"resumed", fmt::format("{} pictures done before", file.before().size())});
  screen.facts(banner(options, line, facts));
  screen.line("");

  catch_interrupt();
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  const auto before = static_cast<std::int64_t>(file.before().size());
  Progress progress;
  progress.start("pictures", what.pictures.size() - before);
  std::int64_t done = 0;
  const Totals totals = reading([&] {
    return measure(model, what, file, [&](const Totals& so_far, const std::vector<std::string>& skipped) {
      done = so_far.pictures + so_far.unreadable - before;
      for (const std::string& message : skipped) {
        progress.clear();
        screen.line("left out: " + message);
      }
      if (progress.due() && so_far.pictures > 0) {
        progress.update(done, {fmt::format("top-1 {:.1f} %", 100 * so_far.top1_error()),
                               fmt::format("top-5 {:.1f} %", 100 * so_far.top5_error()),
                               fmt::format("{:.1f} images/s", static_cast<double>(done) / seconds())});
      }
      return !interrupted();
    });
  });
  progress.clear();

  if (totals.pictures == 0) throw UsageError(fmt::format("{}: no picture could be read", source.folder));
  if (interrupted()) {
    screen.paragraph(fmt::format("stopped by Ctrl-C after {} of {} pictures; the same command goes on from there",
                                 totals.pictures + totals.unreadable, what.pictures.size()));
  }
  Facts result = {{"top-1 error", error_text(totals.wrong1, totals)},
                  {"top-5 error", error_text(totals.wrong5, totals)},
                  {"mean loss", fmt::format("{:.4f} (guessing: {:.4f} = ln {})", totals.mean_loss(),
                                            uniform_loss(network.classes), network.classes)}};
  if (totals.no_rank > 0) {
    result.push_back(
        {"NaN", fmt::format("{} pictures whose true class has the score NaN, counted as wrong", totals.no_rank)});
  }
  if (totals.unreadable > 0) {
    result.push_back({"left out", fmt::format("{} pictures that cannot be read", totals.unreadable)});
  }
  if (totals.fits_ids()) {
    result.push_back(
        {"warning",
         fmt::format("if the network counted its classes as the devkit does (ID - 1), its top-1 "
                     "error would be {}: it was probably trained in that order",
                     percent(static_cast<double>(totals.wrong1_by_id) / static_cast<double>(totals.pictures)))});
  }
  if (!options.no_timing && done > 0) {
    result.push_back(
        {"time", fmt::format("{:.1f} s, {:.1f} images/s", seconds(), static_cast<double>(done) / seconds())});
  }
  result.push_back({"results", file.path()});
  screen.facts(result);
  return interrupted() ? exit_interrupted : 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, imagenet_eval); }
