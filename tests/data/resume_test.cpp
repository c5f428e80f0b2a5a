// SPDX-License-Identifier: MIT
// Saving, loading and going on must be the same as never having stopped, to the last bit.
#include <memory>

#include "tests/files/support.h"
#include "yhat/adam.h"
#include "yhat/batches.h"
#include "yhat/checkpoint.h"
#include "yhat/dropout.h"
#include "yhat/linear.h"
#include "yhat/losses.h"
#include "yhat/ops.h"
#include "yhat/sequential.h"
#include "yhat/sgd.h"

namespace {

/// A net with dropout, an optimiser with memory and shuffled batches: everything that a resumed run can get wrong.
struct Run {
  explicit Run(bool adam, std::uint64_t seed) : init(seed), shuffle(seed, 1) {
    net.add(yhat::Linear(init, {.in = 6, .out = 8}));
    net.add(yhat::tanh);
    net.add(yhat::Dropout(init, {.p = 0.3}));
    net.add(yhat::Linear(init, {.in = 8, .out = 3}));
    if (adam) {
      optimiser = std::make_unique<yhat::Adam>(net.parameters(), yhat::AdamOptions{.lr = 0.01});
    } else {
      optimiser = std::make_unique<yhat::SGD>(net.parameters(), yhat::SGDOptions{.lr = 0.1, .momentum = 0.9});
    }
  }

  void epochs(const yhat::Dataset& data, int count) {
    for (int i = 0; i < count; ++i, ++epoch) {
      for (const yhat::Batch& batch : yhat::batches(data, {.size = 7, .shuffle = &shuffle})) {
        optimiser->zero_grad();
        yhat::cross_entropy(net(batch.images), batch.labels).backward();
        optimiser->step();
      }
    }
  }
  void save(const std::string& path) {
    yhat::Checkpoint c;
    c.model = yhat::state_dict(net);
    c.optimiser = yhat::state_dict(*optimiser);
    c.epoch = epoch;
    c.numbers = {{"lr", optimiser->lr()}};
    c.rngs = {{"shuffle", shuffle.state()}};
    for (yhat::Rng* rng : net.generators()) c.rngs.emplace_back("net." + std::to_string(c.rngs.size()), rng->state());
    yhat::save_checkpoint(path, c);
  }
  void load(const std::string& path) {
    const yhat::Checkpoint c = yhat::load_checkpoint(path);
    yhat::load_state_dict(net, c.model);
    yhat::load_state_dict(*optimiser, c.optimiser);
    epoch = c.epoch;
    optimiser->set_lr(c.numbers.at(0).second);
    shuffle.set_state(c.rngs.at(0).second);
    std::size_t next = 1;
    for (yhat::Rng* rng : net.generators()) rng->set_state(c.rngs.at(next++).second);
  }

  yhat::Rng init;
  yhat::Rng shuffle;
  yhat::Sequential net;
  std::unique_ptr<yhat::Optimizer> optimiser;
  std::int64_t epoch = 0;
};

bool same(const yhat::StateDict& a, const yhat::StateDict& b) {
  bool all = a.size() == b.size() && !a.empty();
  for (std::size_t i = 0; all && i < a.size(); ++i) {
    all = a[i].first == b[i].first && yhat::test::same_bits(a[i].second, b[i].second);
  }
  return all;
}

}  // namespace

TEST_CASE("79 save, load, continue is bitwise equal to never stopping") {
  yhat::Rng rng(5);
  yhat::Dataset data;
  data.images = yhat::randn({40, 6}, rng);
  for (int i = 0; i < 40; ++i) data.labels.push_back(rng.below(3));
  data.classes = {"a", "b", "c"};
  const yhat::test::TempFolder folder;
  for (const bool adam : {false, true}) {
    CAPTURE(adam);
    Run straight(adam, 1);
    straight.epochs(data, 2);
    straight.optimiser->set_lr(0.03);
    straight.save(folder / "half");
    straight.epochs(data, 3);

    Run resumed(adam, 99);  // other weights, other streams: all of it must come from the file
    CHECK_FALSE(same(yhat::state_dict(resumed.net), yhat::state_dict(straight.net)));
    resumed.load(folder / "half");
    resumed.epochs(data, 3);
    CHECK(resumed.epoch == 5);
    CHECK(same(yhat::state_dict(resumed.net), yhat::state_dict(straight.net)));
    CHECK(same(yhat::state_dict(*resumed.optimiser), yhat::state_dict(*straight.optimiser)));

    Run other(adam, 99);  // and the comparison can fail: without the streams the dropout masks differ
    other.load(folder / "half");
    for (yhat::Rng* generator : other.net.generators()) generator->next();
    other.epochs(data, 3);
    CHECK_FALSE(same(yhat::state_dict(other.net), yhat::state_dict(straight.net)));
  }
}
