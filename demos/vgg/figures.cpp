// SPDX-License-Identifier: MIT
#include "vgg/figures.h"

#include "support/tables.h"

namespace demo {

using namespace yhat;

std::vector<Configuration> configurations_of_vgg() {
  std::vector<Configuration> all;
  const char* slide[] = {"133 M", "133 M", "134 M", "138 M", "144 M"};
  for (const VggConfig config : {VggConfig::A, VggConfig::B, VggConfig::C, VggConfig::D, VggConfig::E}) {
    Configuration c;
    c.table = summary(vgg_description(config));
    c.name = c.table.name;
    c.slide = slide[all.size()];
    c.fields.emplace_back();
    for (const SummaryRow& row : c.table.rows) {
      if (row.info.type == "fc") {
        ++c.fully_connected;
        continue;
      }
      c.convolutions += row.info.type == "conv";
      if (c.fields.back().size() > 1 && row.name.find("_1") != std::string::npos) c.fields.emplace_back();
      c.fields.back().push_back(row.receptive_field.h);
    }
    all.push_back(std::move(c));
  }
  return all;
}

std::vector<Ratio> vgg_against_alexnet() {
  const Summary a = summary(alexnet_description());
  const Summary v = summary(vgg_description(VggConfig::D));
  return {{"neurons (conv and fc outputs)", a.neurons(), v.neurons()},
          {"all outputs and the input", a.all_values(), v.all_values()},
          {"parameters", a.parameters(), v.parameters()},
          {"multiply-accumulates", a.macs(), v.macs()}};
}

VggMemory vgg_memory() {
  const Summary net = summary(vgg_description(VggConfig::D));
  VggMemory m{};
  m.parameters = mebibytes(net.parameters());
  m.parameters_gradient_momentum = mebibytes(3 * net.parameters());
  m.outputs = mebibytes(net.all_values());
  m.outputs_apart = mebibytes(net.all_values() + net.activation_outputs);
  m.largest_pair = mebibytes(net.largest_pair());
  m.training = mebibytes(2 * net.all_values());
  return m;
}

std::vector<Shares> convolution_shares() {
  std::vector<Summary> tables = {summary(lenet5_1998_description()),
                                 summary(lenet5_description({.average_pool = true})),
                                 summary(lenet_caffe_description()),
                                 summary(alexnet_description()),
                                 summary(alexnet_description({.grouped = false})),
                                 summary(alexnet_torchvision_description())};
  for (Configuration& c : configurations_of_vgg()) tables.push_back(std::move(c.table));
  std::vector<Shares> all;
  for (const Summary& t : tables) all.push_back({t.name, conv_mac_share(t), 100 - fc_share(t)});
  return all;
}

}  // namespace demo
