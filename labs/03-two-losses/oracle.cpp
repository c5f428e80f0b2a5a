// SPDX-License-Identifier: MIT
#include <yhat/labs/oracle.h>
#include <yhat/losses.h>
#include <yhat/ops.h>

#include "neuron.h"

namespace {

using namespace yhat;
using labs::Question;

Question some_logits(Rng& rng) {
  const double size = rng.below(3) == 0 ? 1000 : 3;
  return {{size * randn({1 + rng.below(4), 2}, rng, Dtype::f64)}};
}

Question some_logits_and_labels(Rng& rng) {
  Question q = some_logits(rng);
  std::vector<double> labels;
  for (std::int64_t k = 0; k < q.args[0].size(); ++k) labels.push_back(static_cast<double>(rng.below(2)));
  q.args.push_back(from_values(labels, q.args[0].shape(), Dtype::f64));
  return q;
}

// w (D), b (), x (N,D), y (N)
Question some_batch(Rng& rng) {
  const std::int64_t n = 1 + rng.below(4), d = 1 + rng.below(3);
  return {{randn({d}, rng, Dtype::f64), randn({}, rng, Dtype::f64), randn({n, d}, rng, Dtype::f64),
           uniform({n}, 0, 1, rng, Dtype::f64)}};
}

template <class F>
auto neuron(F gradient) {
  return [gradient](const Question& q) {
    const labs::NeuronGradient g = gradient(q.args[0], q.args[1].item(), q.args[2], q.args[3]);
    std::vector<double> values = g.dw.to_vector();
    values.push_back(g.db);
    return from_values(values, {static_cast<std::int64_t>(values.size())}, Dtype::f64);
  };
}

}  // namespace

int main(int argc, char** argv) {
  return labs::serve(
      argc, argv,
      {{"sigmoid", [](const Question& q) { return sigmoid(q.args[0]); }, some_logits},
       {"binary_cross_entropy_with_logits",
        [](const Question& q) { return binary_cross_entropy_with_logits(q.args[0], q.args[1].detach()); },
        some_logits_and_labels},
       {"quadratic_gradient", neuron(labs::quadratic_gradient), some_batch, false},
       {"cross_entropy_gradient", neuron(labs::cross_entropy_gradient), some_batch, false}});
}
