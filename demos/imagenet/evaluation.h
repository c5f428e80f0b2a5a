// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/imagenet.h>
#include <yhat/module.h>

#include <functional>
#include <string>
#include <vector>

#include "imagenet/results_file.h"

namespace demo {

/// What is measured with.
struct Measurement {
  yhat::ImageList pictures;
  std::string folder;             ///< that they lie in
  std::vector<std::int64_t> ids;  ///< the devkit's ID of each class; empty if unknown
  yhat::Preprocessing preprocessing;
  std::int64_t crops = 1;  ///< 1, or 10 whose probabilities are averaged
  std::int64_t batch = 16;
  bool skip_bad = false;  ///< leave out pictures that cannot be read, instead of stopping at the first
};

/// Where the pictures come from.
struct PictureSource {
  std::string folder, synsets, ground_truth;  ///< the last two may be empty
  bool partial = false;
};
/// A folder per synset; with a file of synsets, in the classes it says; with the devkit's ground truth, the flat folder
/// of validation pictures. Fills pictures, folder and ids. Throws UsageError (ground truth without synsets) and what
/// the readers throw.
void find_pictures(const PictureSource& source, Measurement& into);

/// Runs the network over all pictures that `file` does not hold yet and adds them to it. `after_batch` is told of the
/// totals so far and of the messages of pictures that were left out; it returns false to stop. Throws
/// yhat::FormatError: a picture that cannot be read (unless skip_bad), or a file of results for other pictures.
Totals measure(yhat::Module& model, const Measurement& what, ResultsFile& file,
               const std::function<bool(const Totals& so_far, const std::vector<std::string>& skipped)>& after_batch);

/// A number of 64 bits for the contents of a model, to tell two files of weights apart: "8c7f0a3a51e2b904".
std::string fingerprint(const yhat::StateDict& state);

}  // namespace demo
