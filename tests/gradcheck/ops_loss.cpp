// SPDX-License-Identifier: MIT
// Every reduction with every option; labels and class weights differ, rows that do not count among those that do.
#include <fmt/format.h>

#include <cmath>

#include "catalogue.h"

namespace yhat::test {
namespace {

const std::vector<Reduction> reductions = {Reduction::mean, Reduction::sum, Reduction::none};

const char* name_of(Reduction r) { return r == Reduction::mean ? "mean" : r == Reduction::sum ? "sum" : "none"; }

using Loss = Tensor (*)(const Tensor&, const Tensor&, const LossSpec&);

// One loss per element. `a` and `b` are the ranges of prediction and target.
std::function<Samples()> elementwise(Loss f, const std::vector<std::pair<double, double>>& a, double b_lo,
                                     double b_hi) {
  return [=] {
    Samples samples;
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{1, 3}, Shape{2, 3}, Shape{2, 1, 3}, Shape{4, 2}, Shape{3, 4}}) {
      for (Reduction r : reductions) {
        for (const auto& [lo, hi] : a) {
          for (bool both : {false, true}) {
            samples.push_back({fmt::format("{}, {}, values in {} .. {}, {}", shape, name_of(r), lo, hi,
                                           both ? "gradient of both" : "gradient of the prediction"),
                               [=, lo = lo, hi = hi](Draw& d) {
                                 const Tensor x = d.in(shape, lo, hi);
                                 const Tensor t = d.in(shape, b_lo, b_hi);
                                 return Case{"",
                                             fn2([=](const Tensor& u, const Tensor& v) { return f(u, v, {r}); }),
                                             {x, both ? t : t.detach()}};
                               }});
          }
        }
      }
    }
    return samples;
  };
}

Tensor class_weights(Draw& d, std::int64_t classes) { return d.in({classes}, 0.3, 2).detach(); }

// Some rows are labelled `ignored`, the first never.
std::vector<std::int64_t> labels_with_gaps(Draw& d, std::int64_t rows, std::int64_t classes, std::int64_t ignored) {
  std::vector<std::int64_t> labels = d.labels(rows, classes);
  for (std::size_t i = 1; i < labels.size(); i += 2) labels[i] = ignored;
  return labels;
}

const std::vector<Shape> tables = {{1, 3}, {2, 4}, {3, 2}, {4, 3}, {5, 7}};

Samples of_labels() {
  Samples samples;
  for (const Shape& shape : tables) {
    for (Reduction r : reductions) {
      for (bool weighted : {false, true}) {
        for (double smoothing : {0.0, 0.2, 1.0}) {
          for (bool gaps : {false, true}) {
            samples.push_back(
                {fmt::format("{}, {}{}{}, smoothing {}", shape, name_of(r), weighted ? ", weights" : "",
                             gaps ? ", ignored rows" : "", smoothing),
                 [=](Draw& d) {
                   const std::int64_t ignored = smoothing > 0 ? 1 : default_ignore_index;
                   const auto labels =
                       gaps ? labels_with_gaps(d, shape[0], shape[1], ignored) : d.labels(shape[0], shape[1]);
                   CrossEntropySpec spec{.label_smoothing = smoothing, .reduction = r};
                   if (weighted) spec.weight = class_weights(d, shape[1]);
                   // A label that is also a class may be the one to ignore, unless no row were left.
                   if (gaps && labels[0] != ignored) spec.ignore_index = ignored;
                   return Case{"", fn([=](const Tensor& z) { return cross_entropy(z, labels, spec); }), {d.in(shape)}};
                 }});
          }
        }
      }
    }
  }
  return samples;
}

// The target is a softmax: distributions stay distributions when their arguments are moved.
Samples of_probabilities() {
  Samples samples;
  for (const Shape& shape : tables) {
    for (Reduction r : reductions) {
      for (bool weighted : {false, true}) {
        for (double smoothing : {0.0, 0.2}) {
          for (bool both : {false, true}) {
            samples.push_back({fmt::format("{}, {}{}, smoothing {}, {}", shape, name_of(r), weighted ? ", weights" : "",
                                           smoothing, both ? "gradient of both" : "gradient of the logits"),
                               [=](Draw& d) {
                                 CrossEntropySpec spec{.label_smoothing = smoothing, .reduction = r};
                                 if (weighted) spec.weight = class_weights(d, shape[1]);
                                 const Tensor z = d.in(shape);
                                 const Tensor t = d.in(shape);
                                 return Case{"",
                                             fn2([=](const Tensor& u, const Tensor& v) {
                                               return cross_entropy(u, softmax(v, 1), spec);
                                             }),
                                             {z, both ? t : t.detach()}};
                               }});
          }
        }
      }
    }
  }
  return samples;
}

Samples of_log_probabilities() {
  Samples samples;
  for (const Shape& shape : tables) {
    for (Reduction r : reductions) {
      for (bool weighted : {false, true}) {
        for (bool gaps : {false, true}) {
          samples.push_back(
              {fmt::format("{}, {}{}{}", shape, name_of(r), weighted ? ", weights" : "", gaps ? ", ignored rows" : ""),
               [=](Draw& d) {
                 const auto labels = gaps ? labels_with_gaps(d, shape[0], shape[1], default_ignore_index)
                                          : d.labels(shape[0], shape[1]);
                 NllLossSpec spec{.reduction = r};
                 if (weighted) spec.weight = class_weights(d, shape[1]);
                 return Case{
                     "", fn([=](const Tensor& log_p) { return nll_loss(log_p, labels, spec); }), {d.in(shape, -3, 0)}};
               }});
        }
      }
    }
  }
  return samples;
}

}  // namespace

std::vector<Op> loss_ops() {
  const auto row = [](const char* name, const char* op, std::function<Samples()> cases, std::size_t first,
                      std::size_t second, bool linear, const char* formula) {
    return Op{name, {op}, "losses", std::move(cases), first, second, 2, linear, formula};
  };
  return {
      row("mse_loss", "mse_loss", elementwise(mse_loss, {{-2, 2}}, -2, 2), 40, 16, false, "2 (yhat - y) / n"),
      row("binary_cross_entropy", "binary_cross_entropy",
          elementwise(binary_cross_entropy, {{0.45, 0.65}, {0.4, 0.6}}, 0.3, 0.7), 40, 16, false,
          "(p - t) / (p (1 - p))"),
      row("binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits",
          elementwise(binary_cross_entropy_with_logits, {{-2, 2}, {-20, 20}}, 0.1, 0.9), 60, 24, false,
          "sigmoid(z) - t"),
      row("cross_entropy", "cross_entropy", of_labels, 120, 48, false, "yhat - y"),
      row("cross_entropy of distributions", "cross_entropy", of_probabilities, 60, 24, false,
          "yhat sum(q) - q for the logits, -log yhat for the target"),
      row("nll_loss", "nll_loss", of_log_probabilities, 48, 16, true, "-q"),
  };
}

}  // namespace yhat::test
