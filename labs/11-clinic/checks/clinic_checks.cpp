// SPDX-License-Identifier: MIT
// Checks of lab 11: the loss has to fall, and the cause has to be gone. An observer watches each program run.
#include <clinic.h>
#include <fmt/format.h>
#include <yhat/autograd.h>
#include <yhat/labs/expect.h>
#include <yhat/losses.h>
#include <yhat/observer.h>
#include <yhat/ops.h>

#include <cmath>
#include <string>

using namespace yhat;
using namespace yhat::labs;

namespace {

// What can be seen from outside while a program trains.
struct Watcher : Observer {
  bool old_gradient = false;   // a gradient was added to that of an earlier step
  double lr = 0;               // the largest learning rate used
  bool probabilities = false;  // cross_entropy was given rows that sum to 1
  bool dead = false;           // relu let nothing through the first time
  bool cross_entropy = false;  // that, or nll_loss, was used
  int updates = 0, relus = 0;

  void forward(const ForwardEvent& e) override {
    const std::string op = e.op;
    if (op == "relu" && relus++ == 0) {
      dead = true;
      for (double v : e.output.to_vector()) dead = dead && v == 0;
    }
    if (op == "nll_loss") cross_entropy = true;
    if (op == "cross_entropy" && !cross_entropy) {
      cross_entropy = true;
      const std::vector<double> z = e.inputs[0].input.to_vector();
      double first_row = 0;
      for (std::size_t i = 0; i < 10; ++i) first_row += z[i];
      probabilities = std::abs(first_row - 1) < 1e-4;
    }
  }
  void accumulate(const AccumulateEvent& e) override {
    if (e.cause == nullptr && e.before.defined() && e.target.is_leaf()) old_gradient = true;
  }
  void update(const UpdateEvent& e) override {
    if (std::string(e.rule) == "zero_grad") return;
    ++updates;
    for (const Attribute& setting : e.settings) {
      if (std::string(setting.name) == "lr") lr = std::fmax(lr, setting.values[0]);
    }
  }
};

Dataset images() {
  std::vector<std::int64_t> index;
  for (std::int64_t i = 0; i < 512; ++i) index.push_back(i);
  Dataset data = fashion_mnist_sample().train.subset(index);
  data.images = normalise(data.images, {{0.286}, {0.353}});
  return data;
}

struct Run {
  Watcher seen;
  Sequential net;
  Dataset data;
  double loss;  // mean cross-entropy afterwards, on the pairs as they belong together
};

Run watch(Sequential (*train)(const Dataset&, Rng&), std::uint64_t seed) {
  Rng rng = seeded(seed);
  Run run{{}, {}, images(), 0};
  {
    const Observe watching(run.seen);
    run.net = train(run.data, rng);
  }
  const NoGrad values_only;
  run.loss = cross_entropy(run.net(run.data.images), run.data.labels).item();
  show("loss afterwards", run.loss);
  show("steps", run.seen.updates / 4.0);
  show("learning rate", run.seen.lr);
  return run;
}

// The target is what the cured program reaches on ten seeds, and some more.
void learns(const Run& run, double target) {
  CHECK_MESSAGE(run.loss <= target, "loss " << run.loss << ", expected at most " << target);
  CHECK_MESSAGE(run.seen.updates > 0, "no step was made");
}

// So that the answers do not stand here in plain words.
std::uint64_t fingerprint(int number, Cause cause) {
  std::uint64_t hash = 14695981039346656037u;
  for (std::uint64_t part :
       {static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(cause), std::uint64_t{11}}) {
    hash = (hash ^ part) * 1099511628211u;
  }
  return hash;
}

void diagnosed(int number, Cause yours, std::uint64_t right) {
  const bool found = fingerprint(number, yours) == right;
  if (!found) note(fmt::format("case{}.diagnosis", number));
  CHECK_MESSAGE(found, "this is not what is wrong with case " << number);
}

}  // namespace

TEST_CASE("11.1 case 1 learns") {
  const Run run = watch(train_case1, 111);
  if (run.seen.old_gradient) note("case1.cause");
  CHECK_MESSAGE(!run.seen.old_gradient, "a gradient was added to that of the step before");
  learns(run, 0.85);
}
TEST_CASE("11.2 case 2 learns") {
  const Run run = watch(train_case2, 112);
  if (run.seen.lr > 1) note("case2.cause", {text_of(run.seen.lr)});
  learns(run, 0.85);
}
TEST_CASE("11.3 case 3 learns") {
  const Run run = watch(train_case3, 113);
  if (run.seen.probabilities) note("case3.cause");
  CHECK_MESSAGE(!run.seen.probabilities, "cross_entropy was given probabilities, it wants logits");
  learns(run, 0.85);
}
TEST_CASE("11.4 case 4 learns") {
  const Run run = watch(train_case4, 114);
  if (run.loss > 1.5) note("case4.cause", {text_of(std::round(100 * run.loss) / 100)});
  learns(run, 0.85);
}
TEST_CASE("11.5 case 5 learns") {
  const Run run = watch(train_case5, 115);
  if (run.seen.dead) note("case5.cause");
  CHECK_MESSAGE(!run.seen.dead, "the outputs of relu are all 0");
  learns(run, 0.85);
}
TEST_CASE("11.6 case 6 learns") {
  const Run run = watch(train_case6, 116);
  if (!run.seen.cross_entropy || run.loss > 1.5 || std::isnan(run.loss)) note("case6.cause");
  CHECK_MESSAGE(run.seen.cross_entropy, "the loss is not cross-entropy any more");
  learns(run, 0.85);
}

TEST_CASE("11.1d case 1 diagnosed") { diagnosed(1, cause_of_case1(), 0xd0a3a218672743bd); }
TEST_CASE("11.2d case 2 diagnosed") { diagnosed(2, cause_of_case2(), 0xea9c9d1875dc4165); }
TEST_CASE("11.3d case 3 diagnosed") { diagnosed(3, cause_of_case3(), 0xe1f32c1870f453b8); }
TEST_CASE("11.4d case 4 diagnosed") { diagnosed(4, cause_of_case4(), 0xb6b4c718587ad0fa); }
TEST_CASE("11.5d case 5 diagnosed") { diagnosed(5, cause_of_case5(), 0xae0e9e185395937c); }
TEST_CASE("11.6d case 6 diagnosed") { diagnosed(6, cause_of_case6(), 0xc80e791862507972); }
