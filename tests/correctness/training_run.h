// SPDX-License-Identifier: MIT
// A small training run in which everything takes part that could make two runs differ: grouped convolutions, both
// poolings, both normalisations, dropout, shuffled batches, momentum and running statistics, in sizes that several
// threads share.
#pragma once

#include <yhat/yhat.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yhat::test {

struct TrainingRun {
  explicit TrainingRun(std::uint64_t seed = 1, bool adam = false) : init(seed), shuffle(seed, 1) {
    net.add(Conv2d(init, {.in = 2, .out = 8, .kernel = 5, .padding = 2, .groups = 2}));
    net.add(BatchNorm2d({.channels = 8}));
    net.add(relu);
    net.add(MaxPool2d{{.kernel = 3, .stride = 2}});
    net.add(Conv2d(init, {.in = 8, .out = 12, .kernel = 3, .groups = 4}));
    net.add(LocalResponseNorm{{.size = 3, .alpha = 0.1}});
    net.add(relu);
    net.add(AvgPool2d{{.kernel = 2}});
    net.add(Flatten{});
    net.add(Dropout(init, {.p = 0.3}));
    net.add(Linear(init, {.in = 12 * 16, .out = 10}));
    if (adam) {
      optimiser = std::make_unique<AdamW>(net.parameters(), AdamWOptions{.lr = 0.003});
    } else {
      optimiser =
          std::make_unique<SGD>(net.parameters(), SGDOptions{.lr = 0.05, .momentum = 0.9, .weight_decay = 1e-4});
    }
    Rng rng(7);  // the data are the same whatever the seed
    data.images = randn({48, 2, 22, 22}, rng);
    for (int i = 0; i < 48; ++i) data.labels.push_back(rng.below(10));
    for (int c = 0; c < 10; ++c) data.classes.push_back(std::string(1, static_cast<char>('a' + c)));
  }

  void train(int steps) {
    while (steps > 0) {
      for (const Batch& batch : batches(data, {.size = 16, .shuffle = &shuffle})) {
        if (steps-- == 0) return;  // in the middle of an epoch: only whole ones are resumed
        optimiser->zero_grad();
        const Tensor loss = cross_entropy(net(batch.images), batch.labels);
        loss.backward();
        optimiser->step();
        note(loss);
      }
    }
  }

  /// Folds the bits of x into the digest (FNV-1a).
  void note(const Tensor& x) {
    for (double v : x.to_vector()) {
      std::uint64_t bits = std::bit_cast<std::uint64_t>(v);
      for (int byte = 0; byte < 8; ++byte, bits >>= 8) digest = (digest ^ (bits & 255)) * 0x100000001b3;
    }
  }
  /// Of every loss so far, all gradients, parameters, buffers, and the state of the optimiser.
  std::uint64_t final_digest() {
    for (const Tensor& p : net.parameters()) note(p.has_grad() ? p.grad() : Tensor(zeros({})));
    for (const auto& [name, value] : state_dict(net)) note(value);
    for (const auto& [name, value] : state_dict(*optimiser)) note(value);
    return digest;
  }

  Rng init, shuffle;
  Sequential net;
  std::unique_ptr<Optimizer> optimiser;
  Dataset data;
  std::uint64_t digest = 0xcbf29ce484222325;
};

}  // namespace yhat::test
