// SPDX-License-Identifier: MIT
// Prints the table of AlexNet by your functions, and the shares that the handout asks you to predict.
#include <audit.h>
#include <fmt/format.h>
#include <yhat/labs/check.h>

int main() {
  using namespace yhat::labs;
  const std::vector<LayerRecord> layers = alexnet_records();
  const std::vector<yhat::Shape> inputs = input_shapes(layers, {3, 227, 227});
  double all_macs = 0, conv_macs = 0, all_parameters = 0, conv_parameters = 0;
  fmt::print("{:<6} {:<15} {:>11} {:>8} {:>12}\n", "", "output", "parameters", "neurons", "MACs");
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto p = parameters(layers[i], inputs[i]), m = macs(layers[i], inputs[i]);
    fmt::print("{:<6} {:<15} {:>11} {:>8} {:>12}\n", layers[i].name,
               fmt::format("{}", output_shape(layers[i], inputs[i])), p, neurons(layers[i], inputs[i]), m);
    const bool conv = layers[i].kind == LayerKind::conv;
    all_macs += static_cast<double>(m);
    all_parameters += static_cast<double>(p);
    conv_macs += conv ? static_cast<double>(m) : 0;
    conv_parameters += conv ? static_cast<double>(p) : 0;
  }
  measured("conv_share_of_macs", 100 * conv_macs / all_macs);
  measured("conv_share_of_parameters", 100 * conv_parameters / all_parameters);
}
