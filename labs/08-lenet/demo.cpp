// SPDX-License-Identifier: MIT
// Prints the numbers that the handout asks you to predict, and trains your network for three epochs.
#include <fmt/core.h>
#include <train.h>
#include <yhat/autograd.h>
#include <yhat/labs/check.h>
#include <yhat/lenet.h>
#include <yhat/losses.h>
#include <yhat/sgd.h>

int main() {
  using namespace yhat;
  const TrainTest sample = fashion_mnist_sample();
  Rng rng(1);
  Sequential model = lenet5(rng);
  {
    const NoGrad values_only;
    labs::measured("first_loss", cross_entropy(model(sample.test.images), sample.test.labels).item());
  }
  SummaryRow largest;
  for (const SummaryRow& row : summary(lenet5_description()).rows) {
    fmt::print("{:<8} {:>7} parameters\n", row.name, row.parameters());
    if (row.parameters() > largest.parameters()) largest = row;
  }
  labs::measured("largest_layer", largest.name);
  labs::measured("its_parameters", static_cast<double>(largest.parameters()));
  SGD sgd(model.parameters(), {.lr = 0.02, .momentum = 0.9});
  for (int epoch = 1; epoch <= 3; ++epoch) {
    const double loss = labs::train_epoch(model, sgd, sample.train, 32, rng);
    fmt::print("epoch {}: loss {:.3f}, accuracy {:.1f} %\n", epoch, loss, 100 * labs::accuracy(model, sample.test));
  }
}
