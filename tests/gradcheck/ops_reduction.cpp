// SPDX-License-Identifier: MIT
// Reductions: every subset of the axes of rank 3, with and without keepdim, axes from either end.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalogue.h"

namespace yhat::test {
namespace {

using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);

std::function<Samples()> reduced(Reduce f, bool spaced = false) {
  return [=] {
    Samples samples;
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{3, 1, 2}, Shape{4, 2, 3}}) {
      for (int subset = 0; subset < 8; ++subset) {
        for (bool keepdim : {false, true}) {
          std::vector<std::int64_t> axes;
          for (int axis = 0; axis < 3; ++axis) {
            const bool from_the_end = shape[0] == 3 || (shape[0] == 4 && axis != 1);
            if ((subset >> axis & 1) != 0) axes.insert(axes.begin(), from_the_end ? axis - 3 : axis);
          }
          samples.push_back(
              {fmt::format("{} over [{}]{}", shape, fmt::join(axes, ", "), keepdim ? ", keepdim" : ""), [=](Draw& d) {
                 return Case{"",
                             fn([=](const Tensor& x) { return f(x, Axes(axes), keepdim); }),
                             {spaced ? d.spaced(shape) : d.in(shape)}};
               }});
        }
      }
    }
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{1, 1}, Shape{2, 3}}) {
      samples.push_back({fmt::format("{} over all axes", shape), [=](Draw& d) {
                           return Case{"",
                                       fn([=](const Tensor& x) { return f(x, {}, false); }),
                                       {spaced ? d.spaced(shape) : d.in(shape)}};
                         }});
    }
    return samples;
  };
}

// Far from 0 the maximum must be taken out of the exponentials.
Samples logsumexps() {
  Samples samples = reduced(logsumexp)();
  for (double offset : {-800.0, 50.0, 800.0}) {
    samples.push_back(
        {fmt::format("values near {}", offset), [=](Draw& d) {
           return Case{"", fn([=](const Tensor& x) { return logsumexp(x + offset, 1) - offset; }), {d.in({2, 4})}};
         }});
  }
  return samples;
}

struct Broadcast {
  Shape from, to;
};
const std::vector<Broadcast> broadcasts = {{{}, {}},
                                           {{}, {3}},
                                           {{}, {2, 3}},
                                           {{1}, {4}},
                                           {{3}, {3}},
                                           {{3}, {2, 3}},
                                           {{3}, {4, 2, 3}},
                                           {{2, 1}, {2, 3}},
                                           {{1, 3}, {2, 3}},
                                           {{1, 1}, {2, 3}},
                                           {{2, 3}, {2, 3}},
                                           {{2, 3}, {4, 2, 3}},
                                           {{2, 1, 3}, {2, 4, 3}},
                                           {{1, 2, 1}, {3, 2, 4}},
                                           {{2, 1}, {3, 2, 2}},
                                           {{1}, {0}},
                                           {{3}, {0, 3}},
                                           {{1, 3}, {1, 1, 3}},
                                           {{2, 1, 1}, {2, 3, 2}},
                                           {{5, 1}, {5, 2}}};

Samples broadcasting() {
  Samples samples;
  for (int round = 0; round < 2; ++round) {
    for (const auto& [from, to] : broadcasts) {
      samples.push_back({fmt::format("{} to {} ({})", from, to, round), [=, from = from, to = to](Draw& d) {
                           return Case{"", fn([=](const Tensor& x) { return broadcast_to(x, to); }), {d.in(from)}};
                         }});
    }
  }
  return samples;
}

Samples summing() {
  Samples samples;
  for (int round = 0; round < 2; ++round) {
    for (const auto& [from, to] : broadcasts) {
      samples.push_back({fmt::format("{} to {} ({})", to, from, round), [=, from = from, to = to](Draw& d) {
                           return Case{"", fn([=](const Tensor& x) { return sum_to(x, from); }), {d.in(to)}};
                         }});
    }
  }
  return samples;
}

}  // namespace

std::vector<Op> reduction_ops() {
  const auto row = [](const char* name, std::function<Samples()> cases, bool linear, const char* formula) {
    return Op{name, {name}, "reductions", std::move(cases), 48, 16, 2, linear, formula};
  };
  return {
      row("sum", reduced(sum), true, "dx = g repeated"),
      row("mean", reduced(mean), true, "dx = g / n repeated"),
      row("max", reduced(max, true), false, "dx = g at the maximum, shared between ties"),
      row("logsumexp", logsumexps, false, "dx = g softmax(x)"),
      Op{"broadcast_to", {"broadcast_to"}, "reductions", broadcasting, 40, 16, 2, true, "dx = sum_to(g)"},
      Op{"sum_to", {"sum_to"}, "reductions", summing, 40, 16, 2, true, "dx = broadcast_to(g)"},
  };
}

}  // namespace yhat::test
