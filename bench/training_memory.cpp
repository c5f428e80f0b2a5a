// SPDX-License-Identifier: MIT
// training_memory alexnet|vgg16 [BATCH [STEPS]]: the memory that training steps really take, beside the estimate of
// summary(). Exit status 1 if it is more than 15 % off.
#include <fmt/format.h>
#include <yhat/yhat.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>

#include "core/buffer.h"

using namespace yhat;

namespace {

double mebibytes(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int measure(const std::string& name, std::int64_t batch, int steps) {
  const bool alex = name == "alexnet";
  const ModelDescription description = alex ? alexnet_description() : vgg_description(VggConfig::D);
  const std::int64_t estimate = 4 * summary(description).training_values(batch);
  const std::int64_t before = peak_memory();
  Rng rng(1);
  Sequential model = alex ? alexnet(rng) : vgg(VggConfig::D, rng);
  SGD optimizer(model.parameters(), {.lr = 1e-4, .momentum = 0.9, .weight_decay = 5e-4, .lr_in_velocity = true});
  const Tensor images = randn(description.input.inserted(0, batch), rng);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < batch; ++i) labels.push_back(i);
  for (int step = 1; step <= steps; ++step) {
    const double start = seconds();
    optimizer.zero_grad();
    const Tensor loss = cross_entropy(model(images), labels);
    loss.backward();
    optimizer.step();
    fmt::print("step {}: loss {:.4f}, {:.2f} s\n", step, loss.item(), seconds() - start);
  }
  const std::int64_t peak = peak_memory();
  const double ratio = static_cast<double>(peak) / static_cast<double>(estimate);
  fmt::print(
      "{}, batch {}: at most {:.1f} MiB resident ({:.1f} before, tensors {:.1f}); estimate {:.1f} MiB: {:.3f} of it\n",
      name, batch, mebibytes(peak), mebibytes(before), mebibytes(buffer_statistics().peak_in_use), mebibytes(estimate),
      ratio);
  return std::abs(ratio - 1) <= 0.15 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (name != "alexnet" && name != "vgg16") {
    fmt::print(stderr, "usage: training_memory alexnet|vgg16 [BATCH [STEPS]]\n");
    return 2;
  }
  const std::int64_t batch = argc > 2 ? std::atoll(argv[2]) : name == "alexnet" ? 16 : 4;
  const int steps = argc > 3 ? std::atoi(argv[3]) : 2;
  try {
    return measure(name, batch, steps);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
