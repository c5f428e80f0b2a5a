// SPDX-License-Identifier: MIT
#include "yhat/confusion_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "percent.h"
#include "yhat/error.h"
#include "yhat/ops.h"
#include "yhat/terminal.h"

namespace yhat {
namespace {

using detail::percent;

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(part) / static_cast<double>(whole);
}

// fmt pads by bytes in no version and by code points in others: the blanks are counted here.
std::string padded(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - text_width(text))), ' ');
}

int widest(const std::vector<std::string>& names, std::string_view heading) {
  int width = text_width(heading);
  for (const std::string& name : names) width = std::max(width, text_width(name));
  return width;
}

void require_class(const char* what, std::int64_t c, std::size_t classes) {
  if (c >= 0 && c < static_cast<std::int64_t>(classes)) return;
  throw IndexError("ConfusionMatrix", fmt::format("{} {} (0 to {})", what, c, classes - 1));
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::vector<std::string> names)
    : names_(std::move(names)), counts_(names_.size() * names_.size(), 0) {
  if (names_.empty()) throw ArgumentError("ConfusionMatrix", "no class names (1 or more)");
}

void ConfusionMatrix::add(std::int64_t label, std::int64_t predicted) {
  require_class("label", label, classes());
  require_class("prediction", predicted, classes());
  ++counts_[static_cast<std::size_t>(label) * classes() + static_cast<std::size_t>(predicted)];
}

void ConfusionMatrix::add(const std::vector<std::int64_t>& labels, const std::vector<std::int64_t>& predicted) {
  if (labels.size() != predicted.size()) {
    throw ShapeError("ConfusionMatrix", fmt::format("{} labels, {} predictions", labels.size(), predicted.size()));
  }
  for (const std::int64_t c : labels) require_class("label", c, classes());
  for (const std::int64_t c : predicted) require_class("prediction", c, classes());
  for (std::size_t i = 0; i < labels.size(); ++i) add(labels[i], predicted[i]);
}

std::int64_t ConfusionMatrix::total() const {
  std::int64_t sum = 0;
  for (const std::int64_t n : counts_) sum += n;
  return sum;
}

std::int64_t ConfusionMatrix::of_class(std::size_t c) const {
  std::int64_t sum = 0;
  for (std::size_t other = 0; other < classes(); ++other) sum += count(c, other);
  return sum;
}

std::int64_t ConfusionMatrix::taken_for(std::size_t c) const {
  std::int64_t sum = 0;
  for (std::size_t other = 0; other < classes(); ++other) sum += count(other, c);
  return sum;
}

std::int64_t ConfusionMatrix::right() const {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < classes(); ++c) sum += count(c, c);
  return sum;
}

double ConfusionMatrix::accuracy() const { return ratio(right(), total()); }
double ConfusionMatrix::precision(std::size_t c) const { return ratio(count(c, c), taken_for(c)); }
double ConfusionMatrix::recall(std::size_t c) const { return ratio(count(c, c), of_class(c)); }

std::string ConfusionMatrix::class_table() const {
  const int width = widest(names_, "class");
  std::string text = fmt::format("{}  {:>6}  {:>9}  {:>7}\n", padded("class", width), "n", "precision", "recall");
  double precision_sum = 0;
  double recall_sum = 0;
  for (std::size_t c = 0; c < classes(); ++c) {
    text += fmt::format("{}  {:>6}  {:>9}  {:>7}\n", padded(names_[c], width), of_class(c), percent(precision(c)),
                        percent(recall(c)));
    precision_sum += precision(c);
    recall_sum += recall(c);
  }
  const auto n = static_cast<double>(classes());
  return text + fmt::format("{}  {:>6}  {:>9}  {:>7}\n", padded("all", width), total(), percent(precision_sum / n),
                            percent(recall_sum / n));
}

std::string ConfusionMatrix::matrix(int columns) const {
  const int row_width = widest(names_, "true class");
  const std::int64_t largest = *std::max_element(counts_.begin(), counts_.end());
  const auto digits =
      static_cast<int>(std::max(fmt::formatted_size("{}", largest), fmt::formatted_size("{}", classes() - 1)));
  const int n = static_cast<int>(classes());
  const int name_width = std::max(digits, widest(names_, ""));
  const bool named = row_width + n * (name_width + 1) <= columns;
  const int width = named ? name_width : digits;
  // Where even numbers of classes beside their names are too wide, the names of the rows are cut short; then what does
  // not fit goes on below.
  const int room = std::clamp(columns - 3 - n * (width + 1), 4, std::max(4, widest(names_, "")));
  const int head = named ? row_width : room + 3;
  const int fit = std::max(1, (columns - head) / (width + 1));

  std::string text;
  for (int begin = 0; begin < n; begin += fit) {
    const auto first = static_cast<std::size_t>(begin);
    const auto last = static_cast<std::size_t>(std::min(n, begin + fit));
    if (begin > 0) text += '\n';
    text += padded(named ? "true class" : "   true", head);
    for (std::size_t c = first; c < last; ++c)
      text += fmt::format(" {:>{}}", named ? names_[c] : fmt::to_string(c), width);
    text += '\n';
    for (std::size_t r = 0; r < classes(); ++r) {
      std::string name = names_[r];
      if (!named) {
        while (text_width(name) > room) name.pop_back();
        name = fmt::format("{:>2} {}", r, name);
      }
      text += padded(name, head);
      for (std::size_t c = first; c < last; ++c) {
        text += count(r, c) == 0 ? fmt::format(" {:>{}}", ".", width) : fmt::format(" {:>{}}", count(r, c), width);
      }
      text += '\n';
    }
  }
  return text;
}

std::vector<Mistake> most_confident_mistakes(const Tensor& probabilities, const std::vector<std::int64_t>& labels,
                                             std::int64_t count) {
  const char* op = "most_confident_mistakes";
  if (probabilities.ndim() != 2 || probabilities.dim(0) != static_cast<std::int64_t>(labels.size())) {
    throw ShapeError(op,
                     fmt::format("probabilities {} do not fit {} labels (N, K)", probabilities.shape(), labels.size()));
  }
  for (const std::int64_t label : labels) {
    if (label < 0 || label >= probabilities.dim(1)) {
      throw IndexError(op, fmt::format("label {} (0 to {})", label, probabilities.dim(1) - 1));
    }
  }
  const std::vector<std::int64_t> predicted = argmax(probabilities, 1);
  std::vector<Mistake> mistakes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (predicted[i] == labels[i]) continue;
    const auto index = static_cast<std::int64_t>(i);
    mistakes.push_back({index, labels[i], predicted[i], probabilities.at({index, predicted[i]})});
  }
  // A NaN has no place in an order: it counts as the lowest.
  auto key = [](const Mistake& m) { return std::isnan(m.p) ? -1 : m.p; };
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [&](const Mistake& a, const Mistake& b) { return key(a) > key(b); });
  if (static_cast<std::int64_t>(mistakes.size()) > count) {
    mistakes.erase(mistakes.begin() + static_cast<std::ptrdiff_t>(std::max<std::int64_t>(count, 0)), mistakes.end());
  }
  return mistakes;
}

}  // namespace yhat
