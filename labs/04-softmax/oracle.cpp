// SPDX-License-Identifier: MIT
#include <yhat/labs/oracle.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

namespace {

using namespace yhat;
using labs::Question;

Question some_rows(Rng& rng) {
  const double size = rng.below(3) == 0 ? 1000 : 2;
  const Tensor x = size * randn({1 + rng.below(3), 1 + rng.below(4), 1 + rng.below(3)}, rng, Dtype::f64);
  return {{x}, {{"axis", {rng.below(3)}}}};
}

// A label is out of range now and then.
Question some_labels(Rng& rng) {
  const std::int64_t n = 1 + rng.below(4), classes = 2 + rng.below(3);
  std::vector<std::int64_t> labels;
  for (std::int64_t k = 0; k < n; ++k) labels.push_back(rng.below(classes));
  if (rng.below(6) == 0) labels.back() = classes;
  return {{3 * randn({n, classes}, rng, Dtype::f64)}, {{"labels", labels}}};
}

Tensor loss(const Question& q) { return cross_entropy(q.args[0], q.attrs.at("labels")); }

// The checks of the labels' range are cross_entropy's own; its vjp is asked for with labels that fit.
Question fitting_labels(Rng& rng) {
  for (;;) {
    Question q = some_labels(rng);
    if (q.attrs["labels"].back() < q.args[0].dim(1)) return q;
  }
}

}  // namespace

int main(int argc, char** argv) {
  return labs::serve(
      argc, argv,
      {{"softmax", [](const Question& q) { return softmax(q.args[0], q.integer("axis")); }, some_rows},
       {"log_softmax", [](const Question& q) { return log_softmax(q.args[0], q.integer("axis")); }, some_rows},
       {"cross_entropy", loss, some_labels, false},
       {"softmax_cross_entropy", loss, fitting_labels}});
}
