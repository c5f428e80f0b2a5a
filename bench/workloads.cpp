// SPDX-License-Identifier: MIT
// What is measured, on our side; peer.py holds the same workloads in PyTorch, under the same names.
#include "workloads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/yhat.h>

#include <chrono>
#include <map>
#include <memory>

#include "core/kernels/dispatch.h"

namespace bench {

using namespace yhat;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

namespace {

template <class F>
double timed(F f) {
  const double start = now();
  f();
  return now() - start;
}

constexpr std::int64_t mnist_size = 60000;

/// A network with a batch to train on or to look at.
struct Job {
  Sequential model;
  Tensor images;
  std::vector<std::int64_t> labels;
  SGD optimizer;

  Job(Sequential net, const Shape& shape, Rng& rng)
      : model(std::move(net)), images(randn(shape, rng)), optimizer(model.parameters(), {.lr = 1e-3}) {
    for (std::int64_t i = 0; i < shape[0]; ++i) labels.push_back(i % 10);
  }

  void step(const Tensor& x, const std::vector<std::int64_t>& y) {
    optimizer.zero_grad();
    const Tensor loss = cross_entropy(model(x), y);
    loss.backward();
    optimizer.step();
  }
};

/// Multiply-adds of one image: all, and those of the first layer, whose input needs no gradient.
struct Macs {
  double all, first;
};
Macs macs_of(const Summary& table) {
  double first = 0;
  for (const SummaryRow& row : table.rows) {
    if (first == 0) first = static_cast<double>(row.info.macs);
  }
  return {static_cast<double>(table.macs()), first};
}

Workload train(std::shared_ptr<Job> job, const Macs& macs) {
  const double images = static_cast<double>(job->labels.size());
  return {[job] { return timed([&] { job->step(job->images, job->labels); }); },
          2e-9 * images * (3 * macs.all - macs.first)};
}

/// 60,000 images: shuffle, index, step.
Workload epoch(std::shared_ptr<Job> job, const Macs& macs) {
  Rng rng{7};
  auto data = std::make_shared<Dataset>();
  data->images = randn({mnist_size, 1, 28, 28}, rng);
  for (std::int64_t i = 0; i < mnist_size; ++i) data->labels.push_back(i % 10);
  data->classes = class_names("digits");
  const auto pass = [job, data, rng]() mutable {
    return timed([&] {
      for (const Batch& batch : batches(*data, {.size = 64, .shuffle = &rng})) job->step(batch.images, batch.labels);
    });
  };
  return {pass, 2e-9 * mnist_size * (3 * macs.all - macs.first)};
}

Workload inference(std::shared_ptr<Job> job, const Macs& macs) {
  job->model.eval();
  const double images = static_cast<double>(job->labels.size());
  const auto look = [job] {
    const NoGrad no_grad;
    return timed([&] { job->model(job->images); });
  };
  return {look, 2e-9 * images * macs.all};
}

enum class Mode { train, epoch, inference };

Workload network(Sequential model, const Summary& table, std::int64_t batch, Mode mode) {
  Rng rng{1};
  const Shape& image = table.input;
  auto job = std::make_shared<Job>(std::move(model), Shape{batch, image[0], image[1], image[2]}, rng);
  const Macs macs = macs_of(table);
  return mode == Mode::train ? train(job, macs) : mode == Mode::epoch ? epoch(job, macs) : inference(job, macs);
}

Workload mlp(Mode mode) {
  Rng rng{0};
  Sequential model{Flatten{}, Linear{rng, {.in = 784, .out = 128}}, relu, Linear{rng, {.in = 128, .out = 10}}};
  const Summary table = summary(model, {1, 28, 28});
  return network(std::move(model), table, 64, mode);
}
Workload lenet(Mode mode) {
  Rng rng{0};
  return network(lenet5(rng), summary(lenet5_description()), 64, mode);
}
Workload alex(std::int64_t batch, Mode mode) {
  Rng rng{0};
  return network(alexnet(rng), summary(alexnet_description()), batch, mode);
}
Workload vgg16(std::int64_t batch, Mode mode) {
  Rng rng{0};
  return network(vgg(VggConfig::D, rng), summary(vgg_description(VggConfig::D)), batch, mode);
}

/// A 3x3 convolution of VGG: `channels` maps of `size` x `size`, as many out.
Workload convolution(std::int64_t channels, std::int64_t size, bool backward) {
  Rng rng{0};
  const Tensor x = randn({1, channels, size, size}, rng).requires_grad_(backward);
  const Tensor w = randn({channels, channels, 3, 3}, rng).requires_grad_(backward);
  const Tensor b = randn({channels}, rng).requires_grad_(backward);
  const Tensor g = randn(x.shape(), rng);
  const auto run = [=] {
    return timed([&] {
      const Tensor y = conv2d(x, w, b, {.padding = 1});
      if (backward) grad(y, {x, w, b}, {.seed = g});
    });
  };
  return {run, 2e-9 * static_cast<double>(channels * 9 * x.size()) * (backward ? 3 : 1)};
}

Workload sgemm(std::int64_t n) {
  Rng rng{0};
  const Tensor a = randn({n, n}, rng);
  const Tensor b = randn({n, n}, rng);
  return {[=] { return timed([&] { matmul(a, b); }); }, 2e-9 * static_cast<double>(n * n * n)};
}

constexpr int chain = 1000;

/// A chain of 1,000 multiplications of scalars. The time of an op includes that of freeing it.
Workload scalar(bool backward) {
  Tensor w = tensor(1.0).requires_grad_();
  const auto run = [w, backward]() mutable {
    w.zero_grad();
    double start = now();
    Tensor y = w;
    for (int i = 0; i < chain; ++i) y = y * w;
    if (backward) {
      start = now();
      y.backward();
    }
    y = Tensor();
    return now() - start;
  };
  return {run, 0};
}

/// 1,000 additions of recorded 100x100 matrices, each result dropped at once.
Workload add_100x100() {
  Rng rng{0};
  const Tensor a = randn({100, 100}, rng).requires_grad_();
  const Tensor b = randn({100, 100}, rng);
  const auto run = [=] {
    return timed([&] {
      for (int i = 0; i < chain; ++i) a + b;
    });
  };
  return {run, 0};
}

/// What a demo does before anything is seen: read the sample, scale it, build LeNet, take one step.
Workload first_step() {
  const auto run = [] {
    return timed([] {
      TrainTest data = fashion_mnist_sample();
      const Normalisation scale = channel_statistics(data.train.images);
      data.train.images = normalise(data.train.images, scale);
      data.test.images = normalise(data.test.images, scale);
      Rng rng{0};
      Sequential model = lenet5(rng);
      SGD optimizer(model.parameters(), {.lr = 1e-3});
      const Batch batch = batches(data.train, {.size = 32, .shuffle = &rng})[0];
      cross_entropy(model(batch.images), batch.labels).backward();
      optimizer.step();
    });
  };
  return {run, 0};
}

/// What the processor can do: multiply-adds on registers alone, on all threads.
Workload peak() {
  const std::int64_t times = 2000000;
  const double flop = kernels::table<float>().peak(1);
  const auto run = [=] {
    return timed([&] {
      parallel_for(num_threads(), 1, [&](std::int64_t, std::int64_t) { kernels::table<float>().peak(times); });
    });
  };
  return {run, 1e-9 * flop * static_cast<double>(times) * num_threads()};
}

const std::map<std::string, std::function<Workload()>>& all() {
  static const std::map<std::string, std::function<Workload()>> workloads{
      {"mlp_train", [] { return mlp(Mode::train); }},
      {"mlp_epoch", [] { return mlp(Mode::epoch); }},
      {"lenet_train", [] { return lenet(Mode::train); }},
      {"lenet_epoch", [] { return lenet(Mode::epoch); }},
      {"lenet_infer", [] { return lenet(Mode::inference); }},
      {"alexnet_train_16", [] { return alex(16, Mode::train); }},
      {"alexnet_infer_16", [] { return alex(16, Mode::inference); }},
      {"alexnet_infer_1", [] { return alex(1, Mode::inference); }},
      {"vgg16_train_4", [] { return vgg16(4, Mode::train); }},
      {"vgg16_infer_1", [] { return vgg16(1, Mode::inference); }},
      {"vgg16_infer_8", [] { return vgg16(8, Mode::inference); }},
      {"conv1_2_forward", [] { return convolution(64, 224, false); }},
      {"conv2_2_forward", [] { return convolution(128, 112, false); }},
      {"conv3_2_forward", [] { return convolution(256, 56, false); }},
      {"conv4_2_forward", [] { return convolution(512, 28, false); }},
      {"conv5_2_forward", [] { return convolution(512, 14, false); }},
      {"conv1_2_both", [] { return convolution(64, 224, true); }},
      {"conv2_2_both", [] { return convolution(128, 112, true); }},
      {"conv3_2_both", [] { return convolution(256, 56, true); }},
      {"conv4_2_both", [] { return convolution(512, 28, true); }},
      {"conv5_2_both", [] { return convolution(512, 14, true); }},
      {"sgemm_512", [] { return sgemm(512); }},
      {"sgemm_1024", [] { return sgemm(1024); }},
      {"sgemm_2048", [] { return sgemm(2048); }},
      {"scalar_forward", [] { return scalar(false); }},
      {"scalar_backward", [] { return scalar(true); }},
      {"add_100x100", [] { return add_100x100(); }},
      {"first_step", first_step},
      {"peak", peak},
  };
  return workloads;
}

}  // namespace

Workload make_workload(const std::string& name) {
  const auto found = all().find(name);
  if (found != all().end()) return found->second();
  std::vector<std::string> names;
  for (const auto& [known, make] : all()) names.push_back(known);
  throw ArgumentError("bench_worker", fmt::format("workload '{}' ({})", name, fmt::join(names, ", ")));
}

}  // namespace bench
