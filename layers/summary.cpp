// SPDX-License-Identifier: MIT
#include "yhat/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "yhat/autograd.h"

namespace yhat {
namespace {

template <class F>
std::int64_t total(const std::vector<SummaryRow>& rows, F f) {
  std::int64_t sum = 0;
  for (const SummaryRow& row : rows) sum += f(row);
  return sum;
}

bool fully_connected(const SummaryRow& row) { return row.info.kernel == Pair(0); }

}  // namespace

std::int64_t Summary::parameters() const {
  return total(rows, [](const SummaryRow& r) { return r.parameters(); });
}
std::int64_t Summary::fc_parameters() const {
  return total(rows, [](const SummaryRow& r) { return r.info.type == "fc" ? r.parameters() : 0; });
}
std::int64_t Summary::macs() const {
  return total(rows, [](const SummaryRow& r) { return r.info.macs; });
}
std::int64_t Summary::fc_macs() const {
  return total(rows, [](const SummaryRow& r) { return fully_connected(r) ? r.info.macs : 0; });
}
std::int64_t Summary::neurons() const {
  return total(rows, [](const SummaryRow& r) { return r.info.neurons ? r.outputs() : 0; });
}
std::int64_t Summary::all_values() const {
  return input.numel() + total(rows, [](const SummaryRow& r) { return r.outputs(); });
}
std::int64_t Summary::training_values(std::int64_t batch) const { return 3 * parameters() + 2 * batch * all_values(); }
std::int64_t Summary::largest_pair() const {
  std::int64_t before = input.numel();
  std::int64_t largest = before;
  for (const SummaryRow& row : rows) {
    largest = std::max(largest, before + row.outputs());
    before = row.outputs();
  }
  return largest;
}

// --- Working out the rows ---

Summariser::Summariser(std::string name, const Shape& input) {
  summary_.name = std::move(name);
  summary_.input = input;
}

void Summariser::add(const std::string& name, const LayerInfo& info, const Shape& input) {
  if (info.activation) summary_.activation_outputs += info.output.numel();
  if (info.type.empty()) return;
  // What the layer before left: a map, even if it has been flattened since.
  const Shape& map = summary_.rows.empty() ? summary_.input : summary_.rows.back().info.output;
  const auto wider = [](std::int64_t field, std::int64_t taps, std::int64_t jump) { return field + (taps - 1) * jump; };
  if (info.kernel != Pair(0)) {
    const Pair taps{info.dilation.h * (info.kernel.h - 1) + 1, info.dilation.w * (info.kernel.w - 1) + 1};
    receptive_field_ = {wider(receptive_field_.h, taps.h, jump_.h), wider(receptive_field_.w, taps.w, jump_.w)};
    jump_ = {jump_.h * info.stride.h, jump_.w * info.stride.w};
  } else if (info.type == "fc" && map.ndim() == 3) {
    receptive_field_ = {wider(receptive_field_.h, map[1], jump_.h), wider(receptive_field_.w, map[2], jump_.w)};
  }
  summary_.rows.push_back({name, info, input, receptive_field_, jump_});
}

namespace {
// Lists the calls of modules that have a row of their own, outermost first.
struct Lister : ModuleObserver {
  explicit Lister(Summariser& into) : rows(into) {}
  void leave(const ModuleScope& scope, const Tensor& x, const Tensor&) override {
    const Shape input = x.shape().without(0);
    rows.add(scope.path(), scope.module().info(input), input);
  }
  Summariser& rows;
};

/// Puts every module's training flag back as it was.
class Evaluating {
 public:
  explicit Evaluating(Module& model) {
    for (Module* m : model.modules()) was_training_.emplace_back(m, m->training());
    model.eval();
  }
  ~Evaluating() {
    for (auto [module, on] : was_training_)
      module->train(on);  // with its children, which come later and have their own
  }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<Module*, bool>> was_training_;
};
}  // namespace

Summary summary(Module& model, const Shape& input, const std::string& name) {
  const Tensors parameters = model.parameters();
  const Dtype dtype = parameters.empty() ? Dtype::f32 : parameters[0].dtype();
  Summariser rows(name, input);
  Lister lister(rows);
  const Evaluating evaluating(model);
  const NoGrad values_only;
  const WatchModules watch(lister);
  model(zeros(input.inserted(0, 1), dtype));
  return rows.result();
}

}  // namespace yhat
