// SPDX-License-Identifier: MIT
// The numbers were made by torchvision_parity.py --golden with torchvision 0.14.1 on torch 1.13.0.
#include <doctest/doctest.h>

#include "tests/models/parity.h"
#include "tests/near.h"

using namespace yhat;

#ifdef YHAT_TEST_EMBED_SAMPLE
namespace {

const StateDict& golden() {
  static const StateDict file =
      load_safetensors(std::string(YHAT_TEST_SOURCE_DIR) + "/tests/models/torchvision_golden.safetensors");
  return file;
}
Tensor golden(const std::string& name) {
  for (const auto& [key, value] : golden()) {
    if (key == name) return value;
  }
  FAIL("no " << name);
  return {};
}

/// The largest difference, relative to the largest number that is wanted.
double relative(const Tensor& got, const Tensor& want) {
  REQUIRE(got.shape() == want.shape());
  return max(abs(got.to(Dtype::f64) - want)).item() / max(abs(want)).item();
}

// As projections() of torchvision_parity.py: (parameters,4).
Tensor projections(const StateDict& step) {
  std::vector<double> all;
  std::uint32_t number = 1000;
  for (const auto& [name, gradient] : step) {
    if (!name.starts_with("grad.")) continue;
    double sum = 0, squares = 0, largest = 0, dot = 0;
    std::uint32_t i = 0;
    for (const double g : gradient.to_vector()) {
      sum += g;
      squares += g * g;
      largest = std::max(largest, std::abs(g));
      dot += g * parity::hashed(i++, number);
    }
    all.insert(all.end(), {sum, std::sqrt(squares), largest, dot});
    ++number;
  }
  return from_values(all, {static_cast<std::int64_t>(all.size() / 4), 4}, Dtype::f64);
}

}  // namespace

TEST_CASE("torchvision's alexnet and vgg16, narrowed: logits, gradients and two training steps agree, f32 and f64") {
  const Tensor images = parity::photographs(fashion_mnist_sample().test.images, 2);
  const std::vector<std::int64_t> labels = {3, 7};
  for (const std::string name : {"alexnet", "vgg16"}) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      CAPTURE(name);
      CAPTURE(static_cast<int>(dtype));
      const double limit = dtype == Dtype::f32 ? 1e-4 : 1e-10;
      Rng rng(0);
      const WidthOptions widths{.classes = 10, .narrow = 32};
      Sequential model = name == "alexnet" ? alexnet_torchvision(rng, widths) : vgg(VggConfig::D, rng, widths);
      model.to(Dtype::f64);
      parity::fill(model);
      model.to(dtype);
      SGD optimizer(model.parameters(), {.lr = 1e-3, .momentum = 0.9, .weight_decay = 5e-4});

      const StateDict step = parity::training_step(model, images.to(dtype), labels);
      CHECK(relative(step[0].second, golden(name + ".logits")) <= limit);
      CHECK(relative(step[1].second, golden(name + ".loss")) <= limit);
      const Tensor got = projections(step);
      const Tensor want = golden(name + ".gradients");
      REQUIRE(got.shape() == want.shape());
      for (std::int64_t i = 0; i < want.dim(0); ++i) {
        CAPTURE(step[static_cast<std::size_t>(i + 2)].first);
        const double norm = want.at({i, 1});
        const auto elements = static_cast<double>(step[static_cast<std::size_t>(i + 2)].second.size());
        for (std::int64_t k = 0; k < 4; ++k) {  // a sum of n numbers grows as the root of n times their norm
          CAPTURE(k);
          CHECK(std::abs(got.at({i, k}) - want.at({i, k})) <= limit * norm * (k == 0 ? std::sqrt(elements) : 1));
        }
      }
      optimizer.step();
      parity::training_step(model, images.to(dtype), labels);
      optimizer.step();
      CHECK(relative(parity::training_step(model, images.to(dtype), labels)[0].second,
                     golden(name + ".after_two_steps")) <= limit);
    }
  }
}
#endif
