// SPDX-License-Identifier: MIT
// The programs as a user runs them: what they print, and how they refuse.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "imagenet/evaluation.h"
#include "imagenet/network.h"
#include "tests/imagenet/support.h"

#if defined(YHAT_TEST_EMBED_SAMPLE) && !defined(_WIN32)
using namespace yhat;

namespace {

struct Run {
  int status;
  std::string out, error;
};

/// Runs a program with these arguments; its files go to folder/out.
Run run(const yhat::test::TempFolder& folder, const std::string& program, const std::string& arguments) {
  const std::string command = fmt::format("'{}' {} --no-timing --threads 1 --out '{}' >'{}' 2>'{}'", program, arguments,
                                          folder / "out", folder / "stdout", folder / "stderr");
  const int status = std::system(command.c_str());
  return {status / 256, yhat::test::text(yhat::test::read_file(folder / "stdout")),
          yhat::test::text(yhat::test::read_file(folder / "stderr"))};
}

/// A network of the shape of torchvision's alexnet with 4, 12, 24, 16 and 16 maps, and its weights in a file.
struct Small {
  explicit Small(const std::string& path) { save_safetensors(path, state_dict(model)); }
  Rng rng{5};
  Sequential model = alexnet_torchvision(rng, {.classes = 10, .narrow = 16});
};

}  // namespace

TEST_CASE("imagenet_eval: prints the errors that its parts compute, and goes on where it was stopped") {
  const yhat::test::Ilsvrc i;
  Small small(i.folder / "w.safetensors");
  const std::string arguments =
      fmt::format("alexnet_torchvision --narrow 16 --weights '{}' --images '{}' --synsets '{}' --ground-truth '{}'",
                  i.folder / "w.safetensors", i.val(), i.synsets(), i.truth());
  const Run first = run(i.folder, IMAGENET_EVAL, arguments);
  CHECK(first.error == "");
  CHECK(first.status == 0);

  demo::Measurement what;
  demo::find_pictures({i.val(), i.synsets(), i.truth()}, what);
  what.preprocessing = torchvision_preprocessing();
  demo::ResultsFile file(i.folder / "here.csv", {}, true);
  const demo::Totals totals =
      demo::measure(small.model, what, file, [](const demo::Totals&, const std::vector<std::string>&) { return true; });
  const auto line = [&](const char* name, std::int64_t wrong) {
    const demo::Interval w = demo::wilson(wrong, 50);
    return fmt::format("{}  {:.2f} % ({} of 50; 95 % interval {:.2f} to {:.2f} %)", name,
                       2.0 * static_cast<double>(wrong), wrong, 100 * w.low, 100 * w.high);
  };
  CAPTURE(first.out);
  CHECK(first.out.find(line("top-1 error", totals.wrong1)) != std::string::npos);
  CHECK(first.out.find(line("top-5 error", totals.wrong5)) != std::string::npos);
  CHECK(first.out.find(fmt::format("{:.4f} (guessing: 2.3026 = ln 10)", totals.mean_loss())) != std::string::npos);
  for (const char c : first.out) REQUIRE((c == '\n' || (c >= ' ' && c <= '~')));

  const std::string results = yhat::test::text(yhat::test::read_file(i.folder / "out/results.csv"));
  // Cut after two whole batches of 16: other batches may round the last bits of a score differently.
  std::size_t half = 0;
  for (int n = 0; n < 7 + 32; ++n) half = results.find('\n', half) + 1;
  yhat::test::write_file(i.folder / "out/results.csv", results.substr(0, half + 3));
  const Run second = run(i.folder, IMAGENET_EVAL, arguments);
  CHECK(second.out.find("32 pictures done before") != std::string::npos);
  CHECK(second.out.find(line("top-1 error", totals.wrong1)) != std::string::npos);
  CHECK(yhat::test::text(yhat::test::read_file(i.folder / "out/results.csv")) == results);

  const Run other = run(i.folder, IMAGENET_EVAL, arguments + " --crops 10");
  CHECK(other.status == 2);
  CHECK(other.error.find("holds the results of something else, '# crops: 1' (now '# crops: 10'); hint: --restart") !=
        std::string::npos);
}

TEST_CASE("imagenet_eval: wrong weights, folders and options are one line on stderr and exit status 2") {
  const yhat::test::Ilsvrc i;
  const Small small(i.folder / "w.safetensors");
  const std::string weights = fmt::format("--weights '{}' ", i.folder / "w.safetensors");
  const std::string images = fmt::format("--images '{}' ", i.by_synset());
  const std::string model = "alexnet_torchvision --narrow 16 ";
  const auto refused = [&](const std::string& arguments) {
    const Run r = run(i.folder, IMAGENET_EVAL, arguments);
    CHECK(r.status == 2);
    CHECK(r.error.find("error: ") == 0);
    CHECK(r.error.find('\n') == r.error.size() - 1);
    return r.error;
  };
  CHECK(refused(weights + images) ==
        "error: MODEL is missing (alexnet, alexnet_torchvision, vgg11, vgg13, vgg16_1x1, vgg16, vgg19)\n");
  CHECK(refused("alexnet2 " + weights + images).find("error: MODEL: alexnet2 (alexnet, alexnet_torchvision") == 0);
  CHECK(refused(model + weights) == "error: --weights and --images must be given\n");
  CHECK(refused(model + weights + images + "--crop 10") == "error: unknown option --crop; did you mean --crops?\n");
  CHECK(refused(model + weights + images + "--ground-truth x").find("error: --ground-truth: its numbers are ") == 0);
  CHECK(refused(model + weights + "--images /no/such/folder").find("error: ImageFolder: /no/such/folder: ") == 0);
  CHECK(refused(model + images + "--weights /no/such/file").find("error: load_safetensors: /no/such/file: ") == 0);

  // Too few folders for the network: the class of a folder cannot be its rank.
  std::filesystem::remove_all(i.by_synset() + "/n04133789");
  CHECK(
      refused(model + weights + images) ==
      fmt::format("error: {}: 10 outputs, the pictures have 9 classes (must be equal); hint: --synsets FILE says which "
                  "class each folder is\n",
                  i.folder / "w.safetensors"));

  // Another network's weights, and weights that were cut off.
  const std::string all =
      fmt::format("--images '{}' --synsets '{}' --ground-truth '{}'", i.val(), i.synsets(), i.truth());
  const std::string other = refused("alexnet --narrow 16 " + weights + all);
  CHECK(other.find("error: load_state_dict: ") == 0);
  CHECK(other.find("missing 'conv1.weight'") != std::string::npos);
  CHECK(refused("alexnet_torchvision --narrow 8 " + weights + all)
            .find("'features.0.weight' is [4, 3, 11, 11] (model has [8, 3, 11, 11])") != std::string::npos);
  yhat::test::Bytes bytes = yhat::test::read_file(i.folder / "w.safetensors");
  bytes.resize(bytes.size() - 1000);
  yhat::test::write_file(i.folder / "w.safetensors", bytes);
  CHECK(refused(model + weights + all).find(fmt::format("error: load_safetensors: {}: ", i.folder / "w.safetensors")) ==
        0);
  CHECK_FALSE(std::filesystem::exists(i.folder / "out/results.csv"));
}

TEST_CASE("imagenet_eval: scores that are NaN are counted as wrong and reported") {
  const yhat::test::Ilsvrc i;
  Small small(i.folder / "unused.safetensors");
  small.model.parameters().back().mutable_data<float>()[2] = NAN;
  save_safetensors(i.folder / "w.safetensors", state_dict(small.model));
  const Run r = run(i.folder, IMAGENET_EVAL,
                    fmt::format("alexnet_torchvision --narrow 16 --weights '{}' --images '{}' --synsets '{}'",
                                i.folder / "w.safetensors", i.by_synset(), i.synsets()));
  CAPTURE(r.out);
  CHECK(r.status == 0);
  CHECK(r.out.find("top-1 error  100.00 % (50 of 50;") != std::string::npos);
  CHECK(r.out.find("5 pictures whose true class has the score NaN, counted as wrong") != std::string::npos);
}

TEST_CASE("imagenet_eval --rules prints the figures of statements 16, 33, 34 and 35") {
  const yhat::test::TempFolder folder;
  const Run r = run(folder, IMAGENET_EVAL, "--rules");
  CAPTURE(r.out);
  CHECK(r.status == 0);
  std::string flat = r.out;
  for (char& c : flat) c = c == '\n' ? ' ' : c;
  for (const char* figure :
       {"ln K: 2.302585092994 for 10 classes, 6.907755278982 for 1000", "top-1 error 99.9 %, top-5 error 99.5 %",
        "would give 0.0 %", "ID - 1 happens to be right for 1 of 4", "(0, 0) (0, 32) (32, 0) (32, 32) (16, 16)",
        "(0, 0) (0, 29) (29, 0) (29, 29) (14, 14)", "0.4997, 0.4405, 0.0598 (class 0)", "-0.5, 0, -1 (class 1)"}) {
    CAPTURE(figure);
    CHECK(flat.find(figure) != std::string::npos);
  }
}

TEST_CASE("imagenet_train: a few steps leave weights, mean, curve and report that imagenet_eval can use") {
  const yhat::test::Ilsvrc i;
  const std::string train = i.folder / "train";
  const Run r = run(
      i.folder, IMAGENET_TRAIN,
      fmt::format("alexnet --narrow 16 --images '{}' --validation '{}' --batch 25 --epochs 1", train, i.by_synset()));
  CAPTURE(r.out);
  CHECK(r.error == "");
  REQUIRE(r.status == 0);
  CHECK(r.out.find("epoch   1  loss 2.") != std::string::npos);
  CHECK(r.out.find("lr 0.01\n") != std::string::npos);
  CHECK(load_npy(i.folder / "out/mean.npy").shape() == Shape{3, 256, 256});
  CHECK(yhat::test::text(yhat::test::read_file(i.folder / "out/metrics.csv")).find("\n1,2,validation,2.") !=
        std::string::npos);
  CHECK(yhat::test::text(yhat::test::read_file(i.folder / "out/report.html")).find("alexnet in training") !=
        std::string::npos);
  const Run eval =
      run(i.folder, IMAGENET_EVAL,
          fmt::format("alexnet --narrow 16 --weights '{}' --mean '{}' --images '{}' --synsets '{}' --partial",
                      i.folder / "out/model.safetensors", i.folder / "out/mean.npy", i.by_synset(), i.synsets()));
  CAPTURE(eval.error);
  CHECK(eval.status == 0);
  CHECK(eval.out.find("of 50; 95 % interval") != std::string::npos);

  CHECK(run(i.folder, IMAGENET_TRAIN, "").error ==
        "error: --images must be given; hint: ilsvrc_sample makes a small folder\n");
  CHECK(run(i.folder, IMAGENET_TRAIN, fmt::format("--images '{}' --classes 5", train)).error ==
        fmt::format("error: --classes: 5 (at least 10, the folders of {})\n", train));
  CHECK(run(i.folder, IMAGENET_TRAIN, fmt::format("--images '{}' --validation '{}'", train, i.folder.path())).error ==
        fmt::format("error: ImageFolder: {}: has no files (at least one per class)\n", i.folder / "devkit"));
  const Run diverged =
      run(i.folder, IMAGENET_TRAIN,
          fmt::format("alexnet --narrow 16 --images '{}' --overfit --batch 2 --epochs 9 --lr 1e6", train));
  CHECK(diverged.status == 1);
  CHECK(diverged.error.find("error: ") == 0);
}
#endif
