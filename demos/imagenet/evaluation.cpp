// SPDX-License-Identifier: MIT
#include "imagenet/evaluation.h"

#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/error.h>
#include <yhat/ops.h>

#include <cstring>
#include <filesystem>
#include <unordered_map>

#include "support/command_line.h"

namespace demo {
namespace {

using namespace yhat;

std::string name_within(const std::string& folder, const std::string& path) {
  return std::filesystem::path(path).lexically_relative(folder).generic_string();
}

/// The places of the pictures that have no result yet; adds those that have to `totals`.
std::vector<std::int64_t> still_to_do(const Measurement& what, const ResultsFile& file, Totals& totals) {
  std::unordered_map<std::string, const Result*> done;
  for (const Result& r : file.before()) done.emplace(r.picture, &r);
  std::vector<std::int64_t> places;
  std::size_t known = 0;
  for (std::int64_t i = 0; i < what.pictures.size(); ++i) {
    const ImageList::Item& item = what.pictures.items[static_cast<std::size_t>(i)];
    const auto found = done.find(name_within(what.folder, item.path));
    if (found == done.end() || found->second->label != item.label) {
      places.push_back(i);
    } else {
      totals.add(*found->second, what.ids);
      ++known;
    }
  }
  if (known != file.before().size()) {
    throw FormatError("imagenet_eval", file.path(), -1,
                      fmt::format("{} of its {} rows are of other pictures, labels or twice; hint: --restart measures "
                                  "anew",
                                  file.before().size() - known, file.before().size()));
  }
  return places;
}

}  // namespace

void find_pictures(const PictureSource& source, Measurement& into) {
  into.folder = source.folder;
  const ImageNetOptions options{.partial = source.partial};
  if (source.synsets.empty()) {
    if (!source.ground_truth.empty()) {
      throw UsageError(
          "--ground-truth: its numbers are ILSVRC2012_IDs, not classes; hint: --synsets FILE with lines ID, tab, WNID");
    }
    into.pictures = ImageFolder(source.folder);
    return;
  }
  const Synsets synsets = read_synsets(source.synsets);
  into.ids = synsets.ids;
  into.pictures =
      source.ground_truth.empty()
          ? synset_pictures(source.folder, synsets, options)
          : validation_pictures(source.folder, read_ground_truth(source.ground_truth, synsets), synsets, options);
}

Totals measure(Module& model, const Measurement& what, ResultsFile& file,
               const std::function<bool(const Totals&, const std::vector<std::string>&)>& after_batch) {
  Totals totals;
  const std::vector<std::int64_t> places = still_to_do(what, file, totals);
  const NoGrad values_only;
  model.eval();
  const auto transform = [&](const Tensor& image) { return prepared_crops(image, what.preprocessing, what.crops); };
  for (std::size_t at = 0; at < places.size();) {
    const std::size_t end = std::min(places.size(), at + static_cast<std::size_t>(what.batch));
    const std::vector<std::int64_t> index(places.begin() + static_cast<std::ptrdiff_t>(at),
                                          places.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<std::string> skipped;
    const Batch batch = what.pictures.load(index, transform, what.skip_bad ? &skipped : nullptr);
    Tensor logits;
    if (!batch.index.empty()) {
      const Shape& s = batch.images.shape();  // (n,crops,3,H,W)
      logits = model(reshape(batch.images, {s[0] * s[1], s[2], s[3], s[4]}));
    }
    std::size_t loaded = 0;
    for (const std::int64_t i : index) {
      const ImageList::Item& item = what.pictures.items[static_cast<std::size_t>(i)];
      Result result{.picture = name_within(what.folder, item.path), .label = item.label, .rank = Result::unreadable};
      if (loaded < batch.index.size() && batch.index[loaded] == i) {
        const auto first = static_cast<std::int64_t>(loaded) * what.crops;
        const Scores scores = scores_of(slice(logits, 0, first, first + what.crops));
        result.rank = rank_of(scores.ranked, item.label);
        result.predicted = argmax(from_values(scores.ranked, {1, logits.dim(1)}, Dtype::f64), 1)[0];
        result.probability = scores.probabilities[static_cast<std::size_t>(item.label)];
        ++loaded;
      }
      file.add(result);
      totals.add(result, what.ids);
    }
    at = end;
    if (!after_batch(totals, skipped)) break;
  }
  return totals;
}

std::string fingerprint(const StateDict& state) {
  std::uint64_t hash = 0xcbf29ce484222325;  // Fowler, Noll and Vo's, over 8 bytes at a time
  const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3; };
  for (const auto& [name, tensor] : state) {
    for (const char c : name) mix(static_cast<unsigned char>(c));
    dispatch(tensor.dtype(), [&, &value = tensor](auto zero) {
      const auto bytes = std::as_bytes(value.template data<decltype(zero)>());
      for (std::size_t i = 0; i < bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i));
        mix(word ^ (word >> 32));
      }
    });
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace demo
