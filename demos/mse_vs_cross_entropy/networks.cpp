// SPDX-License-Identifier: MIT
#include "mse_vs_cross_entropy/networks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/evaluate.h"

namespace demo {

using namespace yhat;

Tensor batch_loss(Loss loss, const Tensor& logits, const std::vector<std::int64_t>& labels) {
  if (loss == Loss::cross_entropy) return yhat::cross_entropy(logits, labels);
  const Tensor d = softmax(logits, 1) - one_hot(labels, logits.dim(1), logits.dtype());
  return sum(d * d) * (0.5 / static_cast<double>(labels.size()));
}

double NetworkRun::late_accuracy() const {
  const std::size_t from = accuracy.size() - accuracy.size() / 4;
  if (diverged || from == accuracy.size()) return 0;
  return std::accumulate(accuracy.begin() + static_cast<std::ptrdiff_t>(from), accuracy.end(), 0.0) /
         static_cast<double>(accuracy.size() - from);
}

NetworkRun train_network(const TrainTest& data, const NetworkOptions& options, const std::function<bool()>& tick) {
  Rng weights(options.seed, 0);
  Rng shuffle(options.seed, 1);
  auto model = lenet5(weights);
  Tensors parameters = model.parameters();
  if (options.start == Start::wrong) parameters.back().mutable_data<float>()[0] += static_cast<float>(push);
  SGD optimizer(parameters, {.lr = options.lr});
  NetworkRun run{.options = options};

  std::int64_t step = 0;
  while (step < options.steps) {
    for (const Batch& batch : batches(data.train, {.size = options.batch, .shuffle = &shuffle, .drop_last = true})) {
      optimizer.zero_grad();
      const Tensor logits = model(batch.images);
      const Tensor loss = batch_loss(options.loss, logits, batch.labels);
      loss.backward();
      double square = 0;
      for (const Tensor& p : parameters) square += sum(p.grad() * p.grad()).item();
      if (!std::isfinite(loss.item()) || !std::isfinite(square)) {
        run.diverged = true;
        return run;
      }
      std::int64_t right = 0;
      const std::vector<std::int64_t> predicted = argmax(logits.detach(), 1);
      for (std::size_t i = 0; i < predicted.size(); ++i) right += predicted[i] == batch.labels[i];
      run.loss.push_back(loss.item());
      run.accuracy.push_back(static_cast<double>(right) / static_cast<double>(predicted.size()));
      run.gradient.push_back(std::sqrt(square));
      optimizer.step();
      if (tick && !tick()) return run;
      if (++step == options.steps) break;
    }
  }
  run.test_accuracy = evaluate(model, data.test).accuracy();
  return run;
}

Series smoothed(const std::string& name, const std::vector<double>& values, std::size_t width, double scale) {
  Series s{name, {}, {}};
  for (std::size_t from = 0; from < values.size(); from += width) {
    const std::size_t to = std::min(values.size(), from + width);
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += values[i];
    s.x.push_back(0.5 * static_cast<double>(from + to - 1));
    s.y.push_back(scale * sum / static_cast<double>(to - from));
  }
  return s;
}

}  // namespace demo
