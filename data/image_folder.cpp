// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/files/bytes.h"
#include "data/readers/folder.h"
#include "yhat/error.h"
#include "yhat/pictures.h"

namespace yhat {
namespace {

namespace fs = std::filesystem;

// Classes are numbered by name: folders 0, 1, ... 10 would silently get other numbers than their own.
void refuse_numbers(const std::string& folder, const std::vector<std::string>& names) {
  const auto number = [](const std::string& name) { return name.find_first_not_of("0123456789") == std::string::npos; };
  if (!std::all_of(names.begin(), names.end(), number)) return;
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].size() == names[0].size()) continue;
    throw FormatError("ImageFolder", folder, -1,
                      fmt::format("classes '{}' and '{}' are numbers of different lengths (sorted by name, 10 comes "
                                  "before 2); hint: write them with leading zeros",
                                  names[0], names[i]));
  }
}

}  // namespace

ImageFolder::ImageFolder(const std::string& folder) {
  classes = files::names_in("ImageFolder", folder, files::Kind::folders);
  if (classes.empty()) {
    throw IoError("ImageFolder", folder, ENOENT, "has no folders (one per class, with its pictures inside)");
  }
  refuse_numbers(folder, classes);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const fs::path inside = fs::path(folder) / classes[label];
    const std::vector<std::string> names = files::names_in("ImageFolder", inside, files::Kind::files);
    if (names.empty()) throw IoError("ImageFolder", inside.string(), ENOENT, "has no files (at least one per class)");
    for (const std::string& name : names) items.push_back({(inside / name).string(), static_cast<std::int64_t>(label)});
  }
}

Batch ImageList::load(const std::vector<std::int64_t>& index, const std::function<Tensor(const Tensor&)>& transform,
                      std::vector<std::string>* skipped) const {
  std::vector<Tensor> images;
  Batch batch;
  for (const std::int64_t i : index) {
    if (i < 0 || i >= size()) throw IndexError("ImageList", fmt::format("picture {} of {}", i, size()));
    const Item& item = items[static_cast<std::size_t>(i)];
    Tensor image;
    try {
      image = read_image(item.path);
    } catch (const Error& e) {  // a FormatError or IoError
      if (skipped == nullptr) throw;
      skipped->emplace_back(e.what());
      continue;
    }
    image = transform(image);
    if (!images.empty() && (!(image.shape() == images[0].shape()) || image.dtype() != images[0].dtype())) {
      throw ShapeError("ImageList",
                       fmt::format("{}: transformed to {} {}, the first one to {} {} (must be equal)", item.path,
                                   image.dtype(), image.shape(), images[0].dtype(), images[0].shape()));
    }
    images.push_back(image);
    batch.labels.push_back(item.label);
    batch.index.push_back(i);
  }
  if (images.empty()) return batch;
  batch.images = empty(images[0].shape().inserted(0, static_cast<std::int64_t>(images.size())), images[0].dtype());
  dispatch(batch.images.dtype(), [&](auto zero) {
    auto to = batch.images.mutable_data<decltype(zero)>().begin();
    for (const Tensor& image : images) {
      const auto from = image.data<decltype(zero)>();
      to = std::copy(from.begin(), from.end(), to);
    }
  });
  return batch;
}

}  // namespace yhat
