// SPDX-License-Identifier: MIT
#include "alexnet/figures.h"

#include <cmath>

#include "support/tables.h"

namespace demo {

using namespace yhat;

namespace {

using enum Dtype;

// The rows (axis 2) or columns (axis 3) of g (1,1,H,W) that are 0 from end to end.
std::vector<std::int64_t> untouched(const Tensor& g, std::int64_t axis) {
  const Tensor largest = max(abs(g), {axis == 2 ? 3 : 2});
  std::vector<std::int64_t> found;
  const std::vector<double> values = largest.to_vector();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0) found.push_back(static_cast<std::int64_t>(i));
  }
  return found;
}

// A picture of n x n; rows and columns of zeros after its last ones; zeros all around.
FirstConvolution first_convolution(const std::string& name, std::int64_t n, std::int64_t after, std::int64_t around) {
  Rng rng(1);
  const Tensor x = randn({1, 1, n, n}, rng, f64).requires_grad_();
  Tensor padded = x;
  if (after > 0) {
    padded = concat({padded, zeros({1, 1, after, n}, f64)}, 2);
    padded = concat({padded, zeros({1, 1, n + after, after}, f64)}, 3);
  }
  const Tensor kernel = randn({1, 1, 11, 11}, rng, f64);
  const Tensor y = conv2d(padded, kernel, {.stride = 4, .padding = around});
  const Tensor g = grad(sum(y), {x})[0];
  return {name, y.dim(2), untouched(g, 2), untouched(g, 3)};
}

PoolGradient pool_gradient(const std::string& about, const Tensor& image) {
  const Tensor x = reshape(image, {1, 1, image.dim(0), image.dim(1)}).detach().clone().requires_grad_();
  const Tensor y = max_pool2d(x, {.kernel = 3, .stride = 2});
  const Tensor g = grad(sum(y), {x})[0];
  return {about, image, reshape(y.detach(), {y.dim(2), y.dim(3)}), reshape(g, image.shape())};
}

}  // namespace

std::vector<FirstConvolution> first_convolutions() {
  return {first_convolution("224, no padding", 224, 0, 0), first_convolution("224, 3 zeros after the last", 224, 3, 0),
          first_convolution("224, 2 zeros on each side", 224, 0, 2), first_convolution("227, no padding", 227, 0, 0)};
}

std::vector<PoolGradient> pool_gradients() {
  const Tensor flat = zeros({5, 5}, f64);
  const Tensor peak = reshape(one_hot({12}, 25, f64), {5, 5}) * 9;
  Tensor bad = flat.clone();
  bad.mutable_data<double>()[12] = NAN;
  bad.mutable_data<double>()[13] = NAN;
  return {pool_gradient("nothing but zeros (as after a ReLU): the first of equal ones takes it all", flat),
          pool_gradient("one peak in all four windows: what they send adds up", peak),
          pool_gradient("a NaN is the largest; the first NaN gets the gradient", bad)};
}

std::vector<MomentumRun> momentum_runs() {
  std::vector<MomentumRun> runs;
  for (const bool drop : {false, true}) {
    for (const bool paper : {true, false}) {
      MomentumRun run{paper ? "paper" : "PyTorch", drop, {}};
      Tensor w = full({1}, 0.5, f64).requires_grad_();
      SGD rule({w}, {.lr = 0.01, .momentum = 0.9, .weight_decay = 5e-4, .lr_in_velocity = paper});
      for (const double g : {0.2, -0.1, 0.4}) {
        if (drop && run.w.size() == 2) rule.set_lr(0.001);
        w.set_grad(full({1}, g, f64));
        rule.step();
        run.w.push_back(w.item());
      }
      runs.push_back(run);
    }
  }
  return runs;
}

DropoutMean dropout_mean() {
  Rng rng(3);
  const std::int64_t inputs = 4;
  const Tensor x = randn({1, inputs}, rng, f64);
  const Tensor w = randn({2, inputs}, rng, f64);
  const Tensor b = randn({2}, rng, f64);
  const auto layer = [&](const Tensor& in) { return reshape(linear(in, w, b), {2}); };
  const int masks = 1 << inputs;
  Tensor kept = zeros({2}, f64);
  Tensor doubled = zeros({2}, f64);
  for (int mask = 0; mask < masks; ++mask) {
    std::vector<double> bits;
    for (int i = 0; i < inputs; ++i) bits.push_back((mask >> i) & 1);
    const Tensor m = from_values(bits, {1, inputs}, f64);
    kept = kept + layer(x * m) / masks;
    doubled = doubled + layer(2 * x * m) / masks;
  }
  return {kept, layer(x * 0.5), doubled, layer(x)};
}

AlexNetCost alexnet_cost() {
  const Summary net = summary(alexnet_description());
  const std::int64_t batch = 128;
  AlexNetCost cost{};
  cost.parameters = mebibytes(net.parameters());
  cost.parameters_gradient_momentum = mebibytes(3 * net.parameters());
  cost.activations = mebibytes(batch * 2 * net.all_values());
  cost.activations_apart = mebibytes(batch * 2 * (net.all_values() + net.activation_outputs));
  cost.flop = 3.0 * 2 * static_cast<double>(net.macs()) * 1.2e6 * 90;
  return cost;
}

ForwardPass forward_pass(Module& model, const Shape& input, Rng& rng) {
  const NoGrad values_only;
  model.eval();
  const Tensor logits = model(randn(input.inserted(0, 1), rng));
  const Tensor centred = logits - mean(logits);
  return {logits.shape(), logsumexp(centred, 1).item(), std::sqrt(mean(centred * centred).item())};
}

std::string error_of(Module& model, const Shape& input) {
  const NoGrad values_only;
  try {
    model(zeros(input.inserted(0, 1)));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace demo
