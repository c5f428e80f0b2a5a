// SPDX-License-Identifier: MIT
#include "imagenet/scores.h"

#include <yhat/autograd.h>
#include <yhat/ops.h>

#include <cmath>

namespace demo {

std::int64_t rank_of(std::span<const double> scores, std::int64_t label) {
  const auto at = static_cast<std::size_t>(label);
  const double own = scores[at];
  if (std::isnan(own)) return Result::no_rank;
  std::int64_t better = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    better += c != at && (std::isnan(scores[c]) || scores[c] > own || (scores[c] == own && c < at));
  }
  return better + 1;
}

Scores scores_of(const yhat::Tensor& logits) {
  const yhat::NoGrad values_only;
  const yhat::Tensor wide = logits.to(yhat::Dtype::f64);
  Scores s;
  s.probabilities = yhat::mean(yhat::softmax(wide, 1), 0).to_vector();
  s.ranked = wide.dim(0) == 1 ? wide.to_vector() : s.probabilities;
  return s;
}

Interval wilson(std::int64_t wrong, std::int64_t n) {
  if (n == 0) return {};
  const double z = 1.959963984540054;  // 97.5 % of a normal distribution lie below
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(wrong) / count;
  const double scale = 1 + z * z / count;
  const double centre = (p + z * z / (2 * count)) / scale;
  const double half = z / scale * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

void Totals::add(const Result& result, const std::vector<std::int64_t>& ids) {
  if (result.rank == Result::unreadable) {
    ++unreadable;
    return;
  }
  ++pictures;
  no_rank += result.rank == Result::no_rank;
  wrong1 += result.rank != 1;
  wrong5 += result.rank < 1 || result.rank > 5;
  loss -= std::log(result.probability);
  wrong1_by_id += ids.empty() || result.predicted + 1 != ids[static_cast<std::size_t>(result.label)];
}

bool Totals::fits_ids() const { return wilson(wrong1_by_id, pictures).high < wilson(wrong1, pictures).low; }

}  // namespace demo
