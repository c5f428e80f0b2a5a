// SPDX-License-Identifier: MIT
#pragma once

#include <yhat/autograd.h>

#include <vector>

/// Reverse mode by your own hands. A recorded op is a Node; each of its edges leads to the node of one input (`from`)
/// and holds that input's vector-Jacobian product: `(*edge.vjp)(upstream, node.output)`. A leaf has no edges. Inputs
/// that need no gradient have no edge at all (core/yhat/autograd.h).
namespace yhat::labs {

/// The root and every node below it, each once, the root first:
/// every node stands before all nodes that its edges lead to.
std::vector<Node*> topological_order(Node& root);

/// Adds a contribution to a gradient, which is undefined before the first one.
void accumulate(Tensor& gradient, const Tensor& contribution);

/// dy/dx for each x, which may be a leaf or not; y is a scalar that requires grad. Undefined for an x on which y does
/// not depend. A contribution is summed to the shape of the input it is for: sum_to(contribution, edge.from->shape).
Tensors gradients(const Tensor& y, const Tensors& xs);

}  // namespace yhat::labs
