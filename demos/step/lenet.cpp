// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <yhat/dataset.h>
#include <yhat/lenet.h>
#include <yhat/losses.h>
#include <yhat/ops.h>
#include <yhat/sgd.h>

#include "example.h"

// LeNet-5 as a whole: one box per module, activations and gradients as pictures.
namespace yhat::step {
namespace {

// Puts other tensors in the place of a model's parameters, in the order of Module::parameters.
class Replace final : public Parts {
 public:
  Replace(Module& model, const Tensors& by, std::size_t from) : by_(by), next_(from) { model.visit(*this); }

 private:
  void on_parameter(std::string_view, Tensor& value) override { value = by_[next_++]; }
  void on_child(std::string_view, Module& child) override { child.visit(*this); }
  const Tensors& by_;
  std::size_t next_;
};

constexpr std::uint64_t seed = 42;

}  // namespace

Trace lenet(const Request& request) {
  const Dataset test = fashion_mnist_sample().test;
  const std::int64_t which = 0;
  const std::int64_t label = test.labels[which];
  const std::string& kind = test.classes[static_cast<std::size_t>(label)];

  Rng rng{seed};
  Sequential model = lenet5(rng);
  model.to(request.dtype);
  Tensors leaves = {leaf(slice(test.images, 0, which, which + 1).to(request.dtype), "image", false)};
  for (const Tensor& p : model.parameters()) leaves.push_back(p);
  const auto program = [&](const Tensors& in) {
    Replace(model, in, 1);
    return cross_entropy(model(in[0]), {label}).label("L");
  };

  Recorder recorder({.title = fmt::format("LeNet-5 on a picture of class {} ({}), one step of SGD", label, kind),
                     .command = request.command,
                     .seed = seed});
  recorder.phase("forward and backward");
  run_pass(recorder, program, leaves);
  recorder.phase("one step of SGD");
  Replace(model, leaves, 1);
  SGD sgd(model.parameters(), {.lr = 0.05});
  {
    const Observe on(recorder);
    sgd.step();
  }
  Trace trace = recorder.trace();
  for (TraceTensor& t : trace.tensors) {
    if (t.shape.size() == 4) t.planes = 16;
  }
  const double before = forward_event(trace, "L").data[0];
  const double after = program(leaves).item();
  trace.lead = {
      fmt::format("A picture of 28 x 28 from the test images of Fashion-MNIST, and a LeNet-5 that has learnt "
                  "nothing yet (random weights, seed {}). A box is a module; its steps say what goes forward, "
                  "and what comes back to each of its inputs and parameters.",
                  seed)};
  trace.tail = {
      fmt::format(
          "Ten classes, no knowledge: the loss is {}, near ln 10 = 2.303. After one step against the gradient of "
          "this picture, it is {} on the same picture.",
          format_number(before, 4), format_number(after, 4)),
      "Blue is positive, orange and hatched negative; each picture has a scale of its own. Where a picture of a "
      "gradient is "
      "empty, relu or pooling let nothing through.",
      "The picture itself gets no gradient: nobody asked for it, so it is not computed."};
  forward_event(trace, "conv1").question = {"How many pictures does conv1 make of one, and how large?",
                                            "6 of 28 x 28: the padding keeps the size."};
  forward_event(trace, "pool1").question = {"What does pooling keep?", "The largest of each 2 x 2: 14 x 14 are left."};
  backward_event(trace, "L", "fc3").question = {
      "Ten classes. Which entry of the gradient of the scores is negative?",
      fmt::format("Only that of the true class, {}: softmax minus one-hot.", label)};
  backward_event(trace, "pool2", "relu2").question = {
      "How many of the 1,600 gradients can be other than zero?",
      "At most 400: one winner in each window. Fewer, where the winner was 0 already."};
  backward_event(trace, "conv2", "conv2.weight").question = {
      "Each weight of conv2 was used at 100 places. What is its gradient?", "The sum over all of them."};
  event(trace, EventKind::update, "conv1.weight").question = {"Which way do the weights go?",
                                                              "Against the gradient, 0.05 times as far."};
  return trace;
}

}  // namespace yhat::step
