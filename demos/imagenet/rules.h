// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// The rules by which ImageNet is measured, on examples small enough to check by hand. What imagenet_eval --rules
/// prints.

/// Cross-entropy of K equal logits: ln K.
double uniform_loss(std::int64_t classes);

/// Errors of a network that gives every class the same score, one picture per class.
struct ConstantErrors {
  double top1, top5;  ///< by the rule of yhat, in which the lower class comes first
  double counting;    ///< top-5 if "fewer than 5 scores are strictly greater" is taken for right
};
ConstantErrors constant_errors(std::int64_t classes);

/// A row of scores, the true class, and where it comes in.
struct RankExample {
  std::string what;
  std::vector<double> scores;
  std::int64_t label;
  std::int64_t rank;            ///< 0: at no place
  bool wrong1, wrong2, wrong9;  ///< by top_k_error, k = 1, 2, 9
};
std::vector<RankExample> rank_examples();

/// Synsets in the order of their IDs, and the classes of both numberings.
struct OrderExample {
  std::int64_t id;
  std::string wnid;
  std::int64_t label;  ///< by WNID, which is right
};
std::vector<OrderExample> order_examples();

/// Top left corners of the first five of ten crops, (row, column).
std::vector<std::pair<std::int64_t, std::int64_t>> crop_origins(std::int64_t side, std::int64_t crop);

/// Two crops whose mean probability and mean logit disagree on the class.
struct AveragingExample {
  std::vector<double> mean_probability, mean_logit;
  std::int64_t by_probability, by_logit;
};
AveragingExample averaging_example();

}  // namespace demo
