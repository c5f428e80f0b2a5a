// SPDX-License-Identifier: MIT
#include "catalogue.h"

#include <algorithm>

namespace yhat::test {
namespace {
std::uint64_t hash(const std::string& text) {  // FNV-1a
  std::uint64_t h = 0xcbf29ce484222325;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}
}  // namespace

Draw::Draw(const std::string& case_name) : rng(hash(case_name)) {}

Tensor Draw::in(const Shape& shape, double lo, double hi) {
  return uniform(shape, lo, hi, rng, Dtype::f64).requires_grad_();
}

Tensor Draw::apart_from_zero(const Shape& shape, double lo, double hi) {
  Tensor x = uniform(shape, lo, hi, rng, Dtype::f64);
  for (double& v : x.mutable_data<double>()) v = rng.next() >> 63 != 0 ? v : -v;
  return x.requires_grad_();
}

Tensor Draw::spaced(const Shape& shape) {
  Tensor x = empty(shape, Dtype::f64);
  const std::vector<std::int64_t> order = rng.permutation(shape.numel());
  auto values = x.mutable_data<double>();
  const double middle = static_cast<double>(shape.numel()) / 2;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 0.15 * (static_cast<double>(order[i]) - middle) + rng.uniform(0, 0.05);
  }
  return x.requires_grad_();
}

Tensor Draw::whole(const Shape& shape, int limit, Dtype dtype) {
  Tensor x = empty(shape, Dtype::f64);
  for (double& v : x.mutable_data<double>()) v = static_cast<double>(rng.below(2 * limit + 1) - limit);
  return x.to(dtype).requires_grad_();
}

Tensor Draw::distinct(const Shape& shape, Dtype dtype) {
  Tensor x = empty(shape, Dtype::f64);
  const std::vector<std::int64_t> order = rng.permutation(shape.numel());
  auto values = x.mutable_data<double>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(order[i] - shape.numel() / 2);
  return x.to(dtype).requires_grad_();
}

Tensor Draw::mask(const Shape& shape) {
  Tensor x = empty(shape, Dtype::f64);
  for (double& v : x.mutable_data<double>()) v = rng.next() >> 63 != 0 ? 1 : 0;
  return x;
}

std::vector<std::int64_t> Draw::labels(std::int64_t rows, std::int64_t classes) {
  std::vector<std::int64_t> y;
  const std::int64_t first = rng.below(classes);
  for (std::int64_t i = 0; i < rows; ++i) y.push_back((first + i * (1 + rng.below(2))) % classes);
  return y;
}

const std::vector<Op>& catalogue() {
  static const std::vector<Op> all = [] {
    std::vector<Op> ops;
    for (auto* rows : {elementwise_ops, binary_ops, reduction_ops, shape_ops, index_ops, product_ops, convolution_ops,
                       pooling_ops, normalisation_ops, loss_ops}) {
      for (Op& op : rows()) ops.push_back(std::move(op));
    }
    return ops;
  }();
  return all;
}

Case draw(const Op& op, const Sample& sample) {
  Draw inputs(op.name + ": " + sample.name);
  Case c = sample.make(inputs);
  c.name = op.name + ": " + sample.name;
  return c;
}

int order_of(const Op& op, std::size_t index, std::size_t samples) {
  const auto share = [&](std::size_t wanted) {  // `wanted` of all samples, evenly spread
    return wanted > 0 && (index + 1) * wanted / samples > index * wanted / samples;
  };
  if (op.highest_order > 2 && share(op.second / 4)) return op.highest_order;
  return share(op.second) ? 2 : 1;
}

}  // namespace yhat::test
