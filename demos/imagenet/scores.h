// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace demo {

/// What became of one picture.
struct Result {
  static constexpr std::int64_t no_rank = 0;      ///< the score of the true class is NaN: wrong at every k
  static constexpr std::int64_t unreadable = -1;  ///< the picture could not be read: does not count

  std::string picture;         ///< path within the folder of pictures
  std::int64_t label = 0;      ///< the true class
  std::int64_t rank = 0;       ///< its place among the scores, from 1, or one of the above
  std::int64_t predicted = 0;  ///< the class in the first place
  double probability = 0;      ///< of the true class
};

/// The place of `label` among the scores of all classes: score descending, class ascending; a NaN of another class
/// comes before everything. Result::no_rank if its own score is NaN. The true class is among the k best exactly if
/// 1 <= rank <= k, which is the rule of top_k_error.
std::int64_t rank_of(std::span<const double> scores, std::int64_t label);

/// logits (count,K) of the crops of one picture -> scores (K) to be ranked, and the probability of each class: for one
/// crop the logits themselves, for several the mean of the probabilities. f64.
struct Scores {
  std::vector<double> ranked, probabilities;
};
Scores scores_of(const yhat::Tensor& logits);

/// Wilson's interval (1927) of 95 % for a share of which `wrong` of n were seen. [0, 1] for n = 0.
struct Interval {
  double low = 0, high = 1;
};
Interval wilson(std::int64_t wrong, std::int64_t n);

/// Results added up.
struct Totals {
  std::int64_t pictures = 0;    ///< that count
  std::int64_t unreadable = 0;  ///< that do not
  std::int64_t no_rank = 0;     ///< whose true class had the score NaN
  std::int64_t wrong1 = 0, wrong5 = 0;
  std::int64_t wrong1_by_id = 0;  ///< had the network's outputs been in the order of the devkit's IDs
  double loss = 0;                ///< sum of -log p(true class)

  /// `ids`: of each class; empty if unknown.
  void add(const Result& result, const std::vector<std::int64_t>& ids);
  double top1_error() const { return share(wrong1); }
  double top5_error() const { return share(wrong5); }
  double mean_loss() const { return loss / static_cast<double>(pictures); }
  /// The outputs fit the devkit's order of classes, and clearly better than that of the WNIDs.
  bool fits_ids() const;

 private:
  double share(std::int64_t n) const { return static_cast<double>(n) / static_cast<double>(pictures); }
};

}  // namespace demo
