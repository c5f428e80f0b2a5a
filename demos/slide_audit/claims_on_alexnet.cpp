// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yhat/yhat.h>

#include <algorithm>

#include "alexnet/figures.h"
#include "slide_audit/claims.h"
#include "support/screen.h"
#include "support/tables.h"
#include "vgg/figures.h"

namespace demo {

using namespace yhat;

namespace {

const Summary& alexnet_table() {
  static const Summary table = summary(alexnet_description());
  return table;
}
const SummaryRow& layer(const std::string& name) { return row_of(alexnet_table(), name); }

/// "conv+pool, conv+pool, fc, fc, out"
std::string structure(const Summary& net) {
  std::vector<std::string> parts;
  for (const SummaryRow& row : net.rows) {
    if (row.info.type.find("pool") != std::string::npos) {
      parts.back() += "+pool";
    } else if (row.info.weights > 0) {
      parts.push_back(row.info.type);
    }
  }
  parts.back() = "out";
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// "conv1, conv2": the layers with weights after which, and before the next one, a layer of this type stands.
std::string after_which(const std::string& type) {
  std::vector<std::string> found;
  std::string before;
  for (const SummaryRow& row : alexnet_table().rows) {
    if (row.info.weights > 0) before = row.name;
    if (row.info.type == type) found.push_back(before);
  }
  return fmt::format("{}", fmt::join(found, ", "));
}

/// A figure of the slide against a layer's weights, with and without biases.
Claim parameters(int number, const std::string& name, const std::string& stated, const std::string& figure,
                 const std::string& why) {
  const SummaryRow& row = layer(name);
  return {number, stated,
          fmt::format("{} weights, {} with biases.", thousands(row.info.weights), thousands(row.parameters())), why,
          judged(quotes(figure, {row.info.weights, row.parameters()}))};
}

Claim first_layers_parameters() {
  const SummaryRow& row = layer("conv1");
  const std::int64_t window = 11 * 11 * 3;
  return {17, "Conv1: [(11 x 11 x 3) x 1] x 96 = 35 K.",
          fmt::format("(11 x 11 x 3) x 96 = {}; [(11 x 11 x 3) + 1] x 96 = {}.", thousands(window * 96),
                      thousands((window + 1) * 96)),
          "\"x 1\" is a lost \"+ 1\", the bias. Both round to 35 K.",
          judged_formula(window * 1 * 96 == row.parameters(),
                         (window + 1) * 96 == row.parameters() && quotes("35 K", {row.parameters()}))};
}

Claim several_parameters(int number, const std::vector<std::string>& names, const std::vector<std::string>& figures,
                         const std::string& stated, const std::string& why) {
  std::vector<std::string> computed;
  bool right = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const SummaryRow& row = layer(names[i]);
    computed.push_back(fmt::format("{}: {} + {}", names[i], thousands(row.info.weights), thousands(row.info.biases)));
    right = right && quotes(figures[i], {row.info.weights, row.parameters()});
  }
  return {number, stated, fmt::format("{}.", fmt::join(computed, ", ")), why, judged(right)};
}

Claim sum_of_parameters() {
  const std::int64_t all = alexnet_table().parameters();
  std::int64_t weights = 0;
  for (const SummaryRow& row : alexnet_table().rows) weights += row.info.weights;
  return {23, "60 million parameters in all.",
          fmt::format("{}; {} without biases.", thousands(all), thousands(weights)),
          "Rounds to 61; \"60 million\" is the paper's phrase.", judged(quotes("60 M", {all, weights}))};
}

Claim first_layers_neurons() {
  const std::int64_t neurons = layer("conv1").outputs();
  return {24, "Conv1 has 253,440 neurons.",
          fmt::format("{} = {}. 253,440 = 55x48x96: {}.", sizes(layer("conv1").info.output), thousands(neurons),
                      55 * 48 * 96 == 253'440 ? "48 of the 55 columns" : "unexplained"),
          "The paper's figure 2 prints it too, without an explanation.", judged(quotes("253,440", {neurons}))};
}

Claim other_neurons() {
  std::vector<std::string> computed;
  bool right = true;
  for (std::size_t i = 1; i < 8; ++i) {
    const SlideRow& slide = alexnet_slide()[i];
    computed.push_back(thousands(layer(slide.layer).outputs()));
    right = right && quotes(slide.neurons, {layer(slide.layer).outputs()});
  }
  return {25, "Conv2 to FC8: 186,624 64,896 64,896 43,264 4096 4096 1000 neurons.",
          fmt::format("{}.", fmt::join(computed, " ")), "Exact.", judged(right)};
}

Claim sum_of_neurons() {
  const std::int64_t all = alexnet_table().neurons();
  const std::int64_t with_slide = all - layer("conv1").outputs() + 253'440;
  return {26, "0.63 million neurons in all.",
          fmt::format("{} (the paper: 650,000); {} with the slide's conv1.", thousands(all), thousands(with_slide)),
          "0.63 is neither.", judged(quotes("0.63 M", {all, with_slide}))};
}

Claim shrinking() {
  std::vector<std::string> steps;
  bool all_by_pooling = true;
  std::int64_t before = alexnet_table().input[1];
  for (const SummaryRow& row : alexnet_table().rows) {
    if (row.info.output.ndim() != 3 || row.info.output[1] == before) continue;
    const bool conv = row.info.type == "conv";
    steps.push_back(fmt::format("{} -> {} {}{}", before, row.info.output[1], row.name,
                                conv ? fmt::format(" (stride {})", row.info.stride.h) : ""));
    before = row.info.output[1];
    all_by_pooling = all_by_pooling && !conv;
  }
  return {27, "The maps shrink, 224 -> 55 -> 27 -> 13, because we do pooling.",
          fmt::format("{}.", fmt::join(steps, ", ")), "The largest step is the first convolution's stride of 4.",
          judged(all_by_pooling)};
}

Claim with_depth() {
  std::vector<std::int64_t> parameters;
  std::vector<std::int64_t> neurons;
  std::vector<std::string> text[2];
  for (const SummaryRow& row : rows_of_type(alexnet_table(), "conv")) {
    parameters.push_back(row.parameters());
    neurons.push_back(row.outputs());
    text[0].push_back(thousands(parameters.back()));
    text[1].push_back(thousands(neurons.back()));
  }
  return {
      28, "With depth, parameters keep increasing and neurons decrease.",
      fmt::format("conv1 to conv5: parameters {}; neurons {}.", fmt::join(text[0], " "), fmt::join(text[1], " ")),
      "Parameters: no, conv4 and conv5 have fewer (two groups). Neurons: yes.",
      judged(std::is_sorted(parameters.begin(), parameters.end()) && std::is_sorted(neurons.rbegin(), neurons.rend()))};
}

Claim halves() {
  std::vector<std::string> text;
  for (const SummaryRow& row : alexnet_table().rows) {
    if (row.info.weights > 0 && row.name != "fc8") text.push_back(fmt::format("{0}+{0}", row.info.output[0] / 2));
  }
  const std::string all = fmt::format("{}", fmt::join(text, " "));
  return {29, "The halves on the two cards: 128+128 and 192+192 filters.", all + ".", "conv1 to fc7.",
          judged(all == "48+48 128+128 192+192 192+192 128+128 2048+2048 2048+2048")};
}

Claim fully_connected() {
  const Summary& net = alexnet_table();
  std::int64_t weights = 0;
  for (const SummaryRow& row : rows_of_type(net, "fc")) weights += row.info.weights;
  return {30, "About 57 million parameters are in the fully connected layers.",
          fmt::format("{} ({:.2f} %), {} without biases.", thousands(net.fc_parameters()), fc_share(net),
                      thousands(weights)),
          "57 = 37 + 16 + 4, each truncated.", judged(quotes("57 M", {net.fc_parameters(), weights}))};
}

Claim where_the_work_is() {
  std::vector<std::string> text;
  bool holds = false;
  bool everywhere = true;
  for (const Shares& s : convolution_shares()) {
    if (s.network == "alexnet_2012") holds = s.as_stated();
    everywhere = everywhere && s.as_stated();
    if (s.network == "alexnet_2012" || s.network == "vgg16_D" || s.network == "lenet5_modern") {
      text.push_back(fmt::format("{} {:.2f} / {:.2f} %", s.network, s.work, s.parameters));
    }
  }
  return {31, "Convolutions: 90-95 % of the computation, 5 % of the parameters.",
          fmt::format("MACs / parameters: {}.", fmt::join(text, ", ")), "AlexNet: yes. VGG-16 and LeNet: no.",
          judged(holds, everywhere)};
}

}  // namespace

std::vector<Claim> claims_on_alexnet() {
  const std::string lenet = structure(summary(lenet5_description()));
  const std::string alex = structure(alexnet_table());
  const std::size_t convs = rows_of_type(alexnet_table(), "conv").size();
  const std::size_t fcs = rows_of_type(alexnet_table(), "fc").size();
  const MaxPool2dSpec overlapping{.kernel = layer("pool1").info.kernel, .stride = layer("pool1").info.stride};
  const SummaryRow& conv2 = layer("conv2");
  const std::int64_t seen = conv2.info.weights / (conv2.info.output[0] * 25);
  const AlexNetCost cost = alexnet_cost();
  Claim second = parameters(18, "conv2", "Conv2: [5 x 5 x 48] x 256 = 307 K.", "307 K", "");
  second.why = fmt::format("Each kernel sees {} = {}/2 maps: two groups.", seen, conv2.input[0]);
  return {
      {13, "conv+pool, conv+pool, conv, conv, conv+pool, fc, fc, out.",
       fmt::format("AlexNet: {}. LeNet: {}.", alex, lenet), "The sequence is AlexNet's.",
       judged(alex == "conv+pool, conv+pool, conv, conv, conv+pool, fc, fc, out" &&
              lenet == "conv+pool, conv+pool, fc, fc, out")},
      {14, "AlexNet has 8 layers, 5 convolutional and 3 fully connected.", fmt::format("{} + {}.", convs, fcs), "",
       judged(convs == 5 && fcs == 3)},
      {15, "Response normalisation after layers 1 and 2.", fmt::format("after {}.", after_which("lrn")),
       "The order is convolution, ReLU, normalisation, pooling.", judged(after_which("lrn") == "conv1, conv2")},
      {16, "Max-pooling after layers 1, 2 and 5.",
       fmt::format("after {}; {}x{}, stride {}.", after_which("maxpool"), overlapping.kernel.h, overlapping.kernel.w,
                   overlapping.stride.h),
       "Windows overlap.", judged(after_which("maxpool") == "conv1, conv2, conv5")},
      first_layers_parameters(),
      second,
      parameters(19, "conv3", "Conv3: [3 x 3 x 256] x 384 = 884 K.", "884 K", "Not grouped: it sees both halves."),
      several_parameters(20, {"conv4", "conv5"}, {"663 K", "442 K"}, "Conv4 663 K, conv5 442 K.", "Two groups."),
      parameters(21, "fc6", "FC6: 87 million.", "87 M",
                 "37 million: 6 x 6 x 256 x 4096. With 87 the row would sum to 109 million."),
      several_parameters(22, {"fc7", "fc8"}, {"16 M", "4 M"}, "FC7 16 million, FC8 4 million.", "Truncated."),
      sum_of_parameters(),
      first_layers_neurons(),
      other_neurons(),
      sum_of_neurons(),
      shrinking(),
      with_depth(),
      halves(),
      fully_connected(),
      where_the_work_is(),
      {32, "Trained by SGD on two GTX 580 with 3 GB, about a week.",
       fmt::format("90 epochs of 1.2 million images: {:.1e} FLOP; with a batch of 128 {:.2f} to {:.2f} GiB.", cost.flop,
                   cost.total_gib(), cost.total_apart_gib()),
       "The paper says about 90 epochs, five to six days.", Verdict::qualified},
  };
}

std::vector<Claim> claims_of_sources() {
  std::vector<std::string> above;
  for (const SummaryRow& row : rows_of_type(alexnet_table(), "conv")) {
    const double percent = share(row.parameters(), alexnet_table().parameters());
    if (percent > 1) above.push_back(fmt::format("{} {:.2f} %", row.name, percent));
  }
  const Summary vgg = summary(vgg_description(VggConfig::D));
  const std::int64_t origins = (256 - 224 + 1) * (256 - 224 + 1) * 2;
  return {
      {0, "AlexNet's paper: each convolution has at most 1 % of the parameters.",
       fmt::format("{}.", fmt::join(above, ", ")), "", judged(above.empty())},
      {0, "AlexNet's paper: crops and flips make the training set 2048 times larger.",
       fmt::format("33 x 33 x 2 = {} crops of 224 fit into 256.", origins), "32 x 32 x 2 was counted.",
       judged(origins == 2048)},
      {0, "Course notes cs231n: VGG-16 keeps 24 M values, 93 MB, for one image.",
       fmt::format("{} values, {:.2f} MiB; {:.2f} M with ReLU's outputs apart.", thousands(vgg.all_values()),
                   mebibytes(vgg.all_values()), static_cast<double>(vgg.all_values() + vgg.activation_outputs) / 1e6),
       "The notes' own rows add up to the first.", judged(quotes("24 M", {vgg.all_values()}))},
  };
}

}  // namespace demo
