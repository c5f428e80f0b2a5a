// SPDX-License-Identifier: MIT
// Checks of lab 8: training. f32, on the images that are part of the library.
#include <fmt/format.h>
#include <train.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/lenet.h>
#include <yhat/losses.h>
#include <yhat/ops.h>
#include <yhat/sgd.h>

#include <cmath>
#include <vector>

using namespace yhat;
using namespace yhat::labs;

namespace {

// The first n images, normalised.
Dataset first_images(const Dataset& data, std::int64_t n) {
  std::vector<std::int64_t> index;
  for (std::int64_t i = 0; i < n; ++i) index.push_back(i);
  Dataset part = data.subset(index);
  part.images = normalise(part.images, {{0.286}, {0.353}});
  return part;
}

std::vector<double> weights(const Module& model) {
  std::vector<double> all;
  for (const Tensor& p : model.parameters()) {
    const std::vector<double> values = p.to_vector();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::fmax(most, std::abs(a[i] - b[i]));
  return most;
}

// n steps by hand on one batch.
std::vector<double> by_hand(const Dataset& batch, int steps, bool forget) {
  Rng rng(83);
  Sequential model = lenet5(rng);
  SGD sgd(model.parameters(), {.lr = 0.05});
  for (int i = 0; i < steps; ++i) {
    if (forget) sgd.zero_grad();
    cross_entropy(model(batch.images), batch.labels).backward();
    sgd.step();
  }
  return weights(model);
}

}  // namespace

TEST_CASE("8.3 one epoch") {
  Rng rng = seeded(83);
  const TrainTest sample = fashion_mnist_sample();
  const Dataset data = first_images(sample.train, 300);
  {
    Rng start(1);
    Sequential model = lenet5(start);
    SGD still(model.parameters(), {.lr = 0});
    const double loss = train_epoch(model, still, data, 64, rng);
    show("mean loss of an untrained network", loss);
    CHECK_MESSAGE(near(loss, std::log(10), 0.05, 0),
                  "loss " << loss << " before any step, expected ln 10 = 2.3026 within 5 %");
  }
  // The same image three times, in batches of one: the order does not matter, and the right answer is three steps.
  const Dataset thrice = data.subset({0, 0, 0}), once = data.subset({0});
  Rng start(83);
  Sequential model = lenet5(start);
  SGD sgd(model.parameters(), {.lr = 0.05});
  train_epoch(model, sgd, thrice, 1, rng);
  const std::vector<double> got = weights(model);
  const auto is = [&](int steps, bool forget) { return largest_difference(got, by_hand(once, steps, forget)) <= 1e-6; };
  const double wrong = largest_difference(got, by_hand(once, 3, true));
  show("largest difference of a weight from three steps by hand", wrong);
  if (wrong > 1e-6) {
    if (is(3, false)) note("train.zero_grad");
    if (is(2, true)) note("train.order");
    if (is(1, true)) note("train.first_batch");
  }
  REQUIRE(wrong <= 1e-6);
  // Three images in batches of two: the last batch has one, and counts.
  Rng again(83);
  Sequential other = lenet5(again);
  SGD counted(other.parameters(), {.lr = 0.05});
  train_epoch(other, counted, thrice, 2, rng);
  const double last = largest_difference(weights(other), by_hand(once, 2, true));
  if (last > 1e-5 && largest_difference(weights(other), by_hand(once, 1, true)) <= 1e-5) note("train.last_batch");
  CHECK_MESSAGE(last <= 1e-5, "3 equal images in batches of 2 make two steps; a weight is off by " << last);
}

TEST_CASE("8.4 32 images by heart") {
  Rng rng = seeded(84);
  const Dataset data = first_images(fashion_mnist_sample().train, 32);
  Sequential model = lenet5(rng);
  SGD sgd(model.parameters(), {.lr = 0.02, .momentum = 0.9});
  int epochs = 0;
  double share = 0;
  for (; epochs < 100 && share < 1; ++epochs) {
    train_epoch(model, sgd, data, 8, rng);
    share = accuracy(model, data);
  }
  show("epochs", static_cast<double>(epochs));
  const double right = 1 - top_k_error(model(data.images), data.labels, 1);
  if (!near(share, right, 0, 1e-9) && near(share, 1 - right, 0, 1e-9)) note("train.error_rate");
  CHECK_MESSAGE(near(share, right, 0, 1e-9), "accuracy() says " << share << ", it is " << right);
  CHECK_MESSAGE(right == 1, "after " << epochs << " epochs " << right * 32 << " of 32 images are right, expected all");
}

TEST_CASE("8.5 clothes it has not seen") {
  Rng rng = seeded(85);
  const TrainTest sample = fashion_mnist_sample();
  const Dataset train = first_images(sample.train, 2000), test = first_images(sample.test, 1000);
  Sequential model = lenet5(rng);
  SGD sgd(model.parameters(), {.lr = 0.02, .momentum = 0.9, .weight_decay = 1e-4});
  for (int epoch = 0; epoch < 10; ++epoch) {
    const double loss = train_epoch(model, sgd, train, 32, rng);
    show(fmt::format("loss of epoch {}", epoch + 1), loss);
  }
  const double share = accuracy(model, test);
  show("accuracy on 1000 test images", share);
  CHECK_MESSAGE(share >= 0.73, "accuracy " << share << ", expected at least 0.73");
  CHECK_MESSAGE(share <= 0.95, "accuracy " << share << " is too good to be true: are these the test images?");
}

TEST_CASE("8.6 the same seed and the same bits") {
  seeded(86);
  const Dataset data = first_images(fashion_mnist_sample().train, 100);
  const auto run = [&] {
    Rng start(6), order(7);
    Sequential model = lenet5(start);
    SGD sgd(model.parameters(), {.lr = 0.05});
    for (int epoch = 0; epoch < 2; ++epoch) train_epoch(model, sgd, data, 16, order);
    return weights(model);
  };
  const std::vector<double> first = run();
  const double apart = largest_difference(first, run());
  if (apart > 0) note("train.seed");
  CHECK_MESSAGE(apart == 0, "two runs with the same seeds differ by " << apart);
}
