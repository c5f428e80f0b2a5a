// SPDX-License-Identifier: MIT
#include "yhat/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "data/embedded_sample.h"
#include "data/readers/idx.h"
#include "yhat/batches.h"
#include "yhat/error.h"

namespace yhat {
namespace {

namespace fs = std::filesystem;
using files::Source;

constexpr std::int64_t class_count = 10;
constexpr std::uint64_t image_side = 28;

// Images and labels that belong together -> (N,1,28,28) in [0, 1].
Dataset read_dataset(const Source& image_file, const Source& label_file, const std::vector<std::string>& classes) {
  const files::IdxBytes pixels = files::read_idx_images(image_file);
  if (pixels.sizes[1] != image_side || pixels.sizes[2] != image_side) {
    image_file.fail(8, fmt::format("images are {} x {} (must be {} x {})", pixels.sizes[1], pixels.sizes[2], image_side,
                                   image_side));
  }
  if (pixels.sizes[0] == 0) image_file.fail(4, "0 images (at least 1)");
  Dataset data;
  data.labels = files::read_idx_labels(label_file, class_count);
  if (pixels.sizes[0] != data.labels.size()) {
    label_file.fail(4, fmt::format("{} labels, {} has {} images (must be equal)", data.labels.size(), image_file.path(),
                                   pixels.sizes[0]));
  }
  data.images = empty(Shape{data.size(), 1, image_side, image_side});
  std::transform(pixels.data.begin(), pixels.data.end(), data.images.mutable_data<float>().begin(),
                 [](std::byte b) { return static_cast<float>(std::to_integer<int>(b)) / 255.0F; });
  data.classes = classes;
  return data;
}

/// The path of `train-images-idx3-ubyte` in its four spellings, or an error that says what is there instead.
std::string find_file(const fs::path& folder, const std::string& stem, const std::string& kind) {
  std::error_code error;
  for (const char* ending : {"", ".gz"}) {
    for (const char* joint : {"-", "."}) {
      const fs::path path = folder / (stem + joint + kind + ending);
      if (fs::exists(path, error)) return path.string();
    }
  }
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (found.size() == 1000) break;  // enough to sort for a message
    found.push_back(entry.path().filename().string());
  }
  std::sort(found.begin(), found.end());
  const bool more = found.size() > 8;
  if (more) found.resize(8);
  throw IoError(
      "FashionMnist", folder.string(), ENOENT,
      fmt::format("no {}-{}(.gz); found {}{}", stem, kind, found.empty() ? "nothing" : "", fmt::join(found, ", ")) +
          (more ? ", ..." : ""));
}

Dataset read_half(const fs::path& folder, const std::string& half, const std::vector<std::string>& classes) {
  const std::string images = find_file(folder, half + "-images", "idx3-ubyte");
  const std::string labels = find_file(folder, half + "-labels", "idx1-ubyte");
  return read_dataset(Source("load_idx", images), Source("load_idx", labels), classes);
}

Dataset read_embedded(const std::string& half, const std::vector<std::string>& classes) {
  const auto source = [](const std::string& name) {
    const std::string_view bytes = detail::embedded_file(name);
    return Source("load_idx", std::as_bytes(std::span(bytes)), name);
  };
  return read_dataset(source(half + "-images-idx3-ubyte"), source(half + "-labels-idx1-ubyte"), classes);
}

}  // namespace

std::vector<std::int64_t> Dataset::class_counts() const {
  std::vector<std::int64_t> counts(classes.size(), 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= static_cast<std::int64_t>(counts.size())) {
      throw IndexError("class_counts",
                       fmt::format("label[{}] = {} (there are {} classes)", i, labels[i], counts.size()));
    }
    ++counts[static_cast<std::size_t>(labels[i])];
  }
  return counts;
}

Dataset Dataset::subset(const std::vector<std::int64_t>& index) const {
  Dataset part;
  part.images = take_rows(images, index);
  part.classes = classes;
  for (const std::int64_t i : index) {
    if (i >= size()) throw IndexError("subset", fmt::format("sample {} (there are {} labels)", i, size()));
    part.labels.push_back(labels[static_cast<std::size_t>(i)]);
  }
  return part;
}

std::vector<std::string> class_names(const std::string& names) {
  if (names == "fashion") {
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
  }
  if (names == "digits") return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  throw ArgumentError("class_names", fmt::format("'{}' (fashion or digits)", names));
}

FashionMnist::FashionMnist(const std::string& folder, const std::string& names) {
  const std::vector<std::string> classes = class_names(names);
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    const bool there = fs::exists(folder, error);
    throw IoError("FashionMnist", folder, there ? ENOTDIR : ENOENT,
                  there ? "is not a folder" : "no such folder; hint: --data names the folder with the four files");
  }
  train = read_half(folder, "train", classes);
  test = read_half(folder, "t10k", classes);
  source = folder;
}

TrainTest fashion_mnist_sample() {
  if (detail::embedded_file("train-images-idx3-ubyte").empty()) {
    throw IoError("fashion_mnist_sample", "built-in sample", ENOENT,
                  "this build has none; hint: build with -DYHAT_EMBED_SAMPLE=ON, or give a folder with --data");
  }
  TrainTest data;
  const std::vector<std::string> classes = class_names("fashion");
  data.train = read_embedded("train", classes);
  data.test = read_embedded("t10k", classes);
  data.source = "built-in sample";
  data.sample = true;
  return data;
}

TrainTest open_dataset(const OpenDatasetOptions& options) {
  const char* variable = std::getenv("YHAT_DATA");
  const std::string folder = !options.folder.empty() ? options.folder : variable != nullptr ? variable : "";
  if (!folder.empty()) return FashionMnist(folder, options.names);
  TrainTest data = fashion_mnist_sample();
  if (options.names != "fashion") {
    class_names(options.names);
    throw ArgumentError("open_dataset",
                        fmt::format("names '{}' without a folder (the built-in sample is fashion); hint: "
                                    "--data DIR",
                                    options.names));
  }
  return data;
}

std::string describe(const TrainTest& data) {
  return fmt::format("{}: {} training and {} test images of {} classes{}", data.source, data.train.size(),
                     data.test.size(), data.train.classes.size(),
                     data.sample ? "; hint: all 70000: apt-get install dataset-fashion-mnist, then --data "
                                   "/usr/share/datasets/fashion-mnist"
                                 : "");
}

}  // namespace yhat
