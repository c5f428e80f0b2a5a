// SPDX-License-Identifier: MIT
#include "tape.h"

#include <yhat/ops.h>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace yhat::labs {

// A node may speak when all its users have: the reverse of the order in which a depth-first walk leaves the nodes. The
// walk has a stack of its own, since a graph may be deeper than the program's stack.
std::vector<Node*> topological_order(Node& root) {
  std::vector<Node*> order;
  std::unordered_set<Node*> seen{&root};
  std::vector<std::pair<Node*, std::size_t>> open{{&root, 0}};  // a node, and how many of its edges have been walked
  while (!open.empty()) {
    auto& [node, walked] = open.back();
    if (walked == node->edges.size()) {
      order.push_back(node);
      open.pop_back();
    } else if (Node* from = node->edges[walked++].from.get(); seen.insert(from).second) {
      open.emplace_back(from, 0);
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

void accumulate(Tensor& gradient, const Tensor& contribution) {
  gradient = gradient.defined() ? gradient + contribution : contribution;
}

Tensors gradients(const Tensor& y, const Tensors& xs) {
  const NoGrad values_only;
  std::unordered_map<const Node*, Tensor> gradient{{y.node().get(), ones_like(y)}};
  for (Node* node : topological_order(*y.node())) {
    const Tensor upstream = gradient.at(node);
    for (const Edge& e : node->edges) {
      accumulate(gradient[e.from.get()], sum_to((*e.vjp)(upstream, node->output), e.from->shape));
    }
  }
  Tensors result;
  for (const Tensor& x : xs) {
    const auto found = gradient.find(x.node().get());
    result.push_back(found == gradient.end() ? Tensor() : found->second);
  }
  return result;
}

}  // namespace yhat::labs
