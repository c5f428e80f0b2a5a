// SPDX-License-Identifier: MIT
// On failure: which output is wrong, and what diagnose() needs to know about it.
#include <fmt/format.h>

#include <cmath>

#include "gradcheck_check.h"
#include "yhat/autograd.h"
#include "yhat/observer.h"

namespace yhat::checking {
namespace {

// Counts the gradients that arrive at one leaf.
class CountUses : public Observer {
 public:
  explicit CountUses(const Node* leaf) : leaf_(leaf) {}
  void accumulate(const AccumulateEvent& event) override { uses += &event.target == leaf_ && event.edge != nullptr; }
  int uses = 0;

 private:
  const Node* leaf_;
};

}  // namespace

void Check::refuse(const Worst& w, std::int64_t failing, std::int64_t checked) {
  put(w);
  const std::size_t o = output_to_blame(w);
  report_.output = static_cast<int>(o);
  const Finding finding = diagnose(evidence(w, o));
  report_.diagnosis = finding.diagnosis;
  report_.taylor_rate = taylor_rate(problem_, problem_.inputs[w.input], analytic_[w.cotangent][w.input],
                                    v_flat_[w.cotangent], layout_, rng_);
  fail(GradcheckStatus::mismatch, mismatch_text(report_, failing, checked, finding.text));
}

Tensors Check::only(std::size_t output, const Tensors& v) const {
  Tensors part;
  for (std::size_t o = 0; o < v.size(); ++o) part.push_back(o == output ? v[o] : zeros(v[o].shape(), Dtype::f64));
  return part;
}

std::size_t Check::output_to_blame(const Worst& w) {
  if (y_.size() == 1) return 0;
  probe_at(w.input, w.element);
  std::size_t worst = 0;
  double largest = -1;
  for (std::size_t o = 0; o < y_.size(); ++o) {
    const double a = gradient(y_, only(o, v_[w.cotangent]))[w.input][static_cast<std::size_t>(w.element)];
    double n = 0;
    for (std::size_t j = layout_.start[o]; j < layout_.start[o + 1]; ++j) n += v_flat_[w.cotangent][j] * slopes_[j];
    if (std::abs(a - n) > largest) largest = std::abs(a - n), worst = o;
  }
  return worst;
}

Evidence Check::evidence(const Worst& w, std::size_t o) {
  const Tensor& x = problem_.inputs[w.input];
  const std::size_t start = layout_.start[o];
  const std::size_t n = layout_.start[o + 1] - start;
  const auto m = static_cast<std::size_t>(x.size());
  Evidence e;
  for (const Tensor& input : problem_.all) e.inputs.push_back(input.shape());
  e.input = problem_.place[w.input];
  e.output = layout_.shapes[o];
  e.analytic_shape = x.shape();
  const Tensors v = only(o, v_[w.cotangent]);
  CountUses observed(x.node().get());
  {
    const Observe watching(observed);
    e.analytic = gradient(y_, v)[w.input];
  }
  e.uses = observed.uses;
  const bool small = n * m <= 4096;
  if (small) e.numeric_jacobian.resize(n * m);
  Rng sample(options_.seed, 0);
  const auto elements = elements_to_check(x.size(), options_.max_elements, sample);
  Numbers kept;
  for (std::int64_t i : elements) {
    probe_at(w.input, i);
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      sum += v_flat_[w.cotangent][start + j] * slopes_[start + j];
      if (small) e.numeric_jacobian[j * m + static_cast<std::size_t>(i)] = slopes_[start + j];
    }
    e.numeric.push_back(sum);
    kept.push_back(e.analytic[static_cast<std::size_t>(i)]);
  }
  if (elements.size() < m) {  // a sample: no Jacobians
    e.analytic = kept;
    e.numeric_jacobian.clear();
  } else if (small) {
    for (std::size_t j = 0; j < n; ++j) {
      Tensors basis = only(y_.size(), v);
      basis[o].mutable_data<double>()[j] = 1;
      const Numbers row = gradient(y_, basis)[w.input];
      e.analytic_jacobian.insert(e.analytic_jacobian.end(), row.begin(), row.end());
    }
  }
  return e;
}

}  // namespace yhat::checking
