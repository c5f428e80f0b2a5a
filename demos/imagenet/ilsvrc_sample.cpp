// SPDX-License-Identifier: MIT
#include "imagenet/ilsvrc_sample.h"

#include <fmt/format.h>
#include <yhat/batches.h>
#include <yhat/error.h>
#include <yhat/ops.h>
#include <yhat/pictures.h>
#include <yhat/pnm.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "imagenet/jpeg_file.h"

namespace demo {
namespace {

namespace fs = std::filesystem;
using yhat::Tensor;

// Photographs are neither square nor all of one size.
constexpr yhat::ImageSize sizes[] = {{96, 128}, {120, 90}, {100, 100}, {75, 133}};
// Red, green and blue of white in a picture, so that the channels can be told apart.
constexpr double tints[][3] = {{1, 0.9, 0.7}, {0.7, 1, 0.9}, {0.8, 0.7, 1}};

/// Image i of a data set (28,28) as a photograph: enlarged, with a margin on two sides, tinted.
Tensor photograph(const yhat::Dataset& data, std::int64_t i) {
  const yhat::ImageSize size = sizes[i % 4];
  const std::int64_t side = std::min(size.height, size.width);
  const Tensor grey =
      yhat::resize(yhat::reshape(yhat::take_rows(data.images, {i}), {1, 28, 28}), {.height = side, .width = side});
  const std::int64_t long_side = std::max(size.height, size.width);
  const Tensor wide = yhat::pad(grey, long_side);  // square again: keep the middle part of the shorter side
  const std::int64_t cut = (long_side - side) / 2;
  const Tensor part =
      size.height < size.width ? yhat::slice(wide, 1, cut, cut + side) : yhat::slice(wide, 2, cut, cut + side);
  const double* tint = tints[i % 3];
  return part * yhat::tensor({{{tint[0]}}, {{tint[1]}}, {{tint[2]}}});
}

std::string write_picture(const std::string& folder, const std::string& stem, const Tensor& image, bool jpeg) {
  const std::string path = stem + (jpeg ? ".JPEG" : ".ppm");
  const std::string full = (fs::path(folder) / path).string();
  if (jpeg) {
    write_jpeg(full, image);
  } else {
    yhat::save_pnm(full, image);
  }
  return path;
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw yhat::IoError("ilsvrc_sample", path.string(), EIO, "cannot be written");
}

/// The first `count` images of a class.
std::vector<std::int64_t> first_of(const yhat::Dataset& data, std::int64_t kind, std::int64_t count) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < data.size() && static_cast<std::int64_t>(places.size()) < count; ++i) {
    if (data.labels[static_cast<std::size_t>(i)] == kind) places.push_back(i);
  }
  if (static_cast<std::int64_t>(places.size()) < count) {
    throw yhat::ArgumentError("ilsvrc_sample",
                              fmt::format("{} pictures per synset (there are {} of '{}')", count, places.size(),
                                          data.classes[static_cast<std::size_t>(kind)]));
  }
  return places;
}

}  // namespace

const std::vector<SampleSynset>& sample_synsets() {
  static const std::vector<SampleSynset> synsets = {
      {1, "n04370456", "sweatshirt", 2},      {2, "n02963159", "cardigan", 6},
      {3, "n04133789", "sandal", 5},          {4, "n03595614", "jersey, T-shirt, tee shirt", 0},
      {5, "n04479046", "trench coat", 4},     {6, "n03124043", "cowboy boot", 9},
      {7, "n03594734", "jean, blue jean", 1}, {8, "n04120489", "running shoe", 7},
      {9, "n04026417", "purse", 8},           {10, "n03450230", "gown", 3},
  };
  return synsets;
}

IlsvrcSample write_ilsvrc_sample(const std::string& folder, const yhat::TrainTest& fashion, std::int64_t per_synset) {
  std::error_code error;
  const fs::path root(folder);
  std::vector<fs::path> parts = {root / "val", root / "devkit" / "data"};
  for (const SampleSynset& s : sample_synsets()) {
    parts.push_back(root / "train" / s.wnid);
    parts.push_back(root / "val_by_synset" / s.wnid);
  }
  for (const fs::path& part : parts) {
    fs::create_directories(part, error);
    if (error) throw yhat::IoError("ilsvrc_sample", part.string(), error.value(), error.message());
  }

  IlsvrcSample sample;
  std::vector<std::vector<std::int64_t>> test;  // of each synset
  std::string synsets;
  for (const SampleSynset& s : sample_synsets()) {
    std::int64_t number = 0;
    for (const std::int64_t i : first_of(fashion.train, s.kind, per_synset)) {
      ++number;
      const std::string stem = fmt::format("train/{}/{}_{}", s.wnid, s.wnid, number);
      const bool jpeg = can_write_jpeg() && number % 5 != 0;
      sample.train.push_back({write_picture(folder, stem, photograph(fashion.train, i), jpeg), s.wnid, i});
    }
    test.push_back(first_of(fashion.test, s.kind, per_synset));
    synsets += fmt::format("{}\t{}\t{}\n", s.id, s.wnid, s.words);
  }
  // Ancestors, as in meta.mat: no picture is labelled with them.
  synsets += "1001\tn03051540\tclothing, article of clothing\n1002\tn03380867\tfootwear, footgear\n";

  // Validation pictures come in no order of classes: round and round, with steps of 3.
  std::string truth;
  for (std::int64_t round = 0; round < per_synset; ++round) {
    for (std::size_t turn = 0; turn < test.size(); ++turn) {
      const std::size_t which = turn * 3 % test.size();
      const SampleSynset& s = sample_synsets()[which];
      const std::int64_t i = test[which][static_cast<std::size_t>(round)];
      const std::size_t number = sample.val.size() + 1;
      const std::string name = fmt::format("ILSVRC2012_val_{:08}", number);
      const Tensor image = photograph(fashion.test, i);
      const bool jpeg = can_write_jpeg() && number % 5 != 0;
      sample.val.push_back({write_picture(folder, "val/" + name, image, jpeg), s.wnid, i});
      write_picture(folder, fmt::format("val_by_synset/{}/{}", s.wnid, name), image, jpeg);
      truth += fmt::format("{}\n", s.id);
    }
  }
  write_text(root / "devkit" / "data" / "ILSVRC2012_validation_ground_truth.txt", truth);
  write_text(root / "devkit" / "data" / "synsets.txt", synsets);
  return sample;
}

}  // namespace demo
