// SPDX-License-Identifier: MIT
#include "receptive_field/support_of.h"

#include <algorithm>

namespace demo {

using namespace yhat;

namespace {

using enum Dtype;

Tensor positive(const Shape& shape, Rng& rng) { return uniform(shape, 0.5, 1.5, rng, f64); }

/// Input and output of a stack.
struct Run {
  Tensor x, y;
};
Run run_stack(const StackOptions& o) {
  Rng rng(1);
  const Shape image{1, 1, o.size, o.size};
  Run run;
  run.x = (o.relu ? randn(image, rng, f64) : positive(image, rng)).requires_grad_();
  run.y = run.x;
  for (std::int64_t i = 0; i < o.depth; ++i) {
    const Shape kernel{1, 1, o.kernel, o.kernel};
    const Tensor w = o.equal ? ones(kernel, f64) : o.relu ? randn(kernel, rng, f64) : positive(kernel, rng);
    run.y = conv2d(run.y, w, {.padding = o.padded ? o.kernel / 2 : 0});
    if (o.relu) run.y = relu(run.y);
  }
  return run;
}

}  // namespace

Support support_of(const Tensor& output, const Tensor& x, std::initializer_list<std::int64_t> element) {
  Tensor probe = zeros(output.shape(), output.dtype());
  std::int64_t flat = 0;
  std::size_t axis = 0;
  for (const std::int64_t i : element) flat = flat * output.shape()[axis++] + i;
  const auto at = static_cast<std::size_t>(flat);
  if (output.dtype() == f64) {
    probe.mutable_data<double>()[at] = 1;
  } else {
    probe.mutable_data<float>()[at] = 1;
  }
  const Tensor g = grad(output, {x}, {.retain_graph = true, .seed = probe})[0];
  Support s;
  s.gradient = sum(abs(reshape(g, {g.dim(1), g.dim(2), g.dim(3)})), {0});
  std::int64_t top = g.dim(2), left = g.dim(3), bottom = -1, right = -1;
  for (std::int64_t r = 0; r < g.dim(2); ++r) {
    for (std::int64_t c = 0; c < g.dim(3); ++c) {
      if (s.gradient.at({r, c}) == 0) continue;
      ++s.pixels;
      top = std::min(top, r), bottom = std::max(bottom, r);
      left = std::min(left, c), right = std::max(right, c);
    }
  }
  s.rows = std::max<std::int64_t>(0, bottom - top + 1);
  s.columns = std::max<std::int64_t>(0, right - left + 1);
  return s;
}

Support middle_of_stack(const StackOptions& options) {
  const Run run = run_stack(options);
  return support_of(run.y, run.x, {0, 0, run.y.dim(2) / 2, run.y.dim(3) / 2});
}

Support corner_of_stack(const StackOptions& options) {
  const Run run = run_stack(options);
  return support_of(run.y, run.x, {0, 0, 0, 0});
}

std::vector<MeasuredField> measured_fields(const Summary& table) {
  Rng rng(1);
  const Tensor x = positive({1, 1, table.input[1], table.input[2]}, rng).requires_grad_();
  Tensor y = x;
  std::vector<MeasuredField> fields;
  for (const SummaryRow& row : table.rows) {
    const LayerInfo& i = row.info;
    if (i.type == "fc") {
      y = conv2d(y, positive({1, 1, y.dim(2), y.dim(3)}, rng));
    } else if (i.type == "conv") {
      const Tensor w = positive({1, 1, i.kernel.h, i.kernel.w}, rng) / static_cast<double>(i.kernel.h * i.kernel.w);
      y = conv2d(y, w, {.stride = i.stride, .padding = i.padding});
    } else if (i.kernel != Pair(0)) {
      y = avg_pool2d(y, {.kernel = i.kernel, .stride = i.stride, .padding = i.padding});
    } else {
      continue;  // works at each pixel by itself
    }
    const Support s = support_of(y, x, {0, 0, y.dim(2) / 2, y.dim(3) / 2});
    fields.push_back({row.name, row.receptive_field.h, s.rows, s.rows == s.columns && s.pixels == s.rows * s.rows});
  }
  return fields;
}

std::vector<MeasuredField> measured_lenet() {
  Rng rng(1);
  Sequential net = lenet5_1998(rng);
  net.to(f64);
  const Summary table = summary(lenet5_1998_description());
  const Tensor x = uniform({1, 1, 32, 32}, -0.1, 1.175, rng, f64).requires_grad_();
  Tensor y = x;
  std::vector<MeasuredField> fields;
  for (std::size_t step = 0; step < net.size(); ++step) {
    y = net[step](y);
    const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                  [&](const SummaryRow& r) { return r.name == net.name(step); });
    if (row == table.rows.end()) continue;
    const Support s = y.ndim() == 4 ? support_of(y, x, {0, 0, y.dim(2) / 2, y.dim(3) / 2}) : support_of(y, x, {0, 0});
    fields.push_back({row->name, row->receptive_field.h, s.rows, s.rows == s.columns && s.pixels == s.rows * s.rows});
  }
  return fields;
}

UsedPart used_with_relu() {
  const StackOptions plain{.depth = 3};
  StackOptions with_relu = plain;
  with_relu.relu = true;
  return {middle_of_stack(plain).pixels, middle_of_stack(with_relu).pixels};
}

UsedPart used_with_max_pool() {
  Rng rng(1);
  const Tensor x = randn({1, 1, 12, 12}, rng, f64).requires_grad_();
  const Tensor w = positive({1, 1, 3, 3}, rng);
  const auto pixels = [&](const Tensor& pooled) { return support_of(pooled, x, {0, 0, 2, 2}).pixels; };
  const Tensor y = conv2d(x, w);
  return {pixels(avg_pool2d(y, {.kernel = 2})), pixels(max_pool2d(y, {.kernel = 2}))};
}

}  // namespace demo
