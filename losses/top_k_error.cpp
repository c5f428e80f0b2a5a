// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "reduction.h"
#include "yhat/error.h"

namespace yhat {

double top_k_error(const Tensor& scores, const std::vector<std::int64_t>& labels, std::int64_t k) {
  const char* op = "top_k_error";
  losses::require_rows(op, "scores", scores);
  const std::int64_t rows = scores.shape()[0];
  const std::int64_t classes = scores.shape()[1];
  if (k < 1) throw ArgumentError(op, fmt::format("k {} (must be >= 1)", k));
  if (static_cast<std::int64_t>(labels.size()) != rows) {
    throw ShapeError(op, fmt::format("{} rows of scores, {} labels (one label per row)", rows, labels.size()));
  }
  if (rows == 0) throw ArgumentError(op, "0 rows, the share of 0 samples is undefined (at least 1)");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw IndexError(op, fmt::format("target[{}] = {} (valid: [0, {}])", i, labels[i], classes - 1));
    }
  }
  std::int64_t wrong = 0;
  dispatch(scores.dtype(), [&](auto zero) {
    const auto* row = scores.data<decltype(zero)>().data();
    for (std::int64_t label : labels) {
      const auto own = row[label];
      std::int64_t better = 0;  // classes that come before the label
      for (std::int64_t c = 0; c < classes; ++c) {
        better += c != label && (std::isnan(row[c]) || row[c] > own || (row[c] == own && c < label));
      }
      wrong += std::isnan(own) || better >= k;
      row += classes;
    }
  });
  return static_cast<double>(wrong) / static_cast<double>(rows);
}

}  // namespace yhat
