// SPDX-License-Identifier: MIT
// Runs the six programs as they were handed out, and finds for each curve of the handout the one that made it.
#include <clinic.h>
#include <fmt/core.h>
#include <yhat/labs/check.h>

#include <array>
#include <cmath>

namespace {

using namespace yhat;

using Curve = std::array<double, 5>;  // mean loss of each epoch

// The curves A to F of the handout.
constexpr Curve handout[] = {
    {2.329, 2.319, 2.316, 2.313, 2.314}, {773, 75.8, 73.7, 73.5, 73.6},         {1.804, 1.750, 1.899, 2.394, 2.178},
    {2.307, 2.306, 2.305, 2.305, 2.304}, {1.5e13, 6.7e10, 8.3e6, 2.358, 2.363}, {2.290, 2.244, 2.167, 2.084, 2.023},
};

double distance(const Curve& a, const Curve& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(std::log(a[i] / b[i]));
  return sum;
}

}  // namespace

int main() {
  std::vector<std::int64_t> index;
  for (std::int64_t i = 0; i < 512; ++i) index.push_back(i);
  Dataset data = fashion_mnist_sample().train.subset(index);
  data.images = normalise(data.images, {{0.286}, {0.353}});
  std::array<Curve, 6> curves;
  for (int number = 1; number <= 6; ++number) {
    Curve& c = curves[static_cast<std::size_t>(number - 1)] = labs::curve_of_case(number, data);
    fmt::print("case {}: {:8.3f} {:8.3f} {:8.3f} {:8.3f} {:8.3f}\n", number, c[0], c[1], c[2], c[3], c[4]);
  }
  for (std::size_t letter = 0; letter < 6; ++letter) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < 6; ++i) {
      if (distance(curves[i], handout[letter]) < distance(curves[best], handout[letter])) best = i;
    }
    labs::measured(std::string(1, static_cast<char>('A' + letter)), static_cast<double>(best + 1));
  }
}
