// SPDX-License-Identifier: MIT
#include "imagenet/rules.h"

#include <yhat/imagenet.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include <cmath>

#include "imagenet/scores.h"

namespace demo {

using namespace yhat;

double uniform_loss(std::int64_t classes) { return cross_entropy(zeros({1, classes}, Dtype::f64), {0}).item(); }

ConstantErrors constant_errors(std::int64_t classes) {
  const Tensor scores = zeros({classes, classes});
  std::vector<std::int64_t> labels;
  for (std::int64_t c = 0; c < classes; ++c) labels.push_back(c);
  ConstantErrors e{top_k_error(scores, labels, 1), top_k_error(scores, labels, 5), 0};
  const std::vector<double> values = scores.to_vector();
  for (std::int64_t i = 0; i < classes; ++i) {
    std::int64_t greater = 0;
    const auto row = static_cast<std::size_t>(i * classes);
    for (std::size_t c = 0; c < static_cast<std::size_t>(classes); ++c) {
      greater += values[row + c] > values[row + static_cast<std::size_t>(i)];
    }
    e.counting += greater < 5 ? 0 : 1.0 / static_cast<double>(classes);
  }
  return e;
}

std::vector<RankExample> rank_examples() {
  const double nan = std::nan("");
  std::vector<RankExample> examples = {
      {"the best score", {1, 3, 2}, 1, 0, false, false, false},
      {"a tie: the lower class comes first", {2, 3, 3}, 2, 0, false, false, false},
      {"a NaN of another class takes a place", {nan, 3, 2}, 1, 0, false, false, false},
      {"its own score is NaN: always wrong", {1, nan, 2}, 1, 0, false, false, false},
  };
  for (RankExample& e : examples) {
    e.rank = rank_of(e.scores, e.label);
    const Tensor row = from_values(e.scores, {1, 3}, Dtype::f64);
    e.wrong1 = top_k_error(row, {e.label}, 1) == 1;
    e.wrong2 = top_k_error(row, {e.label}, 2) == 1;
    e.wrong9 = top_k_error(row, {e.label}, 9) == 1;
  }
  return examples;
}

std::vector<OrderExample> order_examples() {
  const std::string text = "1\tn03000004\n2\tn01000001\n3\tn02000003\n4\tn01500002\n";
  const Synsets synsets = parse_synsets(text, "four synsets");
  std::vector<OrderExample> examples;
  for (std::size_t i = 0; i < synsets.by_id.size(); ++i) {
    const std::int64_t label = synsets.by_id[i];
    examples.push_back({static_cast<std::int64_t>(i + 1), synsets.wnids[static_cast<std::size_t>(label)], label});
  }
  return examples;
}

std::vector<std::pair<std::int64_t, std::int64_t>> crop_origins(std::int64_t side, std::int64_t crop) {
  // Read off a picture whose pixels hold their own place.
  const Tensor ten = ten_crop(reshape(arange(side * side), {1, side, side}), crop);
  std::vector<std::pair<std::int64_t, std::int64_t>> origins;
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto place = static_cast<std::int64_t>(ten.at({i, 0, 0, 0}));
    origins.emplace_back(place / side, place % side);
  }
  return origins;
}

AveragingExample averaging_example() {
  const Tensor logits = tensor({{8, 0, 0}, {-9, 0, -2}}, Dtype::f64);
  AveragingExample e;
  e.mean_probability = scores_of(logits).probabilities;
  const Tensor mean_logit = mean(logits, 0);
  e.mean_logit = mean_logit.to_vector();
  e.by_probability = argmax(from_values(e.mean_probability, {1, 3}, Dtype::f64), 1)[0];
  e.by_logit = argmax(mean_logit);
  return e;
}

}  // namespace demo
