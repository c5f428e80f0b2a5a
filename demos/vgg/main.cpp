// SPDX-License-Identifier: MIT
// VGG beside the lecture's slides: the five configurations, where parameters, work and memory are, and AlexNet for
// comparison.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/tables.h"
#include "vgg/figures.h"

namespace {

using namespace yhat;
using namespace demo;

void layers(const Screen& screen, const Summary& net) {
  screen.heading("1. VGG-16 (configuration D), layer by layer");
  std::vector<std::vector<std::string>> rows;
  rows.push_back({"input", sizes(net.input), "", "", "", "1"});
  for (const SummaryRow& r : net.rows) {
    rows.push_back({r.name, sizes(r.info.output), count(r.parameters()), r.info.neurons ? thousands(r.outputs()) : "-",
                    count(r.info.macs), fmt::to_string(r.receptive_field.h)});
  }
  rows.push_back({"total", "", thousands(net.parameters()), thousands(net.neurons()), thousands(net.macs()), ""});
  screen.table({"layer", "output", "parameters", "neurons", "MACs", "receptive field"}, rows);
  const SummaryRow& fc6 = row_of(net, "fc6");
  screen.paragraph(fmt::format(
      "\nfc6 alone has {:.1f} % of the weights; the fully connected layers {:.2f} % of the parameters, the "
      "convolutions "
      "{:.2f} % of the multiply-accumulates. All of this is worked out from the description: the weights would take "
      "{:.2f} "
      "MiB, and none is allocated.",
      share(fc6.info.weights, net.parameters()), fc_share(net), conv_mac_share(net), mebibytes(net.parameters())));
}

void configurations(const Screen& screen) {
  screen.heading("2. The five configurations");
  std::vector<std::vector<std::string>> rows;
  for (const Configuration& c : configurations_of_vgg()) {
    rows.push_back({c.name, fmt::format("{} + {}", c.convolutions, c.fully_connected), c.slide,
                    thousands(c.table.parameters()), quotes(c.slide, {c.table.parameters()}) ? "ok" : "WRONG",
                    two(fc_share(c.table)), thousands(c.table.macs()), two(conv_mac_share(c.table))});
  }
  screen.table({"", "conv + fc", "slide", "parameters", "", "% in fc", "MACs", "% in conv"}, rows);
  screen.paragraph("C is D with 1x1 kernels in the third convolution of stages 3 to 5: they widen nothing.");
  screen.paragraph("\nReceptive field after each layer of each stage, then in fc6:");
  for (const Configuration& c : configurations_of_vgg()) {
    std::string text = fmt::format("{} ", c.name.back());
    for (const auto& stage : c.fields) text += fmt::format(" {};", fmt::join(stage, ","));
    screen.paragraph(fmt::format("{} {}", text, row_of(c.table, "fc6").receptive_field.h), 2);
  }
}

void against_alexnet(const Screen& screen) {
  screen.heading("3. VGG-16 against AlexNet");
  std::vector<std::vector<std::string>> rows;
  for (const Ratio& r : vgg_against_alexnet()) {
    rows.push_back({r.what, thousands(r.alexnet), thousands(r.vgg), two(r.times())});
  }
  screen.table({"", "AlexNet", "VGG-16", "times"}, rows);
  screen.paragraph("Memory while training goes with the maps, not with the parameters: twenty times, not two.");
}

void memory(const Screen& screen, const Summary& net) {
  screen.heading("4. Memory (f32, MiB = 2^20 bytes)");
  const VggMemory m = vgg_memory();
  screen.facts({{"parameters", fmt::format("{:.2f}; x 3 with gradient and momentum: {:.2f}", m.parameters,
                                           m.parameters_gradient_momentum)},
                {"one image", fmt::format("{} outputs and inputs, {:.2f}", thousands(net.all_values()), m.outputs)},
                {"ReLU kept apart", fmt::format("{} values, {:.2f}",
                                                thousands(net.all_values() + net.activation_outputs), m.outputs_apart)},
                {"evaluation, at least", fmt::format("{:.2f}: the largest layer's input and output", m.largest_pair)},
                {"training", fmt::format("x 2, outputs and their gradients: {:.2f} for one image, {:.2f} for 128",
                                         m.training, 128 * m.training)}});
  screen.paragraph(
      fmt::format("\nThe course notes cs231n print 24 M values, 93 MB, for one image. Their own rows add up to {}, {} "
                  "bytes. Keeping "
                  "ReLU's outputs apart gives {:.2f} M.",
                  thousands(net.all_values()), thousands(4 * net.all_values()),
                  static_cast<double>(net.all_values() + net.activation_outputs) / 1e6));
}

void everywhere(const Screen& screen) {
  screen.heading("5. \"Convolutions: 90-95 % of the computation, 5 % of the parameters\"");
  std::vector<std::vector<std::string>> rows;
  for (const Shares& s : convolution_shares()) {
    rows.push_back({s.network, two(s.work), two(s.parameters), s.as_stated() ? "yes" : "no"});
  }
  screen.table({"network", "% of the MACs", "% of the parameters", "as stated"}, rows);
  screen.paragraph("True of AlexNet, for which it was said; not a law.");
}

int vgg_demo(int argc, char** argv) {
  RunOptions options;
  CommandLine line("vgg", "VGG A to E beside the lecture's slides, and against AlexNet.");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);
  const Summary net = summary(vgg_description(VggConfig::D));
  layers(screen, net);
  configurations(screen);
  against_alexnet(screen);
  memory(screen, net);
  everywhere(screen);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, vgg_demo); }
