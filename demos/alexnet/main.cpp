// SPDX-License-Identifier: MIT
// AlexNet beside the lecture's slide: what each layer costs, what the slide says, and what is wrong on it and why.
#include "alexnet/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/program.h"
#include "support/run_options.h"
#include "support/screen.h"
#include "support/tables.h"
#include "two_gpus/halves.h"

namespace {

using namespace yhat;
using namespace demo;

std::string verdict(bool right) { return right ? "ok" : "WRONG"; }

void beside_the_slide(const Screen& screen, const Summary& net) {
  screen.heading("1. The network beside the slide");
  std::vector<std::vector<std::string>> rows;
  std::size_t at = 0;
  for (const SummaryRow& r : net.rows) {
    const LayerInfo& i = r.info;
    std::vector<std::string> row = {r.name, sizes(i.output)};
    if (i.weights > 0) {
      const SlideRow& slide = alexnet_slide()[at++];
      row.insert(row.end(), {slide.parameters, thousands(i.weights), thousands(i.biases),
                             verdict(quotes(slide.parameters, {i.weights, r.parameters()})), slide.neurons,
                             thousands(r.outputs()), verdict(quotes(slide.neurons, {r.outputs()}))});
    } else {
      row.insert(row.end(), {"", "", "", "", "", "", ""});
    }
    rows.push_back(row);
  }
  const SlideRow& total = alexnet_slide().back();
  std::int64_t weights = 0;
  for (const SummaryRow& r : net.rows) weights += r.info.weights;
  rows.push_back({"total", "", total.parameters, thousands(weights), thousands(net.parameters() - weights),
                  verdict(quotes(total.parameters, {weights, net.parameters()})), total.neurons,
                  thousands(net.neurons()), verdict(quotes(total.neurons, {net.neurons()}))});
  screen.table({"layer", "output", "slide", "weights", "biases", "", "slide", "neurons", ""}, rows);
  screen.paragraph(fmt::format(
      "\nAll parameters: {}. A figure counts as right if it is the exact one, rounded or truncated, with or without "
      "biases. Neurons are the outputs of convolutions and fully connected layers.",
      thousands(net.parameters())));
}

void what_is_wrong(const Screen& screen, const Summary& net) {
  screen.heading("2. What is wrong on the slide, and why");
  const SummaryRow& fc6 = row_of(net, "fc6");
  const SummaryRow& conv1 = row_of(net, "conv1");
  const std::int64_t conv1_neurons = conv1.outputs();
  screen.paragraph(
      fmt::format("- FC6 has {} x {} = {} weights: 37 M, not 87 M. With 87 M the row would sum to 109 M, "
                  "not to the 60 M beside it.",
                  sizes(fc6.input), fc6.outputs(), thousands(fc6.info.weights)));
  screen.paragraph(fmt::format(
      "- Conv1 has {} = {} neurons. 55x48x96 = {}: the slide's figure has 48 of the 55 columns; the paper's figure 2 "
      "prints it too, without saying why.",
      sizes(conv1.info.output), thousands(conv1_neurons), thousands(55 * 48 * 96)));
  screen.paragraph(
      fmt::format("- All neurons: {} (the paper: 650,000); with 253,440 in conv1's place {}. Neither is "
                  "0.63 M.",
                  thousands(net.neurons()), thousands(net.neurons() - conv1_neurons + 253'440)));
  screen.paragraph(fmt::format("- Fully connected: {} = {:.2f} %. \"57 million\" is 37 + 16 + 4, each cut off.",
                               thousands(net.fc_parameters()), fc_share(net)));
  std::vector<std::string> steps;
  std::int64_t before = net.input[1];
  for (const SummaryRow& r : net.rows) {
    if (r.info.output.ndim() == 3 && r.info.output[1] != before) {
      steps.push_back(fmt::format("{} -> {} {}", before, r.info.output[1],
                                  r.info.type == "conv" ? r.name + " (stride 4)" : r.name));
      before = r.info.output[1];
    }
  }
  screen.paragraph(fmt::format("- The maps shrink {}: the first and largest step is a convolution's, not pooling's.",
                               fmt::join(steps, ", ")));
  std::vector<std::string> parameters;
  std::vector<std::string> neurons;
  for (const SummaryRow& r : rows_of_type(net, "conv")) {
    parameters.push_back(thousands(r.parameters()));
    neurons.push_back(thousands(r.outputs()));
  }
  screen.paragraph(fmt::format("- Parameters do not keep increasing with depth: {}. Neurons do decrease: {}.",
                               fmt::join(parameters, " "), fmt::join(neurons, " ")));
}

void where_the_work_is(const Screen& screen, const Summary& net) {
  screen.heading("3. Where the work is");
  std::vector<std::vector<std::string>> rows;
  for (const SummaryRow& r : net.rows) {
    if (r.info.macs == 0) continue;
    rows.push_back({r.name, thousands(r.info.macs), two(share(r.info.macs, net.macs())), thousands(r.parameters()),
                    two(share(r.parameters(), net.parameters())), fmt::to_string(r.receptive_field.h)});
  }
  rows.push_back({"total", thousands(net.macs()), "100.00", thousands(net.parameters()), "100.00", ""});
  screen.table({"layer", "MACs", "%", "parameters", "%", "receptive field"}, rows);
  const Summary whole = summary(alexnet_description({.grouped = false}));
  screen.paragraph(
      fmt::format("\nConvolutions: {:.2f} % of the multiply-accumulates, {:.2f} % of the parameters. Without groups: "
                  "{} parameters more, {} MACs in all.",
                  conv_mac_share(net), 100 - fc_share(net), thousands(whole.parameters() - net.parameters()),
                  thousands(whole.macs())));
}

void image_size(const Screen& screen) {
  screen.heading("4. 224 or 227 pixels");
  std::vector<std::vector<std::string>> rows;
  for (const FirstConvolution& c : first_convolutions()) {
    const bool all_seen = c.unseen.empty() && c.unseen_columns.empty();
    rows.push_back(
        {c.input, fmt::format("{} x {}", c.output, c.output),
         all_seen ? "none"
                  : fmt::format("row {}, column {}", fmt::join(c.unseen, " "), fmt::join(c.unseen_columns, " "))});
  }
  screen.table({"image", "conv1's map", "pixels whose gradient is exactly 0"}, rows);
  const Summary small = summary(alexnet_description(), {3, 224, 224});
  std::vector<std::int64_t> side;
  for (const char* layer : {"conv1", "pool1", "pool2", "pool5"}) side.push_back(row_of(small, layer).info.output[1]);
  screen.paragraph(
      fmt::format("\nThe paper says 224, its tables need 55: its program rounded up, as if three rows and columns of "
                  "zeros followed "
                  "the image. 227 gives 55 by itself. 224 without padding gives {}: {} features where fc6 takes {}.",
                  fmt::join(side, ", "), thousands(row_of(small, "pool5").outputs()),
                  thousands(row_of(summary(alexnet_description()), "fc6").input.numel())));
}

std::string matrix_row(const Tensor& m, std::int64_t row) {
  std::string text;
  for (std::int64_t c = 0; c < m.dim(1); ++c) text += fmt::format("{:>4g}", m.at({row, c}));
  return text;
}

void pooling(const Screen& screen) {
  screen.heading("5. Overlapping max-pooling: where the gradient goes");
  screen.paragraph("Windows of 3x3, two pixels apart; a gradient of 1 comes from each output.\n");
  for (const PoolGradient& p : pool_gradients()) {
    screen.line(fmt::format("  {}", p.about));
    screen.line(fmt::format("  {:<24}{:<16}{}", "input", "output", "gradient"));
    for (std::int64_t r = 0; r < p.input.dim(0); ++r) {
      screen.line(fmt::format("{:<24}  {:<14}  {}", matrix_row(p.input, r),
                              r < p.output.dim(0) ? matrix_row(p.output, r) : "", matrix_row(p.gradient, r)));
    }
    screen.line("");
  }
}

void training(const Screen& screen, const Summary& net) {
  screen.heading("6. Training: momentum, dropout, memory");
  std::vector<std::vector<std::string>> rows;
  for (const MomentumRun& run : momentum_runs()) {
    rows.push_back({run.drop ? "0.001 at step 3" : "0.01 throughout", run.rule, fmt::format("{:.10f}", run.w[0]),
                    fmt::format("{:.10f}", run.w[1]), fmt::format("{:.10f}", run.w[2])});
  }
  screen.table({"rate", "rule", "w, step 1", "step 2", "step 3"}, rows);
  screen.paragraph(
      "\nThe paper keeps the rate inside the velocity, v = 0.9 v - 0.0005 eps w - eps g, PyTorch outside, w = w - eps "
      "v. While the rate is constant they agree; when it drops, the paper's velocity still has the old one.");
  const DropoutMean mean = dropout_mean();
  const auto pair = [](const Tensor& t) { return fmt::format("({:.6f}, {:.6f})", t.at({0}), t.at({1})); };
  screen.paragraph(fmt::format(
      "\nDropout before a linear layer, p = 1/2: the mean over all 16 masks is {}, halving the inputs at test gives "
      "{}. "
      "yhat and PyTorch double what is kept in training instead: mean {}, and at test {}. Each pair is equal to "
      "rounding; the stored weights are the paper's times 1/2.",
      pair(mean.over_masks), pair(mean.halved), pair(mean.scaled), pair(mean.plain)));
  const AlexNetCost cost = alexnet_cost();
  screen.paragraph(fmt::format(
      "\nMemory in f32: parameters {:.2f} MiB, with gradient and momentum {:.2f}; activations and their gradients for "
      "a "
      "batch of 128: {:.2f}. Together {:.2f} GiB, {:.2f} if ReLU's outputs are kept apart: why two cards of 3 GB were "
      "taken. For one image: {} values, {:.2f} MiB.",
      cost.parameters, cost.parameters_gradient_momentum, cost.activations, cost.total_gib(), cost.total_apart_gib(),
      thousands(net.all_values()), mebibytes(net.all_values())));
  screen.paragraph(
      fmt::format("\n90 epochs of 1.2 million images, forward and backward: {:.1e} FLOP, {:.0f} months at "
                  "20 GFLOP/s. \"About a week\" on the lecture's slide: the paper says five to six days.",
                  cost.flop, cost.months(20e9)));
}

void groups(const Screen& screen) {
  screen.heading("7. Two groups");
  Rng rng(1);
  const Conv2dOptions conv2{.in = 96, .out = 256, .kernel = 5, .padding = 2, .groups = 2};
  const HalvesCompared c = compare_halves("conv2", conv2, 5, rng);
  screen.paragraph(fmt::format(
      "conv2 in two groups is two convolutions of 48 maps to 128, side by side (largest difference of the outputs {}, "
      "of "
      "all gradients {}). The gradient of one half's output in the other half's input is {:g}. More: two_gpus.",
      within(c.output, 1e-14), within(c.gradients(), 1e-14), crossing(conv2, 5, rng).across));
}

int alexnet_demo(int argc, char** argv) {
  RunOptions options;
  bool forward = false;
  CommandLine line("alexnet", "AlexNet beside the lecture's slide: every figure computed, and what is wrong and why.");
  line.flag("--forward", forward, "also build the network at full size (0.3 GB) and send one image of noise through");
  add_run_options(line, options);
  line.parse(argc, argv);
  apply(options);
  const Screen screen(options.color);
  const Summary net = summary(alexnet_description());
  beside_the_slide(screen, net);
  what_is_wrong(screen, net);
  where_the_work_is(screen, net);
  image_size(screen);
  pooling(screen);
  training(screen, net);
  groups(screen);
  if (!forward) return 0;
  screen.heading("8. At full size, with the paper's starting weights");
  Rng rng(static_cast<std::uint64_t>(options.seed));
  auto model = alexnet(rng);
  const ForwardPass pass = forward_pass(model, {3, 227, 227}, rng);
  screen.paragraph(
      fmt::format("One image of noise: logits {}, standard deviation {:.3f}, loss {:.3f} (ln 1000 = {:.3f}).",
                  pass.output, pass.spread, pass.loss, std::log(1000.0)));
  screen.paragraph("An image of 224 x 224: " + error_of(model, {3, 224, 224}));
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return demo::run_program(argc, argv, alexnet_demo); }
