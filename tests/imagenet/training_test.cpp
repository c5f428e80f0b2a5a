// SPDX-License-Identifier: MIT
#include "imagenet/training.h"

#include <cmath>

#include "imagenet/network.h"
#include "tests/imagenet/support.h"
#include "tests/near.h"

using namespace yhat;

TEST_CASE("networks by name have the shapes and sizes of the models they stand for") {
  const std::int64_t parameters[] = {60'965'224,  61'100'840,  132'863'336, 133'047'848,
                                     133'638'952, 138'357'544, 143'667'240};
  for (std::size_t i = 0; i < demo::network_names().size(); ++i) {
    const demo::Network network{demo::network_names()[i]};
    CAPTURE(network.name);
    CHECK(network.summary().parameters() == parameters[i]);
    CHECK(network.preprocessing().crop == network.summary().input[1]);
    const demo::Network small{network.name, 10, 16};
    Rng rng(1);
    Sequential model = small.build(rng);
    CHECK(model.parameter_count() == small.summary().parameters());
    CHECK(model.parameter_count() < 700'000);
    CHECK(model.parameters().back().size() == 10);
  }
}

TEST_CASE("the rate falls after epochs without a better error, three times") {
  demo::Plateau p(2);
  CHECK_FALSE(p.drop(0.9));
  CHECK_FALSE(p.drop(0.8));
  CHECK_FALSE(p.drop(0.8));  // not better: 1
  CHECK(p.drop(0.85));       // 2
  CHECK_FALSE(p.drop(0.9));
  CHECK_FALSE(p.drop(0.7));  // better: begin anew
  CHECK_FALSE(p.drop(0.7));
  CHECK(p.drop(0.7));
  CHECK_FALSE(p.drop(0.7));
  CHECK(p.drop(0.7));
  for (int i = 0; i < 10; ++i) CHECK_FALSE(p.drop(0.7));  // no fourth
}

TEST_CASE("AlexNet starts as the paper's: a dropout that scales asks for half the weights behind it") {
  Rng rng(1);
  Sequential model = alexnet(rng, {.classes = 10, .narrow = 16});
  const auto before = [&](const char* name) { return model.at<Linear>(name).weight.to_vector(); };
  const std::vector<double> fc6 = before("fc6"), fc7 = before("fc7"), fc8 = before("fc8");
  demo::start_as_published(model);
  CHECK(before("fc6") == fc6);
  CHECK(near::difference(2 * model.at<Linear>("fc7").weight.detach(), fc7) == 0);
  CHECK(near::difference(2 * model.at<Linear>("fc8").weight.detach(), fc8) == 0);
}

#ifdef YHAT_TEST_EMBED_SAMPLE
TEST_CASE("statistics of a folder are those of its prepared pictures") {
  const yhat::test::Ilsvrc ilsvrc;
  const ImageFolder train(ilsvrc.folder / "train");
  std::int64_t told = 0;
  const demo::TrainingStatistics all = demo::collect_statistics(train, 64, 1000, [&](std::int64_t n) { told = n; });
  CHECK(all.pictures == 50);
  CHECK(told == 50);
  CHECK(all.mean.shape() == Shape{3, 64, 64});
  Tensor sum = zeros({3, 64, 64}, Dtype::f64);
  for (const auto& item : train.items) {
    sum = sum + centre_crop(resize_shorter_side(read_image(item.path), 64), 64).to(Dtype::f64);
  }
  CHECK(near::difference(all.mean, (sum * 0.02).to(Dtype::f32)) < 1e-6);
  CHECK(all.colours.variances[0] > 10 * all.colours.variances[1]);  // pictures differ in brightness most
  CHECK(demo::collect_statistics(train, 64, 7).pictures == 7);
}

TEST_CASE("training by the paper's recipe: starts near ln K and learns a few pictures by heart, whatever the threads") {
  const yhat::test::Ilsvrc ilsvrc;
  demo::ImageNetTraining t;
  t.train = ImageFolder(ilsvrc.folder / "train");
  t.augmentation.preprocessing = yhat::test::small_preprocessing();
  t.recipe = {.epochs = 60, .batch = 8, .lr = 0.02, .overfit = true};
  const auto losses = [&](int threads) {
    const int before = num_threads();
    set_num_threads(threads);
    Rng rng(1);
    Sequential model{Conv2d{rng, {.in = 3, .out = 8, .kernel = 5, .stride = 3}},
                     relu,
                     MaxPool2d{{.kernel = 2}},
                     Flatten{},
                     Dropout{rng, {.p = 0.2}},
                     Linear{rng, {.in = 200, .out = 10}}};
    std::vector<double> seen;
    demo::train_on_pictures(model, t, [&](const demo::ImageNetEpoch& e) { seen.push_back(e.loss); });
    set_num_threads(before);
    return seen;
  };
  const std::vector<double> one = losses(1);
  REQUIRE(one.size() == 60);
  CHECK(one.front() == doctest::Approx(std::log(10.0)).epsilon(0.25));
  CHECK(one.back() < 0.1);
  CHECK(one == losses(2));
}

TEST_CASE("training with augmentation and validation: every picture once per epoch, stops at the step asked for") {
  const yhat::test::Ilsvrc ilsvrc;
  demo::ImageNetTraining t;
  t.train = ImageFolder(ilsvrc.folder / "train");
  t.validation = ImageFolder(ilsvrc.by_synset());
  t.augmentation = {yhat::test::small_preprocessing(), demo::collect_statistics(t.train, 40, 50).colours};
  t.recipe = {.epochs = 3, .batch = 16, .lr = 0.005, .steps = 6};
  Rng rng(1);
  Sequential model{Flatten{}, Linear{rng, {.in = 3072, .out = 10}}};
  std::vector<demo::ImageNetEpoch> epochs;
  std::int64_t told = 0;
  const bool stopped = demo::train_on_pictures(
      model, t, [&](const demo::ImageNetEpoch& e) { epochs.push_back(e); },
      [&](std::int64_t, std::int64_t of, double) {
        ++told;
        CHECK(of == 4);
      });
  CHECK(stopped);
  CHECK(told == 6);
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[0].steps == 4);
  CHECK(epochs[1].steps == 6);
  CHECK(epochs[0].validation.pictures == 50);
  CHECK(epochs[1].validation.top1_error() < 0.9);
  CHECK(std::isfinite(epochs[1].validation.mean_loss()));
  // Augmented pictures differ from use to use, and repeat with the seed.
  Rng a(3), b(3);
  const Tensor picture = read_image(t.train.items[0].path);
  const Tensor first = demo::augmented(picture, t.augmentation, a);
  CHECK(first.shape() == Shape{3, 32, 32});
  CHECK(near::difference(first, demo::augmented(picture, t.augmentation, b)) == 0);
  CHECK(near::difference(first, demo::augmented(picture, t.augmentation, a)) > 0.01);
}
#endif
