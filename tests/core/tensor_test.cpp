// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include "errors.h"

using namespace yhat;
using yhat::test::text_of;

TEST_CASE("tensor: nested braces") {
  CHECK(tensor(5).shape() == Shape{});
  CHECK(tensor({5}).shape() == Shape{1});
  CHECK(tensor({1, 2, 3}).to_vector() == std::vector<double>{1, 2, 3});
  CHECK(tensor({{1, 2}, {3, 4}}).shape() == Shape{2, 2});
  CHECK(tensor({{1}, {2}}).shape() == Shape{2, 1});
  CHECK(tensor({{{1, 2, 3}}}).shape() == Shape{1, 1, 3});
  CHECK(tensor({{2, 1, 0.1}}, Dtype::f64).at({0, 2}) == 0.1);
  const int n = 3;
  CHECK(tensor({n, 2.5}).at({0}) == 3);
  CHECK(text_of<ShapeError>([] { tensor({{1, 2}, {3}}); }) == "tensor: rows of 2 and 1 elements (must be equal)");
  CHECK(text_of<ShapeError>([] {
          tensor({{1, 2}, 3});
        }) == "tensor: numbers and rows side by side at depth 1 (all of one kind)");
}

TEST_CASE("tensor: makers") {
  CHECK(zeros({2, 2}).to_vector() == std::vector<double>(4, 0));
  CHECK(ones({2}, Dtype::f64).dtype() == Dtype::f64);
  CHECK(full({3}, 0.25).to_vector() == std::vector<double>(3, 0.25));
  CHECK(arange(std::int64_t{4}).to_vector() == std::vector<double>{0, 1, 2, 3});
  CHECK(arange(1, 0, -0.25).to_vector() == std::vector<double>{1, 0.75, 0.5, 0.25});
  CHECK(arange(1, 0).size() == 0);
  CHECK(one_hot({2, 0}, 3).to_vector() == std::vector<double>{0, 0, 1, 1, 0, 0});
  CHECK(from_values({1, 2, 3, 4, 5, 6}, {2, 3}).at({1, 0}) == 4);
  Rng a{1}, b{1};
  CHECK(randn({5}, a, Dtype::f64).to_vector() == randn({5}, b, Dtype::f64).to_vector());
  for (double v : uniform({100}, -2, 3, a).to_vector()) CHECK((v >= -2 && v < 3));
}

TEST_CASE("tensor: makers' errors") {
  CHECK(text_of<ShapeError>([] {
          from_values({1, 2, 3, 4, 5}, {2, 3});
        }) == "from_values: 5 values for shape [2, 3] of 6 elements (must be equal)");
  CHECK(text_of<ArgumentError>([] { arange(0, 1, 0); }) == "arange: start 0, stop 1, step 0 (finite, step not 0)");
  CHECK(text_of<IndexError>([] { one_hot({0, 3}, 3); }) == "one_hot: label[1] = 3 (valid: [0, 2])");
  CHECK(text_of<ArgumentError>([] { one_hot({}, 0); }) == "one_hot: 0 classes (at least 1)");
}

TEST_CASE("tensor: elements") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(x.at({1, -1}) == 6);
  CHECK(x.at({-2, 0}) == 1);
  CHECK(x.data<float>()[3] == 4);
  CHECK(sum(x).item() == 21);
  CHECK(text_of<ShapeError>([&] { x.item(); }) ==
        "item: [2, 3] has 6 elements (exactly 1); hint: use at({...}) or sum()");
  CHECK(text_of<IndexError>([&] { x.at({0, 3}); }) == "at: index 3 at dim 1 of size 3 (valid: [-3, 2])");
  CHECK(text_of<ShapeError>([&] { x.at({0}); }) == "at: 1 indices for [2, 3] (one per axis)");
  CHECK(text_of<ArgumentError>([&] { x.data<double>(); }) ==
        "data: tensor is f32, asked for double; hint: to(Dtype::f64)");
  CHECK(text_of<ArgumentError>([] { Tensor().shape(); }) ==
        "shape: undefined tensor (default-constructed, never given a value)");
  CHECK_FALSE(Tensor().defined());
}

TEST_CASE("tensor 15: handles share, detach shares, clone and to copy") {
  Tensor x = tensor({1, 2});
  const Tensor same = x;
  const Tensor detached = x.detach();
  const Tensor copy = x.clone();
  x.mutable_data<float>()[0] = 9;
  CHECK(same.at({0}) == 9);
  CHECK(detached.at({0}) == 9);
  CHECK(copy.at({0}) == 1);
  CHECK(x.version() == 1);
  CHECK(x.shares_storage_with(detached));
  CHECK_FALSE(x.shares_storage_with(copy));
  CHECK(tensor({0.1}, Dtype::f64).to(Dtype::f32).to(Dtype::f64).item() == double{0.1f});
  CHECK(x.to(Dtype::f32).shares_storage_with(x));
  const Tensor w = tensor({2, 3}).requires_grad_();
  CHECK_FALSE((w * 2).detach().requires_grad());
  CHECK(grad(sum(w * w.detach()), {w})[0].to_vector() == std::vector<double>{2, 3});  // no gradient through detach()
}

TEST_CASE("tensor: gradients pass through clone and to") {
  const Tensor x = tensor({1, 2}).requires_grad_();
  const Tensor g = grad(sum(x.clone().to(Dtype::f64) * tensor({3, 4}, Dtype::f64)), {x})[0];
  CHECK(g.dtype() == Dtype::f32);
  CHECK(g.to_vector() == std::vector<double>{3, 4});
}

TEST_CASE("tensor: leaves, results and constants") {
  Tensor w = tensor({1, 2}).requires_grad_().label("w");
  Tensor y = relu(w);
  CHECK(w.is_leaf());
  CHECK_FALSE(y.is_leaf());
  CHECK(y.requires_grad());
  CHECK_FALSE(y.detach().requires_grad());
  CHECK_FALSE(w.has_grad());
  CHECK(text_of<GraphError>([&] { w.grad(); }) ==
        "grad: 'w' has no gradient; hint: call backward() on a result that uses it");
  CHECK(text_of<GraphError>([&] { y.mutable_data<float>(); }) ==
        "mutable_data: tensor was made by relu and is part of a graph (leaves only); hint: detach() or clone()");
  CHECK(text_of<GraphError>([&] { y.requires_grad_(false); }) ==
        "requires_grad_: tensor was made by relu (leaves only); hint: detach()");
  w.requires_grad_(false);
  CHECK_FALSE(w.requires_grad());
  CHECK(text_of<ShapeError>([&] { w.requires_grad_().set_grad(zeros({3})); }) ==
        "set_grad: gradient [3] for [2] (shapes must be equal)");
}
