// SPDX-License-Identifier: MIT
// Promise a: the same inputs give the same bits, from run to run and for any number of threads.
#include <doctest/doctest.h>

#include "tests/files/support.h"
#include "training_run.h"

using namespace yhat;
using yhat::test::TrainingRun;

namespace {

struct Threads {
  explicit Threads(int n) : before(num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  int before;
};

std::uint64_t after(int steps, int threads, bool adam = false, std::uint64_t seed = 1) {
  const Threads limit(threads);
  TrainingRun run(seed, adam);
  run.train(steps);
  return run.final_digest();
}

}  // namespace

TEST_CASE("promise a: forward and backward have the same bits when repeated, and with 1, 2, 4 and 8 threads") {
  std::vector<Tensors> results;
  for (int threads : {1, 1, 2, 4, 8}) {
    const Threads limit(threads);
    TrainingRun run;
    const Tensor logits = run.net(run.data.images);
    const Tensor loss = cross_entropy(logits, run.data.labels);
    Tensors all = {logits.detach(), loss.detach()};
    for (const Tensor& g : grad(loss, run.net.parameters())) all.push_back(g);
    results.push_back(all);
  }
  for (const Tensors& r : results) {
    REQUIRE(r.size() == results[0].size());
    for (std::size_t i = 0; i < r.size(); ++i) CHECK(yhat::test::same_bits(r[i], results[0][i]));
  }
}

TEST_CASE("promise a: 100 steps of training have the same bits when repeated, and with 1, 2 and 4 threads") {
  const std::uint64_t once = after(100, 1);
  for (int threads : {1, 2, 4}) {
    CAPTURE(threads);
    CHECK(after(100, threads) == once);
  }
  CHECK(after(3, 1) != after(3, 1, false, 2));  // and the digest can tell two runs apart
}

TEST_CASE("promise a: a run that was saved, loaded and continued has the bits of one that never stopped") {
  const yhat::test::TempFolder folder;
  for (bool adam : {false, true}) {
    CAPTURE(adam);
    TrainingRun straight(1, adam);
    straight.train(15);
    Checkpoint c{.model = state_dict(straight.net), .optimiser = state_dict(*straight.optimiser)};
    c.rngs = {{"shuffle", straight.shuffle.state()}};
    for (Rng* rng : straight.net.generators()) c.rngs.emplace_back("net", rng->state());
    save_checkpoint(folder / "c", c);
    straight.train(15);

    TrainingRun resumed(99, adam);  // other weights and other random numbers: all must come from the file
    const Checkpoint back = load_checkpoint(folder / "c");
    load_state_dict(resumed.net, back.model);
    load_state_dict(*resumed.optimiser, back.optimiser);
    resumed.shuffle.set_state(back.rngs.at(0).second);
    for (Rng* rng : resumed.net.generators()) rng->set_state(back.rngs.at(1).second);
    {
      const Threads four(4);
      resumed.train(15);
    }
    CHECK(yhat::test::same_bits(state_dict(resumed.net), state_dict(straight.net)));
    CHECK(yhat::test::same_bits(state_dict(*resumed.optimiser), state_dict(*straight.optimiser)));
    CHECK(resumed.shuffle.state() == straight.shuffle.state());
    CHECK(resumed.net.generators()[0]->state() == straight.net.generators()[0]->state());
  }
}

TEST_CASE("autograd 12: zero_grad then backward has the bits of a fresh run") {
  TrainingRun used;
  TrainingRun fresh;
  used.net.eval();  // without dropout and batch statistics, which move on
  fresh.net.eval();
  const auto backward = [](TrainingRun& run) { cross_entropy(run.net(run.data.images), run.data.labels).backward(); };
  backward(used);
  backward(used);
  for (Tensor p : used.net.parameters()) p.zero_grad();
  backward(used);
  backward(fresh);
  const Tensors a = used.net.parameters();
  const Tensors b = fresh.net.parameters();
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(yhat::test::same_bits(a[i].grad(), b[i].grad()));
}
