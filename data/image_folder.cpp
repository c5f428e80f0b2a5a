// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/files/bytes.h"
#include "yhat/error.h"
#include "yhat/pictures.h"

namespace yhat {
namespace {

namespace fs = std::filesystem;

/// The names in a folder that are folders, or are not, sorted; hidden ones are left out.
std::vector<std::string> names_in(const fs::path& folder, bool folders) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    std::error_code unknown;
    if (!name.starts_with('.') && entry.is_directory(unknown) == folders) names.push_back(std::move(name));
  }
  if (error) {
    throw IoError("ImageFolder", folder.string(), error.value(),
                  "cannot list: " + files::system_message(error.value()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

ImageFolder::ImageFolder(const std::string& folder) : classes(names_in(folder, true)) {
  if (classes.empty()) {
    throw IoError("ImageFolder", folder, ENOENT, "has no folders (one per class, with its pictures inside)");
  }
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const fs::path inside = fs::path(folder) / classes[label];
    const std::vector<std::string> names = names_in(inside, false);
    if (names.empty()) throw IoError("ImageFolder", inside.string(), ENOENT, "has no files (at least one per class)");
    for (const std::string& name : names) items.push_back({(inside / name).string(), static_cast<std::int64_t>(label)});
  }
}

Batch ImageFolder::load(const std::vector<std::int64_t>& index, const std::function<Tensor(const Tensor&)>& transform,
                        std::vector<std::string>* skipped) const {
  std::vector<Tensor> images;
  Batch batch;
  for (const std::int64_t i : index) {
    if (i < 0 || i >= size()) throw IndexError("ImageFolder", fmt::format("picture {} of {}", i, size()));
    const Item& item = items[static_cast<std::size_t>(i)];
    Tensor image;
    try {
      image = read_image(item.path);
    } catch (const FormatError& e) {
      if (skipped == nullptr) throw;
      skipped->emplace_back(e.what());
      continue;
    }
    image = transform(image);
    if (!images.empty() && (!(image.shape() == images[0].shape()) || image.dtype() != images[0].dtype())) {
      throw ShapeError("ImageFolder",
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
