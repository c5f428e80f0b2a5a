// SPDX-License-Identifier: MIT
// AlexNet on two GPUs: grouped convolutions are two networks side by side that meet in some layers only.
#include <fmt/format.h>

#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/tables.h"
#include "two_gpus/halves.h"

namespace {

using namespace yhat;
using namespace demo;

void the_two_cards(const Screen& screen, const Summary& net) {
  screen.heading("1. Who computes what");
  const auto line = [&](const std::string& text) { screen.line(text.substr(0, text.find_last_not_of(' ') + 1)); };
  const auto centred = [](const std::string& text, std::size_t width) {
    const std::size_t left = (width - std::min(width, text.size())) / 2;
    return std::string(left, ' ') + text + std::string(width - left - text.size(), ' ');
  };
  line(fmt::format("  {:<7}{}      {}", "", centred("GPU 1", 22), centred("GPU 2", 22)));
  for (const OnTwoGpus& on : on_two_gpus(net)) {
    const bool last = on.half.numel() == 1000;
    const std::string maps = on.half.ndim() == 3 ? sizes(on.half) : fmt::format("{} units", on.half[0]);
    if (on.both) line(fmt::format("  {:<7}{}  <==>  {}", "", centred("|", 22), centred("|", 22)));
    if (!on.both && on.layer != "conv1") {
      line(fmt::format("  {:<7}{}        {}", "", centred("|", 22), centred("|", 22)));
    }
    if (last) {
      line(fmt::format("  {:<7}{}", on.layer, centred(fmt::format("[ {} ]", maps), 52)));
    } else {
      line(fmt::format("  {:<7}{}        {}", on.layer, centred(fmt::format("[ {} ]", maps), 22),
                       centred(fmt::format("[ {} ]", maps), 22)));
    }
  }
  screen.paragraph("\n<==>: both halves see the maps of both cards. Elsewhere each half goes on with its own.");
  std::vector<std::vector<std::string>> rows;
  std::int64_t received = 0;
  for (const OnTwoGpus& on : on_two_gpus(net)) {
    rows.push_back({on.layer,
                    on.layer == "conv1" ? "the image"
                    : on.both           ? "both cards"
                                        : "its own card",
                    thousands(on.parameters), count(on.received)});
    received += on.received;
  }
  screen.line("");
  screen.table({"layer", "inputs from", "parameters on a card", "values received per image"}, rows);
  const Summary whole = summary(alexnet_description({.grouped = false}));
  screen.paragraph(fmt::format(
      "\nFor each image, up to {} values go from each card to the other. If every convolution saw both, there would be "
      "{} more "
      "parameters ({} instead of {}: the grouped layers' weights doubled) and {:.2f} times the multiply-accumulates.",
      thousands(received), thousands(whole.parameters() - net.parameters()), thousands(whole.parameters()),
      thousands(net.parameters()), static_cast<double>(whole.macs()) / static_cast<double>(net.macs())));
}

void grouped_is_two(const Screen& screen, const Summary& net, Rng& rng) {
  screen.heading("2. A grouped convolution is two convolutions, concatenated");
  screen.paragraph(
      "Random maps, weights and incoming gradient, f64, at the layer's real size: conv2d with groups = 2 against two "
      "conv2d of half the maps whose outputs are concatenated. Largest differences:");
  std::vector<std::vector<std::string>> rows;
  std::vector<std::vector<std::string>> leaks;
  for (const SummaryRow& r : rows_of_type(net, "conv")) {
    if (r.name == "conv1") continue;  // its input is the image
    const Conv2dOptions options{.in = r.input[0],
                                .out = r.info.output[0],
                                .kernel = r.info.kernel,
                                .stride = r.info.stride,
                                .padding = r.info.padding,
                                .groups = r.info.groups};
    const Crossing between = crossing(options, r.input[1], rng);
    leaks.push_back({r.name, fmt::to_string(r.info.groups), fmt::format("{:.2f}", between.own),
                     between.across == 0 ? "0" : fmt::format("{:.2f}", between.across)});
    if (r.info.groups != 2) continue;
    const HalvesCompared c = compare_halves(r.name, options, r.input[1], rng);
    rows.push_back({c.layer, fmt::format("{0}+{0} -> {1}+{1}", c.in, c.out), sizes(c.kernel), within(c.output, 1e-14),
                    within(c.x_gradient, 1e-14), within(c.weight_gradient, 1e-14), within(c.bias_gradient, 1e-14)});
  }
  screen.table({"layer", "maps", "weight, half", "output", "dL/dx", "dL/dw", "dL/db"}, rows);
  screen.paragraph("\nThe largest gradient of the first half's output (the sum of it) in each half of the input:");
  screen.table({"layer", "groups", "in its own half", "in the other half"}, leaks);
  screen.paragraph("With two groups nothing crosses, and the 0 is exact. In conv3 the halves meet.");
}

int two_gpus(int argc, char** argv) {
  RunOptions options;
  CommandLine line("two_gpus", "AlexNet's grouped convolutions as two halves on two cards.");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);
  const Summary net = summary(alexnet_description());
  Rng rng(static_cast<std::uint64_t>(options.seed));
  the_two_cards(screen, net);
  grouped_is_two(screen, net, rng);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, two_gpus); }
