// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <vector>

#include "yhat/trace.h"

/// Where the boxes of a graph go: one box per tensor (a leaf, or an op with its output), layers from left to right.
namespace yhat::trace {

struct Box {
  int tensor;
  int x, y, w, h;
};
struct Wire {
  int from, to;                          // tensors
  std::vector<std::pair<int, int>> pts;  // from the right side of one box to the left side of the other
};
struct Layout {
  int w = 0, h = 0;
  std::vector<Box> boxes;  // by tensor
  std::vector<Wire> wires;
};

/// Longest-path layers, leaves next to their first user, few crossings. Integers only: the same trace, the same layout.
Layout lay_out(const Trace& trace);

/// How many pairs of wires cross, by their order in the layers.
int crossings(const Layout& layout);

}  // namespace yhat::trace
