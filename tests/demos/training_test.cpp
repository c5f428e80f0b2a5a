// SPDX-License-Identifier: MIT
#include "support/training.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace yhat;

namespace {

/// Images of two kinds, bright above or bright below, with noise: learnt within an epoch.
TrainTest halves() {
  Rng rng(9);
  auto make = [&](std::int64_t n) {
    Dataset d;
    d.images = randn({n, 1, 28, 28}, rng) * 0.3;
    auto pixels = d.images.mutable_data<float>();
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t kind = rng.below(2);
      d.labels.push_back(kind);
      for (std::int64_t p = 0; p < 392; ++p) pixels[static_cast<std::size_t>(784 * i + 392 * kind + p)] += 1;
    }
    for (int c = 0; c < 10; ++c) d.classes.push_back(std::string(1, static_cast<char>('a' + c)));
    return d;
  };
  TrainTest data;
  data.train = make(200);
  data.test = make(60);
  return data;
}

demo::History train_lenet(const demo::Recipe& recipe, std::vector<double>* weights = nullptr) {
  Rng rng(1);
  auto model = lenet5(rng);
  const demo::History history = demo::train(model, halves(), recipe, [](const demo::Epoch&) {});
  if (weights) *weights = model.parameters().front().to_vector();
  return history;
}

}  // namespace

TEST_CASE("training learns, and is the same for one and two threads, bit for bit") {
  const int before = num_threads();
  set_num_threads(1);
  std::vector<double> one;
  const demo::History a = train_lenet({.epochs = 3, .batch = 20}, &one);
  set_num_threads(2);
  std::vector<double> two;
  const demo::History b = train_lenet({.epochs = 3, .batch = 20}, &two);
  set_num_threads(before);
  REQUIRE(a.epochs.size() == 3);
  CHECK(a.epochs[2].test_accuracy > 0.9);
  CHECK(a.epochs[2].steps == 30);
  CHECK(a.epochs[2].batches == 10);
  CHECK_FALSE(a.stopped);
  for (std::size_t e = 0; e < 3; ++e) {
    CHECK(a.epochs[e].train_loss == b.epochs[e].train_loss);
    CHECK(a.epochs[e].test_loss == b.epochs[e].test_loss);
  }
  CHECK(one == two);
  CHECK(a.epochs[0].lr > a.epochs[1].lr);  // along the cosine
  CHECK(a.epochs[2].lr < 0.1 * 0.02);
}

TEST_CASE("a training that diverges says where, and what was first") {
  try {
    train_lenet({.epochs = 3, .batch = 20, .lr = 1e6});
    FAIL("no error");
  } catch (const NumericError& error) {
    const std::string text = error.what();
    CAPTURE(text);
    CHECK(text.rfind("lenet: loss is ", 0) == 0);
    CHECK(text.find(" at epoch 1, batch ") != std::string::npos);
    CHECK(text.find(", lr ") != std::string::npos);
    CHECK(text.find("; first non-finite: forward of ") != std::string::npos);
    CHECK(text.find("; hint: lower --lr") != std::string::npos);
    CHECK(text.find("-nan") == std::string::npos);
  }
}

TEST_CASE("an epoch's line drops its times before it breaks") {
  const demo::Epoch e{.number = 3,
                      .steps = 189,
                      .batches = 63,
                      .batches_in_all = 63,
                      .train_loss = 0.71321,
                      .train_accuracy = 0.741,
                      .test_loss = 0.74009,
                      .test_accuracy = 0.732,
                      .lr = 0.1,
                      .seconds = 2.4,
                      .images_per_second = 1640};
  const demo::Recipe recipe{.epochs = 8};
  const std::string losses = "epoch 3/8  train loss 0.7132 acc 74.1 %  test loss 0.7401 acc 73.2 %";
  CHECK(demo::epoch_line(e, recipe, true, 200) == losses + "  |  2.4 s  1640 images/s");
  CHECK(demo::epoch_line(e, recipe, true, 80) == losses + "  |  2.4 s");
  CHECK(demo::epoch_line(e, recipe, true, 68) == losses);
  CHECK(demo::epoch_line(e, recipe, false, 200) == losses);
  CHECK(demo::epoch_line(e, recipe, true, 40) ==
        "epoch 3/8  train loss 0.7132 acc 74.1 %\n  test loss 0.7401 acc 73.2 %");
}

TEST_CASE("an evaluation is that of all images at once") {
  Rng rng(1);
  auto model = lenet5(rng);
  const TrainTest data = halves();
  const demo::Evaluation e = demo::evaluate(model, data.test);
  NoGrad no_grad;
  const Tensor logits = model(data.test.images);
  CHECK(e.loss == doctest::Approx(cross_entropy(logits, data.test.labels).item()));
  CHECK(e.top1_error == top_k_error(logits, data.test.labels, 1));
  CHECK(e.top2_error == top_k_error(logits, data.test.labels, 2));
  CHECK(e.accuracy() == 1 - e.top1_error);
  CHECK(demo::likeliest(tensor({{0.2, 0.5, 0.2, 0.1}}), 0, 3) == std::vector<std::int64_t>{1, 0, 2});
  CHECK(demo::likeliest(tensor({{0.2, 0.8}}), 0, 3).size() == 2);
}
