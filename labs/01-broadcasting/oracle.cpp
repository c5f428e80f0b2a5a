// SPDX-License-Identifier: MIT
#include <yhat/labs/oracle.h>
#include <yhat/ops.h>
#include <yhat/shape.h>

#include <algorithm>

namespace {

using namespace yhat;
using labs::Question;

std::vector<std::int64_t> sizes(Rng& rng, std::int64_t rank, std::int64_t least) {
  std::vector<std::int64_t> list;
  for (std::int64_t k = 0; k < rank; ++k) list.push_back(least + rng.below(4));
  return list;
}

Tensor list_of(const Shape& shape) {
  const std::vector<double> values(shape.begin(), shape.end());
  return from_values(values, {static_cast<std::int64_t>(values.size())}, Dtype::f64);
}

Tensor ask_flat_index(const Question& q) {
  const std::int64_t at = flat_index("at", Shape(q.attrs.at("shape")), q.attrs.at("index"));
  return full({}, static_cast<double>(at), Dtype::f64);
}

// An index may be one too large or count from the end.
Question some_index(Rng& rng) {
  const std::vector<std::int64_t> shape = sizes(rng, rng.below(5), 1);
  std::vector<std::int64_t> index;
  for (std::int64_t size : shape) index.push_back(rng.below(2 * size + (rng.below(8) == 0)) - size);
  return {{}, {{"shape", shape}, {"index", index}}};
}

// Fits more often than not; a size may be 0.
Question some_shapes(Rng& rng) {
  const std::vector<std::int64_t> a = sizes(rng, rng.below(4), 0);
  std::vector<std::int64_t> b(a.end() - rng.below(static_cast<std::int64_t>(a.size()) + 1), a.end());
  for (std::int64_t& size : b) size = rng.below(3) == 0 ? 1 : rng.below(8) == 0 ? size + 1 : size;
  return {{}, {{"a", a}, {"b", b}}};
}

Question some_sum(Rng& rng) {
  const std::vector<std::int64_t> from = sizes(rng, 1 + rng.below(4), 1);
  std::vector<std::int64_t> to(from.end() - rng.below(static_cast<std::int64_t>(from.size()) + 1), from.end());
  for (std::int64_t& size : to) size = rng.below(2) == 0 ? 1 : size;
  return {{randn(Shape(from), rng, Dtype::f64)}, {{"shape", to}}};
}

}  // namespace

int main(int argc, char** argv) {
  return labs::serve(
      argc, argv,
      {{"flat_index", ask_flat_index, some_index, false},
       {"broadcast_shapes",
        [](const Question& q) {
          return list_of(broadcast_shapes("add", Shape(q.attrs.at("a")), Shape(q.attrs.at("b"))));
        },
        some_shapes, false},
       {"sum_to", [](const Question& q) { return sum_to(q.args[0], Shape(q.attrs.at("shape"))); }, some_sum}});
}
