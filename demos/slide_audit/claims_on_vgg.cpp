// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "receptive_field/stacks.h"
#include "receptive_field/support_of.h"
#include "slide_audit/claims.h"
#include "support/screen.h"
#include "support/tables.h"
#include "vgg/figures.h"

namespace demo {

using namespace yhat;

namespace {

Claim smaller_kernels() {
  std::vector<std::string> text;
  std::int64_t before = 0;
  bool grows = true;
  for (const std::int64_t k : {3, 5, 7, 11}) {
    const std::int64_t weights = stack_table(k, 1, 64, 32, true).parameters() / 64;
    text.push_back(fmt::format("{0}x{0}: {1}", k, thousands(weights)));
    grows = grows && weights > before && weights == k * k * 64;
    before = weights;
  }
  return {33, "A smaller receptive field means fewer parameters.",
          fmt::format("per filter on 64 maps: {}.", fmt::join(text, ", ")), "k x k x C.", judged(grows)};
}

Claim equal_fields() {
  const std::int64_t two = middle_of_stack({.kernel = 3, .depth = 2}).pixels;
  const std::int64_t three = middle_of_stack({.kernel = 3, .depth = 3}).pixels;
  const std::int64_t five = middle_of_stack({.kernel = 5}).pixels;
  const std::int64_t seven = middle_of_stack({.kernel = 7}).pixels;
  return {34, "Two 3x3 see what one 5x5 sees, three what one 7x7 sees.",
          fmt::format("pixels with a gradient: {} and {}, {} and {}.", two, five, three, seven),
          "Exact for stride 1 and no pooling between.", judged(two == 25 && five == 25 && three == 49 && seven == 49)};
}

Claim costs() {
  const StackCost seven = stack_costs()[1];
  return {35, "7x7: 49 C^2 parameters; three 3x3: 3 x 3^2 C^2.",
          fmt::format("{} C^2 and {} C^2: the 7x7 needs {:.2f} % more.", seven.weights_one, seven.weights_stack,
                      seven.more()),
          "Without biases, C maps in and out.", judged(seven.weights_one == 49 && seven.weights_stack == 27)};
}

Claim memory() {
  std::vector<std::string> text;
  double neurons = 0;
  double parameters = 0;
  for (const Ratio& r : vgg_against_alexnet()) {
    text.push_back(fmt::format("{} x {:.2f}", r.what, r.times()));
    if (r.what.rfind("neurons", 0) == 0) neurons = r.times();
    if (r.what == "parameters") parameters = r.times();
  }
  return {36, "Memory goes with the neurons of all layers: VGG needs far more than AlexNet.",
          fmt::format("VGG-16 over AlexNet: {}.", fmt::join(text, ", ")),
          "Twenty times the neurons, twice the parameters.", judged(neurons > 20 && parameters < 2.5)};
}

Claim configurations() {
  std::vector<std::string> text;
  bool right = true;
  for (const Configuration& c : configurations_of_vgg()) {
    text.push_back(fmt::format("{} {}", c.name.back(), thousands(c.table.parameters())));
    right = right && quotes(c.slide, {c.table.parameters()});
  }
  return {37, "VGG's configurations (named only; the paper: 133, 133, 134, 138, 144 million).",
          fmt::format("{}.", fmt::join(text, ", ")), "", judged(right)};
}

}  // namespace

std::vector<Claim> claims_on_vgg() { return {smaller_kernels(), equal_fields(), costs(), memory(), configurations()}; }

}  // namespace demo
