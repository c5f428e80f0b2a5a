// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yhat/tensor.h"

namespace yhat {

/// How often each true class was taken for each class.
class ConfusionMatrix {
 public:
  /// One name per class. Throws ArgumentError for none.
  explicit ConfusionMatrix(std::vector<std::string> names);

  /// Counts one sample, or many. Throws IndexError for a class outside 0 .. classes-1, ShapeError for lists of
  /// different lengths; nothing is counted then.
  void add(std::int64_t label, std::int64_t predicted);
  void add(const std::vector<std::int64_t>& labels, const std::vector<std::int64_t>& predicted);

  /// The number of classes.
  std::size_t classes() const { return names_.size(); }
  /// The name of class c < classes(); here and below classes are not checked.
  const std::string& name(std::size_t c) const { return names_[c]; }
  /// How often `label` was taken for `predicted`.
  std::int64_t count(std::size_t label, std::size_t predicted) const { return counts_[label * classes() + predicted]; }
  /// Samples in all.
  std::int64_t total() const;
  /// Those that are c.
  std::int64_t of_class(std::size_t c) const;
  /// Those taken for c.
  std::int64_t taken_for(std::size_t c) const;
  /// Those taken for what they are.
  std::int64_t right() const;

  /// right / total: 0 to 1, NaN without samples.
  double accuracy() const;
  /// Of those taken for c, the share that is c: 0 to 1, NaN if nothing was taken for it.
  double precision(std::size_t c) const;
  /// Of those that are c, the share taken for it: 0 to 1, NaN if there was none.
  double recall(std::size_t c) const;

  /// A line per class: name, n, precision, recall; and one for all, with the unweighted means. NaN is shown as "-".
  std::string class_table() const;
  /// The counts, true classes down and predicted classes across, at most `columns` wide: columns are headed by the
  /// number of the class, or the names if they fit; classes for which there is no room follow below.
  std::string matrix(int columns = 80) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::int64_t> counts_;
};

/// A sample that was classified wrongly.
struct Mistake {
  std::int64_t index;      ///< which sample
  std::int64_t label;      ///< what it is
  std::int64_t predicted;  ///< what it was taken for
  double p;                ///< the probability given to that
};

/// The wrongly classified samples (the largest probability, the first of ties, is not at the label) to which the
/// highest probability was given, that one first; of equal ones the earlier sample. At most `count`.
/// probabilities (N,K), labels N. Throws ShapeError, or IndexError for a label outside 0 .. K-1.
std::vector<Mistake> most_confident_mistakes(const Tensor& probabilities, const std::vector<std::int64_t>& labels,
                                             std::int64_t count);

}  // namespace yhat
