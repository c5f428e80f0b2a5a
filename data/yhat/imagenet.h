// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yhat/pictures.h"

/// ImageNet as the challenge of 2012 (ILSVRC) hands it out.
namespace yhat {

/// The synsets and their two numberings. A *class* is the rank of the WNID ("n02119789") in alphabetical order, from 0,
/// as Caffe, torchvision and timm count; an *ID* is the devkit's ILSVRC2012_ID, from 1, in another order. Taking one
/// for the other gives the errors of guessing.
struct Synsets {
  std::string path;                 ///< where they were read from, for messages
  std::vector<std::string> wnids;   ///< of each class, sorted
  std::vector<std::int64_t> ids;    ///< of each class
  std::vector<std::string> words;   ///< of each class; empty where the file has none
  std::vector<std::int64_t> by_id;  ///< class of ID i at i - 1

  /// The number of classes.
  std::int64_t size() const { return static_cast<std::int64_t>(wnids.size()); }
  /// The class of a WNID, -1 if it is not one of them.
  std::int64_t class_of(const std::string& wnid) const;
};

/// Reads lines `ID<TAB>WNID`, which a third column with the synset's words may follow: what
/// data/convert/meta_to_synsets.py makes of the devkit's meta.mat. IDs above 1000 are ancestors and left out.
/// Throws IoError, and FormatError for a line of another form, an ID or WNID twice, a gap in the IDs, and for 1000
/// synsets whose IDs follow the alphabet, which the devkit's do not.
Synsets read_synsets(const std::string& path);
/// The same from text; `name` stands for the path in messages.
Synsets parse_synsets(const std::string& text, const std::string& name = "memory");

/// Reads `ILSVRC2012_validation_ground_truth.txt`: in line i the ID of picture i. Returns classes.
/// Throws IoError and FormatError (a line that is no ID of these synsets, no lines).
std::vector<std::int64_t> read_ground_truth(const std::string& path, const Synsets& synsets);

/// What a folder may lack.
struct ImageNetOptions {
  bool partial = false;  ///< pictures or folders may be missing
};

/// The pictures ILSVRC2012_val_00000001.JPEG, ... of a folder (any extension), with these classes (one per picture).
/// Throws IoError: pictures missing (with partial: all of them); FormatError: a number without class, or twice;
/// ArgumentError for no labels.
ImageList validation_pictures(const std::string& folder, const std::vector<std::int64_t>& labels,
                              const Synsets& synsets, const ImageNetOptions& options = {});

/// The pictures `folder/WNID/any-name`, classes by WNID. Throws IoError (a synset without folder or without pictures;
/// with partial: all of them), FormatError (a folder that is none of the synsets) and ArgumentError for no synsets.
ImageList synset_pictures(const std::string& folder, const Synsets& synsets, const ImageNetOptions& options = {});

/// How a photograph (3,H,W) in [0, 1] becomes what a network was trained on.
struct Preprocessing {
  std::string name;
  std::int64_t shorter_side = 256;  ///< resized to this first, bilinear
  std::int64_t crop = 224;          ///< then cut out: in the middle, or ten times
  bool square = false;              ///< cut the middle square out before anything else
  Tensor mean;                      ///< (3), or (3,shorter_side,shorter_side) for squares; subtracted, in [0, 1]
  std::vector<double> std = {1};    ///< then divided by these, one or three
};

/// torchvision: a crop of 224 of the resized picture, channel means and deviations of ImageNet. The middle is taken as
/// torchvision rounds it: half a pixel to the even side.
Preprocessing torchvision_preprocessing();
/// Krizhevsky et al. 2012, section 2: the middle square, pixels 0 to 255 less their mean over the training pictures,
/// crops of 227. An undefined mean stands for the mean colour of ImageNet.
Preprocessing alexnet_preprocessing(const Tensor& mean = {});

/// Resized and normalised, not cropped: (3,H,W). Throws ShapeError for a mean of another shape, ArgumentError for no
/// mean, and what resize_shorter_side and normalise throw.
Tensor prepare(const Tensor& image, const Preprocessing& by);
/// prepare, then `count` crops, 1 or 10: (count,3,crop,crop). Throws ArgumentError for another count, ShapeError if the
/// crop does not fit.
Tensor prepared_crops(const Tensor& image, const Preprocessing& by, std::int64_t count);

}  // namespace yhat
