// SPDX-License-Identifier: MIT
// Checks of lab 7: local response normalisation.
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/ops.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

using Spec = LocalResponseNormSpec;

// The values for one pixel with the channels a, where channel i is divided by (k + alpha sum a_j^2)^beta over the
// window from i - before to i + after.
std::vector<double> pixel(const std::vector<double>& a, const Spec& spec, std::int64_t before, std::int64_t after) {
  std::vector<double> b;
  const auto channels = static_cast<std::int64_t>(a.size());
  for (std::int64_t i = 0; i < channels; ++i) {
    double squares = 0;
    for (std::int64_t j = std::max<std::int64_t>(0, i - before); j <= std::min(channels - 1, i + after); ++j) {
      squares += a[static_cast<std::size_t>(j)] * a[static_cast<std::size_t>(j)];
    }
    b.push_back(a[static_cast<std::size_t>(i)] / std::pow(spec.k + spec.alpha * squares, spec.beta));
  }
  return b;
}

Tensor one_pixel(const std::vector<double>& a) {
  return from_values(a, {1, static_cast<std::int64_t>(a.size()), 1, 1}, Dtype::f64);
}

void show_spec(const Spec& spec) {
  show("size, alpha, beta, k", fmt::format("{}, {}, {}, {}", spec.size, spec.alpha, spec.beta, spec.k));
}

// Compares with the definition, pixel by pixel.
void compare(const std::vector<double>& a, const Spec& spec) {
  show_spec(spec);
  const std::int64_t before = spec.size / 2, after = (spec.size - 1) / 2;
  Spec divided = spec, one = spec;
  divided.alpha /= static_cast<double>(spec.size);
  one.k = 1;
  const Tensor x = one_pixel(a);
  show("x", x);
  expect("local_response_norm of one pixel", local_response_norm(x, spec), x.shape(), pixel(a, spec, before, after),
         {1e-13, 0},
         {{"lrn.alpha", pixel(a, divided, before, after)},
          {"lrn.k", pixel(a, one, before, after)},
          {"lrn.window", pixel(a, spec, 0, 0)},
          {"lrn.window", pixel(a, spec, before, after - 1)},
          {"lrn.window", pixel(a, spec, before - 1, after)},
          {"lrn.window", pixel(a, spec, before - 1, after - 1)},
          {"lrn.window", pixel(a, spec, before + 1, after + 1)}});
}

}  // namespace

TEST_CASE("7.5 local response normalisation") {
  Rng rng = seeded(75);
  const Tensor x = one_pixel({1, 2, 3, 4, 5, 6, 7});
  const std::vector<double> counted = local_response_norm(x).to_vector();
  compare({1, 2, 3, 4, 5, 6, 7}, {});
  expect("y[0] and y[6] of 1..7 with AlexNet's constants", {counted[0], counted[6]},
         {0.5942915817132711, 4.145137937015153}, {1e-13, 0});
  compare({1, 2, 3, 4, 5, 6, 7}, {.size = 5, .alpha = 0.3, .beta = 0.75, .k = 2});
  compare({2, -1, 0.5}, {.size = 5, .alpha = 0.3, .beta = 0.5, .k = 1.5});  // a window wider than the channels
  compare({2, -1, 0.5, 3, -2}, {.size = 3, .alpha = 0.2, .beta = 0.75, .k = 2});
  compare({2, -1, 0.5, 3, -2}, {.size = 1, .alpha = 0.2, .beta = 0.75, .k = 2});
  // Pixels and samples do not mix.
  const Spec strong{.size = 3, .alpha = 0.4, .beta = 0.75, .k = 2};
  show_spec(strong);
  const Tensor batch = distinct({2, 4, 3, 2}, rng, 0.2);
  const std::vector<double> in = batch.to_vector();
  std::vector<double> want(in.size());
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t p = 0; p < 6; ++p) {
      std::vector<double> a;
      for (std::size_t c = 0; c < 4; ++c) a.push_back(in[(n * 4 + c) * 6 + p]);
      a = pixel(a, strong, 1, 1);
      for (std::size_t c = 0; c < 4; ++c) want[(n * 4 + c) * 6 + p] = a[c];
    }
  }
  const Tensor got = local_response_norm(batch, strong);
  if (!agrees(got, batch.shape(), want)) note("lrn.window");
  expect("local_response_norm of a batch [2, 4, 3, 2]", got, batch.shape(), want);
}

TEST_CASE("7.6 gradient of the normalisation") {
  Rng rng = seeded(76);
  const Spec strong{.size = 5, .alpha = 0.3, .beta = 0.75, .k = 1};
  const std::vector<double> a{1, -2, 3, 0.5, -1.5, 4, 2.5}, g{0.3, -0.1, 0.7, 1, -0.4, 0.2, 0.5};
  std::vector<double> own, constant;  // the cross term with the own channel only, and none at all
  for (std::size_t m = 0; m < 7; ++m) {
    double s = strong.k;
    for (std::size_t j = m < 2 ? 0 : m - 2; j <= std::min<std::size_t>(6, m + 2); ++j) s += strong.alpha * a[j] * a[j];
    constant.push_back(g[m] * std::pow(s, -0.75));
    own.push_back(constant.back() - 2 * 0.3 * 0.75 * a[m] * g[m] * a[m] * std::pow(s, -1.75));
  }
  const Tensor x = one_pixel(a).requires_grad_(true);
  show_spec(strong);
  show("x", x);
  show("g", one_pixel(g));
  const Tensor y = local_response_norm(x, strong);
  REQUIRE_MESSAGE(y.requires_grad(), "the result takes no part in the graph: return record(...)");
  expect("gradient for alpha = 0.3, where the cross term can be seen", grad(y, {x}, {.seed = one_pixel(g)})[0],
         x.shape(),
         {0.03298961603391903, 0.08694027469679287, -0.0017149065784481388, 0.1405928052707922, 0.04193473609614755,
          -0.0797310214405268, 0.035941946380974935},
         {1e-6, 1e-7},
         {{"lrn.neighbours", own},
          {"lrn.constant", constant},
          {"lrn.squared",
           {0.068135303, -0.134305290, -0.029896908, 0.167463535, -0.124829536, -0.157936405, 0.070603905}}});
  for (std::int64_t n : {1, 3}) {
    CHECK(gradient_of([&](const Tensors& in) { return local_response_norm(in[0], strong); },
                      {distinct({n, 6, 2, 1}, rng, 0.1)}));
  }
  CHECK(gradient_of([](const Tensors& in) { return local_response_norm(in[0], {.size = 4, .alpha = 0.3, .k = 1}); },
                    {distinct({2, 5, 1, 2}, rng, 0.1)}));
}
