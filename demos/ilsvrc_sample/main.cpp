// SPDX-License-Identifier: MIT
// Makes a small folder of the shape of ImageNet's, to try the other programs with.
#include <fmt/format.h>
#include <yhat/dataset.h>

#include "imagenet/ilsvrc_sample.h"
#include "imagenet/jpeg_file.h"
#include "support/program.h"
#include "support/run_options.h"

namespace {

using namespace demo;

int ilsvrc_sample(int argc, char** argv) {
  std::string out = "out/ilsvrc_sample";
  std::int64_t per_synset = 10;
  yhat::OpenDatasetOptions source;
  CommandLine line("ilsvrc_sample", "Writes photographs of clothes as ILSVRC 2012 keeps its pictures.");
  line.text("--out", out, "DIR", "folder to write to");
  line.integer("--per-synset", per_synset, 1, 1000, "pictures of each of the ten synsets in each part");
  line.text("--data", source.folder, "DIR", "folder of Fashion-MNIST; else $YHAT_DATA, else the built-in sample");
  line.parse(argc, argv);
  const yhat::TrainTest fashion = reading([&] { return yhat::open_dataset(source); });
  const IlsvrcSample sample = reading([&] { return write_ilsvrc_sample(out, fashion, per_synset); });
  fmt::print("{}: {} training and {} validation pictures of {} synsets{}\n", out, sample.train.size(),
             sample.val.size(), sample_synsets().size(),
             can_write_jpeg() ? "" : ", all as PPM (built without libjpeg)");
  fmt::print("try: imagenet_train alexnet --narrow 8 --images {}/train\n", out);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv, ilsvrc_sample); }
