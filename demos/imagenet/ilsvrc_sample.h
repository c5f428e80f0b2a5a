// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/dataset.h>

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// A synset of the sample: a class of Fashion-MNIST under the WNID of ImageNet that comes closest.
struct SampleSynset {
  std::int64_t id;  ///< the devkit's number; not ImageNet's own, of which there would be 1000
  const char* wnid;
  const char* words;
  std::int64_t kind;  ///< the class in Fashion-MNIST
};
/// The ten of them, by ID.
const std::vector<SampleSynset>& sample_synsets();

/// One picture that was written.
struct SamplePicture {
  std::string path;         ///< relative to the folder
  std::string wnid;         ///< what it shows
  std::int64_t source = 0;  ///< the place of the image in its part of Fashion-MNIST
};
struct IlsvrcSample {
  std::vector<SamplePicture> train;  ///< train/WNID/WNID_1.JPEG, ...
  std::vector<SamplePicture> val;    ///< val/ILSVRC2012_val_00000001.JPEG, ..., in this order
};

/// Writes a folder of the shape of ILSVRC 2012 from real images: enlarged, tinted, of several sizes, four of five as
/// JPEG and the others as PPM (all as PPM without libjpeg). Besides train/ and val/: val_by_synset/WNID/ with the same
/// validation pictures, devkit/data/ILSVRC2012_validation_ground_truth.txt, and devkit/data/synsets.txt with lines
/// `ID<TAB>WNID<TAB>words` that also lists two ancestors. `per_synset` pictures of each synset in each part.
/// Throws yhat::IoError and yhat::ArgumentError (fewer images than asked for).
IlsvrcSample write_ilsvrc_sample(const std::string& folder, const yhat::TrainTest& fashion, std::int64_t per_synset);

}  // namespace demo
