// SPDX-License-Identifier: MIT
// parity alexnet|vgg16 f32|f64 WEIGHTS IMAGES OUT: a training step of torchvision's network at full size, for
// torchvision_parity.py to compare: logits, loss, gradients, and what each relu let through.
#include "tests/models/parity.h"

#include <fmt/format.h>

#include <string_view>

using namespace yhat;

namespace {

class Rectified : public Observer {
 public:
  StateDict outputs;
  void forward(const ForwardEvent& e) override {
    if (e.op == std::string_view("relu"))
      outputs.emplace_back(fmt::format("relu.{}", outputs.size()), e.output.detach());
  }
};

void run(const std::string& name, Dtype dtype, const std::string& weights, const std::string& input,
         const std::string& out) {
  Rng rng(0);
  Sequential model = name == "alexnet" ? alexnet_torchvision(rng) : vgg(VggConfig::D, rng);
  load_state_dict(model, load_safetensors(weights));
  model.to(dtype);
  const StateDict file = load_safetensors(input);
  std::vector<std::int64_t> labels;
  for (const double label : file.at(1).second.to_vector()) labels.push_back(static_cast<std::int64_t>(label));
  Rectified rectified;
  Observe on(rectified);
  StateDict result = parity::training_step(model, file.at(0).second.to(dtype), labels);
  if (dtype == Dtype::f32) result.insert(result.end(), rectified.outputs.begin(), rectified.outputs.end());
  save_safetensors(out, result);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 6) throw ArgumentError("parity", "usage: parity alexnet|vgg16 f32|f64 WEIGHTS IMAGES OUT");
    run(argv[1], std::string(argv[2]) == "f64" ? Dtype::f64 : Dtype::f32, argv[3], argv[4], argv[5]);
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
