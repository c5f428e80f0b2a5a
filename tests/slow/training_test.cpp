// SPDX-License-Identifier: MIT
// The published networks at full size, in minutes rather than seconds: ctest --test-dir build/default -L slow
#include <doctest/doctest.h>
#include <yhat/yhat.h>

#include <cmath>

#include "imagenet/network.h"
#include "imagenet/training.h"
#include "tests/imagenet/support.h"

using namespace yhat;

#ifdef YHAT_TEST_EMBED_SAMPLE
namespace {

/// The same pictures in every step; the loss of each.
std::vector<double> overfit(const demo::Network& network, std::int64_t batch, double lr, std::int64_t steps) {
  const yhat::test::Ilsvrc ilsvrc;
  demo::ImageNetTraining t;
  t.train = ImageFolder(ilsvrc.folder / "train");
  t.augmentation.preprocessing = network.name == "alexnet"
                                     ? alexnet_preprocessing(demo::collect_statistics(t.train, 256, 50).mean)
                                     : network.preprocessing();
  t.recipe = {.epochs = steps, .batch = batch, .lr = lr, .overfit = true};
  Rng rng(42);
  Sequential model = network.build(rng);
  if (network.name == "alexnet") demo::start_as_published(model);
  std::vector<double> losses;
  demo::train_on_pictures(model, t, [&](const demo::ImageNetEpoch& e) {
    losses.push_back(e.loss);
    MESSAGE(network.name << ", step " << e.number << ": loss " << e.loss << ", " << e.seconds << " s");
  });
  return losses;
}

/// Each test is a process of its own, so that the peak is its own.
void check_memory(const demo::Network& network, std::int64_t batch) {
  const auto estimate = static_cast<double>(4 * network.summary().training_values(batch));
  const auto measured = static_cast<double>(peak_memory());
  MESSAGE(network.name << ": at most " << measured / (1 << 20) << " MiB, estimate " << estimate / (1 << 20));
  CHECK(std::abs(measured / estimate - 1) <= 0.15);
}

}  // namespace

TEST_CASE("AlexNet at full size starts at ln 1000, learns 16 pictures by heart, in the memory that was estimated") {
  const demo::Network network{"alexnet"};
  const std::vector<double> losses = overfit(network, 16, 0.002, 80);
  CHECK(losses.front() == doctest::Approx(std::log(1000.0)).epsilon(0.05));
  CHECK(losses.back() < 0.5);
  check_memory(network, 16);
}

TEST_CASE("VGG-16 at full size starts at ln 1000, learns 4 pictures by heart, in the memory that was estimated") {
  const demo::Network network{"vgg16"};
  const std::vector<double> losses = overfit(network, 4, 0.0002, 30);
  CHECK(losses.front() == doctest::Approx(std::log(1000.0)).epsilon(0.05));
  CHECK(losses.back() < 0.5);
  check_memory(network, 4);
}
#endif
